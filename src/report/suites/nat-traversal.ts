/** NAT traversal's sections: the matrix NAT × NAT against the oracle, orders of dialling, and what was a surprise. */
import type { NatCell, NatFigures, NatOrder } from '../../domain/suites/nat-traversal/work.ts'
import { inline, list, pairs, paragraph, table, toned, type Inline, type Section } from '../section.ts'
import { pathsSection } from './connectivity.ts'
import type { SuitePages } from './suite-report.ts'

export const natTraversalPages: SuitePages<'nat-traversal'> = ({ samples, figures }) => ({
  overview: [matrixSection(figures)],
  terms: inline`NAT traversal: pairs of which one peer at least is behind a NAT, by turns and both at once; after
    rebinding, the callee's NAT had forgotten its mappings; after a rest, nobody had dialled for longer than a mapping
    lives. An attempt counts as in connectivity.`,
  sentences: [{ ...pathsSection(samples), id: 'nat-paths', title: 'NAT traversal: why not end to end' }],
  figures: [ordersSection(figures)],
})

function matrixSection({ cells, surprises, pairs: { planned, possible } }: NatFigures): Section {
  const names = [...new Set(cells.flatMap((c) => [c.from, c.to]))].toSorted()
  return {
    id: 'nat-matrix',
    title: 'NAT × NAT',
    blocks: [
      table(
        ['caller behind ↓ callee behind →', ...names],
        names.map((from) => [
          from,
          ...names.map((to): Inline => cellText(cells.filter((c) => c.from === from && c.to === to))),
        ]),
      ),
      paragraph(
        inline`${planned} of ${possible} ordered pairs with a NAT in the way were planned. Expected by the measured NATs,
          then what the counters showed of the attempts that count.`,
      ),
      surprises.length === 0
        ? paragraph('No surprise: every counted attempt went as the NATs let expect.')
        : list(surprises.slice(0, 50)),
    ],
  }
}

function cellText(list: readonly NatCell[]): Inline {
  if (list.length === 0) return toned('–', 'dim')
  const words = list.map(({ expected, attempts, endToEnd, relayed, failed, notCounted }) => {
    const seen = [
      ...(endToEnd > 0 ? [`${endToEnd} end-to-end`] : []),
      ...(relayed > 0 ? [`${relayed} relayed`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(notCounted > 0 ? [`${notCounted} not counted`] : []),
    ]
    return `${expected}: ${seen.join(', ') || 'nothing'} of ${attempts + notCounted}`
  })
  const odd = list.some(
    (c) =>
      c.failed > 0 || (c.expected === 'end-to-end' && c.relayed > 0) || (c.expected === 'relayed' && c.endToEnd > 0),
  )
  return toned(words.join('; '), odd ? 'bad' : list.every((c) => c.attempts > 0) ? 'good' : 'warn')
}

const orderWords: Readonly<Record<NatOrder, string>> = {
  'in-turn': 'one dials, then the other',
  simultaneous: 'both dial at once',
  rebound: "after the callee's NAT forgot its mappings",
  rested: 'after a rest longer than a mapping lives',
}

const ordersSection = ({ orders }: NatFigures): Section => ({
  id: 'nat-orders',
  title: 'NAT traversal by who dials first',
  blocks: [
    pairs(
      orders.map(({ order, attempts, successes }) => [
        orderWords[order],
        attempts === 0 ? 'none counted' : `${successes} of ${attempts} as expected`,
      ]),
    ),
  ],
})
