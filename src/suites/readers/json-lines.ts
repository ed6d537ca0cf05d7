/** Records as lines of JSON in a file; the profile's data names the fields. */
import { fileLines } from '../../commands/record.ts'
import { dataDir } from '../../commands/service.ts'
import type { RecordBy, RecordFields } from '../../domain/profile.ts'
import { events } from '../../instruments/prober.ts'
import { recordOf, type Found, type Reader } from './reader.ts'

export const jsonLines = ({ path, fields }: RecordBy<'jsonl'>): Reader => ({
  kind: 'on-node',
  command: ({ config: { deploy } }, nonces) =>
    fileLines(path.replaceAll('{dataDir}', dataDir(deploy.serviceName)), deploy.serviceName, nonces),
  parse(lines, nonce) {
    for (const line of lines) {
      const [event] = events(line)
      if (event?.[fields.nonce] === nonce) return recordOf(foundIn(event, fields), nonce, line)
    }
    return null
  },
})

/** The program's values by our names. */
export const foundIn = (object: Readonly<Record<string, unknown>>, fields: RecordFields): Found => ({
  nonce: object[fields.nonce],
  bytes: object[fields.bytes],
  sha256: object[fields.sha256],
  from: object[fields.from],
  missing: object[fields.missing],
  completedMs: object[fields.completedMs],
})
