/** Renders docs/recovery.md: the table of recovery rules, with how each is provoked on the lab. */
import type { RecoveryBudget, RecoveryRule } from '../src/domain/recovery/rule.ts'
import type { Provocation } from '../test/gauntlet/recovery/provocation.ts'
import { cell } from './docs-errors.ts'

export function renderRecovery(
  rules: Readonly<Record<string, RecoveryRule>>,
  provocations: Readonly<Record<string, readonly Provocation[]>>,
): string {
  const ids = Object.keys(rules)
  return [
    '# Recovery rules',
    '',
    'Generated from `src/domain/recovery/` and `test/gauntlet/recovery/` by `npm run docs`.',
    '',
    'What is retried, replaced by another way, or left out is done by one of these rules, within its budget. Each time one acts it *fires*: the session’s ledger gets an entry `recovered` (or its next entry takes the firings along) with the rule, the node, what was recognised, what was done, and which of the budget that was; a budget that is used up is said. The proof lists every firing up to its own sealing, `vps-test status` counts them. A firing says what was tried: whether it helped is what came after.',
    '',
    '| rule | situation | recognised by | action | budget | when it is used up | the proof |',
    '|---|---|---|---|---|---|---|',
    ...ids.map((id) => {
      const r = rules[id]
      return r === undefined
        ? ''
        : `| ${[id, r.situation, r.recognition, r.action, budgetText(r.budget), r.usedUp, r.proof].map(cell).join(' | ')} |`
    }),
    '',
    '## Provoked',
    '',
    '`npm run recovery-table` provokes each on a lab and prints the ledgers’ entries beside it; a rule without a provocation does not compile.',
    '',
    '| rule | provoked by | not the real cause |',
    '|---|---|---|',
    ...ids.flatMap((id) =>
      (provocations[id] ?? []).map((p) => `| ${[id, p.what, p.instead ?? ''].map(cell).join(' | ')} |`),
    ),
    '',
    '## Retried without a firing',
    '',
    'What belongs to no session, or could not be written into its ledger: reads of a remote ledger and of GitHub’s API (a failure that stays ends the command with its code), deliveries to people (each try is recorded with the delivery), and what is cleaned up after a session has ended. A build in a job of its own on GitHub tells its further tries in that job’s log.',
    '',
  ].join('\n')
}

const budgetText = ({ times, per }: RecoveryBudget): string => (times === 0 ? 'none' : `${times} per ${per}`)
