/** What must be true of each entry of a ledger before anything follows it: the branch can be written by others, and one odd entry is to harm its own session alone. */
import { entryShape } from './bundle-shape.ts'
import { states } from './session.ts'
import { fields, kinds, optional, orNull, text, whole, type Check } from './shape.ts'

/** Beyond it a date does not exist. */
const lastTime = 8.64e15
const time: Check = (v) => (typeof v !== 'number' || Math.abs(v) <= lastTime ? null : ' is no time')
const state: Check = (v) => ((states as readonly unknown[]).includes(v) ? null : ' is no state')
const both =
  (...checks: readonly Check[]): Check =>
  (v) =>
    checks.reduce<string | null>((found, check) => found ?? check(v), null)

/** The facts that a session is folded from, where they are there. */
const facts = fields({
  dueAt: time,
  deadline: time,
  until: time,
  holder: optional(text),
  who: optional(text),
  by: optional(
    kinds({
      run: fields({ repository: text, run: text, attempt: whole }),
      process: fields({ host: text, pid: whole }),
    }),
  ),
  origin: optional(
    fields({ repository: orNull(text), branch: orNull(text), commit: orNull(text), event: text, actor: orNull(text) }),
  ),
})
const shape = both(entryShape, fields({ at: time, from: state, to: state, facts }))

/** What is wrong with the entry, in words; null: nothing. */
export const entryFault = (entry: unknown): string | null => shape(entry)
