/** Records as events of the service's own journal, found by the id that the dialler had. */
import { eventLines } from '../../commands/record.ts'
import type { RecordBy } from '../../domain/profile.ts'
import { recordIn, type RecordForm } from '../../domain/received.ts'
import { linesOf } from '../../domain/received-events.ts'
import type { Reader } from './reader.ts'

/** Programs name peers by the beginning of an id, never by less. */
const idStart = 16

export const journalEvents = (profile: RecordForm, by: RecordBy<'events'>): Reader => ({
  kind: 'on-node',
  key: ({ dialledAs }) => dialledAs?.slice(0, idStart) ?? null,
  command: ({ config: { deploy } }, ids) => eventLines(deploy.serviceName, ids),
  parse: (lines, about) =>
    about.dialledAs === undefined ? null : recordIn(profile, linesOf(by, lines, about.dialledAs).join('\n'), about),
})
