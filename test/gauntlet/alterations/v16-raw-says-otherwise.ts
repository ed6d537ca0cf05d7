/** The text of a record says something else than the record. */
import { attempts, type Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V16',
  what: 'the text of a record says something else than the record',
  ledger: 'none',
  bundle: (b) =>
    attempts(b, (a) =>
      a.record.kind === 'there'
        ? {
            ...a,
            record: {
              kind: 'there',
              value: { ...a.record.value, raw: a.record.value.raw.replace('"missing":0', '"missing":7') },
            },
          }
        : a,
    ),
  expected: 'not valid',
  says: "the receiver's record is not what its own text says",
}
