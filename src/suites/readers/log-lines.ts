/**
 * Records as lines of a log, in the unit's journal or a file; a regular expression with named groups takes them apart.
 */
import { fileLines, journalLines } from '../../commands/record.ts'
import { dataDir } from '../../commands/service.ts'
import type { RecordBy } from '../../domain/profile.ts'
import { longestRecord, recordIn, type RecordForm } from '../../domain/received.ts'
import { firstRecord, type Reader } from './reader.ts'

export const logLines = (profile: RecordForm, by: RecordBy<'log'>): Reader => ({
  kind: 'on-node',
  key: ({ nonce }) => nonce,
  command: ({ config: { deploy } }, nonces) =>
    by.path === null
      ? journalLines(deploy.serviceName, nonces)
      : fileLines(by.path.replaceAll('{dataDir}', dataDir(deploy.serviceName)), deploy.serviceName, nonces),
  // A line is cut before it is matched: what a program writes may be megabytes.
  parse: (lines, about) => firstRecord(lines, (line) => recordIn(profile, line.slice(0, longestRecord), about)),
})
