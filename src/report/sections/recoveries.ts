/** Every firing of a recovery rule: what was recognised, what was done, and which of its budget that was. */
import type { Firing } from '../../domain/recovery/firing.ts'
import { ruleIds } from '../../domain/recovery/rules.ts'
import { iso } from '../../domain/text.ts'
import type { ProofInput } from '../proof-input.ts'
import { inline, list, paragraph, strong, table, text, type Section } from '../section.ts'

/** Those of one rule on one node that are listed one by one; the rest is counted. */
const most = 5

export function recoverySection({ recoveries }: Pick<ProofInput, 'recoveries'>): Section {
  const title = 'Recovery rules that fired'
  if (recoveries.length === 0) return { id: 'recoveries', title, blocks: [paragraph('None.')] }
  const groups = [...Map.groupBy(recoveries, (f) => JSON.stringify([f.rule, f.node])).values()]
  const left = groups.filter((g) => g.length > most)
  return {
    id: 'recoveries',
    title,
    blocks: [
      paragraph(
        `${recoveries.length} firings of ${new Set(recoveries.map((f) => f.rule)).size} of ${ruleIds.length} rules. A rule that fired says what was tried; whether it helped is what came after.`,
      ),
      table(
        ['when', 'rule', 'node', 'recognised', 'done', 'of its budget'],
        groups
          .flatMap((g) => g.slice(0, most))
          .toSorted((a, b) => a.at - b.at)
          .map((f) => [
            iso(f.at),
            f.rule,
            f.node === null ? '' : text(f.node, 100),
            text(f.recognised, 300),
            text(f.done, 300),
            budgetOf(f),
          ]),
      ),
      ...(left.length === 0
        ? []
        : [
            list(
              left.map(
                (g) =>
                  inline`${g[0]?.rule ?? ''}${g[0]?.node == null ? '' : inline` on ${text(g[0].node, 100)}`}: ${String(g.length - most)} more`,
              ),
            ),
          ]),
    ],
  }
}

const budgetOf = (f: Firing) => (f.usedUp ? strong(`used up (${f.of})`) : f.of === 0 ? 'alarm' : `${f.nth} of ${f.of}`)
