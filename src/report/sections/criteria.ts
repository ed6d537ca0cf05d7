/** What was measured against what was asked for: from the verdict, or from the ledger's raw counts. */
import { groupName, groupsOf } from '../../domain/counts.ts'
import { percent } from '../../domain/statistics.ts'
import type { GroupResult } from '../../domain/suites/group.ts'
import { resultsOf } from '../../domain/suites/suite.ts'
import type { TestFact } from '../../domain/events/readers.ts'
import type { ProofInput } from '../proof-input.ts'
import { paragraph, strong, table, text, type Inline, type Section } from '../section.ts'
import { suiteReports } from '../suites/registry.ts'

export function criteriaSection({ verdict, input }: Pick<ProofInput, 'verdict' | 'input'>): Section {
  const results = resultsOf(verdict.suites)
  const rows = results.flatMap(({ suite, groups }) =>
    groups.map((g) => groupRow(groupName({ suite, group: g.name }, results.length > 1), g)),
  )
  return {
    id: 'criteria',
    title: 'Success criteria',
    blocks: [
      table(['group', 'measured', 'rate', '95 % interval', 'target', 'met', 'tried', 'not counted'], rows, [
        'left',
        'right',
        'right',
        'right',
        'right',
      ]),
      ...suiteReports(verdict, input).flatMap(({ terms }) => (terms === null ? [] : [paragraph(terms)])),
    ],
  }
}

const groupRow = (title: string, r: GroupResult): readonly Inline[] => [
  text(title, 200),
  `${r.successes}/${r.attempts}${r.recovered === 0 ? '' : ` (${r.recovered} recovered on retry)`}`,
  r.rate === null ? '–' : `${percent(r.rate)} %`,
  `${percent(r.interval.low)}–${percent(r.interval.high)} %`,
  r.target === null ? '–' : `${r.target} %`,
  r.target === null ? '–' : r.met === null ? 'cannot say' : r.met ? 'yes' : strong('no'),
  `${r.tried}/${r.planned}`,
  `${r.notCounted}`,
]

/** Where the evidence is not at hand, the ledger's raw counts still are. */
export const countsSection = (test: TestFact | undefined): Section | null =>
  test === undefined
    ? null
    : {
        id: 'criteria',
        title: 'Success criteria',
        blocks: [
          table(
            ['group', 'measured', 'tried'],
            groupsOf(test.counts).map(({ suite, group, count: n }) => [
              text(groupName({ suite, group }, Object.keys(test.counts).length > 1), 200),
              `${n.successes}/${n.attempts}`,
              `${n.tried}/${n.planned}`,
            ]),
            ['left', 'right', 'right'],
          ),
        ],
      }
