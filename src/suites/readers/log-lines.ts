/**
 * Records as lines of a log, in the unit's journal or a file; a regular expression with named groups takes them apart.
 */
import { fileLines, journalLines } from '../../commands/record.ts'
import { dataDir } from '../../commands/service.ts'
import type { RecordBy } from '../../domain/profile.ts'
import { recordOf, type Reader } from './reader.ts'

/** A line is cut before it is matched: what a program writes may be megabytes. */
const longestLine = 4000

export const logLines = ({ path, pattern }: RecordBy<'log'>): Reader => ({
  kind: 'on-node',
  command: ({ config: { deploy } }, nonces) =>
    path === null
      ? journalLines(deploy.serviceName, nonces)
      : fileLines(path.replaceAll('{dataDir}', dataDir(deploy.serviceName)), deploy.serviceName, nonces),
  parse(lines, nonce) {
    const expression = new RegExp(pattern)
    for (const line of lines) {
      const groups = expression.exec(line.slice(0, longestLine))?.groups
      if (groups === undefined || groups['nonce'] !== nonce) continue
      const number = (name: string): number | null =>
        /^\d{1,15}$/.test(groups[name] ?? '') ? Number(groups[name]) : null
      return recordOf(
        {
          nonce,
          bytes: number('bytes'),
          sha256: groups['sha256'],
          from: groups['from'],
          // A program that names no missing parts has none to name: length and hash decide.
          missing: pattern.includes('(?<missing>') ? number('missing') : 0,
          completedMs: number('completedMs'),
        },
        nonce,
        line,
      )
    }
    return null
  },
})
