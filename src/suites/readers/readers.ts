/** Every reader by the kind of record that a profile promises; the compiler names a missing one. */
import type { Profile, RecordBy, RecordKind } from '../../domain/profile.ts'
import { overHttp } from './http.ts'
import { jsonLines } from './json-lines.ts'
import { logLines } from './log-lines.ts'
import type { Reader } from './reader.ts'

const readers: { readonly [K in RecordKind]: (record: RecordBy<K>) => Reader } = {
  jsonl: jsonLines,
  log: logLines,
  http: overHttp,
  none: () => ({ kind: 'none' }),
}

export const readerOf = ({ record }: Pick<Profile, 'record'>): Reader => make(record)

const make = <K extends RecordKind>(record: RecordBy<K>): Reader => readers[record.kind as K](record)
