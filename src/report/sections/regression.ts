/** What a checkpoint lost, between which tests, on which pairs and nodes; and every full loop that followed one. */
import { chanceText } from '../../domain/group-change.ts'
import { pointsText, regressedOf, regressedText, restartsOf } from '../../domain/regressed.ts'
import type { Regressed } from '../../domain/regressed-schema.ts'
import { percent } from '../../domain/statistics.ts'
import { iso } from '../../domain/text.ts'
import type { ProofInput } from '../proof-input.ts'
import {
  code,
  inline,
  list,
  paragraph,
  strong,
  table,
  text,
  type Block,
  type Inline,
  type Section,
} from '../section.ts'

type Shown = Pick<ProofInput, 'verdict' | 'entries' | 'checkpoint'>

export function regressionSection({ verdict, entries, checkpoint }: Shown): Section | null {
  const of = regressedOf(verdict, entries)
  if (of === null || (of.groups.length === 0 && of.nodes.length === 0)) return null
  return {
    id: 'regression',
    title: 'What regressed',
    blocks: [
      paragraph(
        inline`Between the first test that passed on this deployment${of.nodes.length === 0 ? '' : ' (of nodes: the last one)'} and ${checkpoint?.name ?? 'this checkpoint'}.`,
      ),
      ...groupsOf(of),
      ...(of.nodes.length === 0 ? [] : [list(of.nodes.map((n) => text(n, 600)))]),
    ],
  }
}

const groupsOf = ({ groups }: Regressed): readonly Block[] =>
  groups.length === 0
    ? []
    : [
        table(
          ['group', 'first test', 'now', 'change, 95 % interval', 'by chance', 'judged', 'lost', 'failed in both'],
          groups.map((g): readonly Inline[] => [
            text(g.group, 200),
            `${g.first.successes}/${g.first.attempts}`,
            `${g.now.successes}/${g.now.attempts} = ${g.now.attempts === 0 ? '–' : percent(g.now.successes / g.now.attempts)} %`,
            `${pointsText(g.low)} to ${pointsText(g.high)} points`,
            chanceText(g.chance),
            g.judged === 'shown' ? strong('regression') : 'may be noise',
            text(lostText(g), 800),
            `${g.failedInBoth}`,
          ]),
        ),
      ]

const shown = 20
const lostText = ({ lost, lostInAll }: Regressed['groups'][number]): string => {
  const named = lost.slice(0, shown)
  return named.length === 0
    ? '–'
    : `${named.join(', ')}${lostInAll > named.length ? ` and ${lostInAll - named.length} more` : ''}`
}

/** Of this session, before this test. */
export function restartsSection({ entries }: Pick<ProofInput, 'entries'>): Section | null {
  const all = restartsOf(entries)
  if (all.length === 0) return null
  return {
    id: 'restarts',
    title: 'Full loops after a regression',
    blocks: [
      table(
        ['loop', 'of at most', 'begun', 'checkpoint', 'what regressed', 'evidence'],
        all.map((r): readonly Inline[] => [
          `${r.loop}`,
          `${r.budget + 1}`,
          iso(r.at),
          r.checkpoint ?? '–',
          r.regressed === null ? '–' : text(regressedText(r.regressed), 800),
          r.evidenceRoot === null ? '–' : inline`${r.folder ?? ''} ${code(r.evidenceRoot)}`,
        ]),
      ),
    ],
  }
}
