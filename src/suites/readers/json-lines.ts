/** Records as lines of JSON in a file; the profile's data names the fields. */
import { fileLines } from '../../commands/record.ts'
import { dataDir } from '../../commands/service.ts'
import type { RecordBy } from '../../domain/profile.ts'
import { recordIn, type RecordForm } from '../../domain/received.ts'
import { firstRecord, type Reader } from './reader.ts'

export const jsonLines = (profile: RecordForm, by: RecordBy<'jsonl'>): Reader => ({
  kind: 'on-node',
  key: ({ nonce }) => nonce,
  command: ({ config: { deploy } }, nonces) =>
    fileLines(by.path.replaceAll('{dataDir}', dataDir(deploy.serviceName)), deploy.serviceName, nonces),
  parse: (lines, about) => firstRecord(lines, (line) => recordIn(profile, line, about)),
})
