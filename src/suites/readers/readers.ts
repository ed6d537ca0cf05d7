/** Every reader by the kind of record that a profile promises; the compiler names a missing one. */
import type { RecordBy, RecordKind } from '../../domain/profile.ts'
import type { RecordForm } from '../../domain/received.ts'
import { overHttp } from './http.ts'
import { journalEvents } from './journal-events.ts'
import { jsonLines } from './json-lines.ts'
import { logLines } from './log-lines.ts'
import type { Reader } from './reader.ts'

const readers: { readonly [K in RecordKind]: (profile: RecordForm, record: RecordBy<K>) => Reader } = {
  jsonl: jsonLines,
  log: logLines,
  http: overHttp,
  events: journalEvents,
  none: () => ({ kind: 'none' }),
}

export const readerOf = (profile: RecordForm): Reader => make(profile, profile.record)

const make = <K extends RecordKind>(profile: RecordForm, record: RecordBy<K>): Reader =>
  readers[record.kind as K](profile, record)
