/**
 * What must be true of each entry of a ledger before anything follows it: the branch can be written by others, and one
 * odd entry is to harm its own session alone.
 */
import { z } from 'zod'
import { fields, text, whole, type Check } from '../shape.ts'
import { isState } from '../states.ts'
import { stripHidden } from '../text.ts'
import { rowOf, type Entry } from './entry.ts'
import { time } from './facts.ts'
import { common, rows } from './rows.ts'

const state: Check = (v) => (isState(v) ? null : ' is no state')
const date: Check = (v) => (time.safeParse(v).success ? null : ' is no time')
const envelope = fields({
  session: text,
  seq: whole,
  prev: text,
  at: date,
  from: state,
  event: text,
  to: state,
  why: text,
  hash: text,
})
const shared = z.object(common)

/** What is wrong with the entry, in words; null: it is an {@link Entry}. */
export const entryShape: Check = (value) => {
  const fault = envelope(value)
  if (fault !== null) return fault
  const { from, event, facts } = value as Pick<Entry, 'from' | 'event' | 'facts'>
  const row = rowOf(from, event)
  if (row === undefined) return `.event is none of ${Object.keys(rows[from]).join(', ')}, which ${from} knows`
  return faultOf(row.facts, facts) ?? faultOf(shared, facts)
}

function faultOf(schema: z.ZodType, facts: unknown): string | null {
  const issue = schema.safeParse(facts).error?.issues[0]
  return issue === undefined
    ? null
    : stripHidden(
        `.facts${issue.path.map((p) => `.${String(p)}`).join('')}: ${issue.message.replace(/received undefined$/, 'and it is missing')}`,
        300,
      )
}
