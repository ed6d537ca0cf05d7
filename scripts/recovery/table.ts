/** The table recovery rule × provoked in the lab × ledger entry, from ledgers alone. */
import { firingsOf, type Firing } from '../../src/domain/recovery/firing.ts'
import { recoveryRules, ruleIds, type RuleId } from '../../src/domain/recovery/rules.ts'
import { provocations } from '../../test/gauntlet/recovery/all.ts'
import type { Ran } from './parts.ts'

export interface Found {
  readonly session: string
  readonly seq: number
  readonly state: string
  readonly firing: Firing
}

export interface Row {
  readonly rule: RuleId
  readonly situation: string
  readonly provoked: readonly string[]
  /** What this machine cannot enforce, and what was done instead. */
  readonly instead: readonly string[]
  readonly found: readonly Found[]
}

export function rowsOf(ran: readonly Ran[]): readonly Row[] {
  const found = ran.flatMap(({ entries }) =>
    entries.flatMap((e) => firingsOf([e]).map((firing) => ({ session: e.session, seq: e.seq, state: e.from, firing }))),
  )
  return ruleIds.map((rule) => ({
    rule,
    situation: recoveryRules[rule].situation,
    provoked: provocations[rule].map((p) => `${p.part}: ${p.what}`),
    instead: provocations[rule].flatMap((p) => (p.instead === undefined ? [] : [p.instead])),
    found: found.filter((f) => f.firing.rule === rule),
  }))
}

export const untested = (rows: readonly Row[]): readonly RuleId[] =>
  rows.filter((r) => r.found.length === 0).map((r) => r.rule)

export function tableText(rows: readonly Row[]): string {
  const lines = rows.flatMap((r) => [
    `${r.found.length === 0 ? '✗' : '✓'} ${r.rule}: ${r.situation}`,
    ...r.provoked.map((p) => `    provoked   ${p}`),
    ...r.instead.map((p) => `    instead    ${p}`),
    ...(r.found.length === 0
      ? ['    ledger     no entry']
      : [
          ...r.found.slice(0, 3).map(entryText),
          ...(r.found.length > 3 ? [`    ledger     and ${r.found.length - 3} more`] : []),
        ]),
  ])
  const left = untested(rows)
  return [
    ...lines,
    '',
    `${rows.length - left.length} of ${rows.length} rules fired, ${rows.flatMap((r) => r.found).length} firings in the ledgers${left.length === 0 ? '' : `; never: ${left.join(', ')}`}`,
    '',
  ].join('\n')
}

const entryText = ({ session, seq, state, firing: f }: Found): string =>
  `    ledger     ${session} entry ${seq}, ${state}${f.node === null ? '' : `, ${f.node}`}: ${f.recognised.slice(0, 160)} → ${f.done.slice(0, 160)} (${f.usedUp ? 'used up, ' : ''}${f.nth} of ${f.of})`
