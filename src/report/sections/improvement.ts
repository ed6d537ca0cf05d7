/** Criteria `improvement`: each group now and in the session it was compared with, and what would have been seen. */
import { differenceText, dropText, type GroupImprovement } from '../../domain/improvement.ts'
import { percent } from '../../domain/statistics.ts'
import { groupName } from '../../domain/counts.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, paragraph, strong, table, text, type Inline, type Section } from '../section.ts'
import { iso } from '../../domain/text.ts'

export function improvementSection({ verdict }: Pick<ProofInput, 'verdict'>): Section | null {
  const { improvement } = verdict
  if (improvement === undefined || improvement.session === null || improvement.at === null) return null
  const { groups, session, at, level } = improvement
  const several = new Set(groups.map((g) => g.suite)).size > 1
  return {
    id: 'improvement',
    title: 'Against the last comparable session',
    blocks: [
      paragraph(
        inline`Compared with session ${code(session, 100)}, recorded ${iso(at)}: the n-th attempt of each
          pair or node beside its n-th attempt there. Each interval holds with ${percent(level)} %, all together with 95 %.`,
      ),
      table(
        ['group', 'attempts', 'now', 'before', 'difference and interval', 'judged', 'not compared'],
        groups.map((g) => row(groupName(g, several), g)),
        ['left', 'right', 'right', 'right', 'right'],
      ),
    ],
  }
}

const row = (name: string, g: GroupImprovement): readonly Inline[] => [
  text(name, 200),
  `${g.attempts}`,
  share(g.now, g.attempts),
  share(g.before, g.attempts),
  g.attempts === 0 ? '–' : differenceText(g),
  judged(g),
  `${g.alone}`,
]

const share = (successes: number, attempts: number): string =>
  attempts === 0 ? '0' : `${successes} = ${percent(successes / attempts)} %`

function judged(g: GroupImprovement): Inline {
  switch (g.judged) {
    case 'no difference':
      return inline`no difference; ${dropText(g)}`
    case 'worse':
      return strong('worse')
    case 'undecided':
      return 'undecided: what was not counted decides'
    case 'better':
    case 'too few':
      return g.judged
  }
}
