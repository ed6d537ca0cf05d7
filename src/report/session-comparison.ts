/** Two sessions side by side, as sections: what was changed, rates with their differences, pairs, NATs, logs. */
import type { PairChange, RateChange, SessionsCompared, Side } from '../domain/compare-sessions.ts'
import { countsText, groupName, type Count } from '../domain/counts.ts'
import { amount, iso } from '../domain/text.ts'
import {
  inline,
  joined,
  paragraph,
  present,
  table,
  text,
  toned,
  type Block,
  type Inline,
  type Section,
} from './section.ts'

const most = { changes: 60, pairs: 60, logs: 40 } as const
const tones = { passed: 'good', failed: 'bad', inconclusive: 'warn' } as const

export function comparisonHead(a: Side, b: Side): Section {
  const row = (name: string, s: Side): readonly Inline[] => [
    name,
    s.session,
    toned(s.result, tones[s.result]),
    s.plan?.fleet.name ?? '',
    iso(s.at).slice(0, 16).replace('T', ' '),
    countsText(s.counts),
  ]
  return {
    id: 'compared',
    title: `${a.session} → ${b.session}`,
    blocks: [table(['', 'session', 'verdict', 'fleet', 'tested', 'counted'], [row('A', a), row('B', b)])],
  }
}

export const comparisonSections = (of: SessionsCompared): readonly Section[] =>
  present([changes(of), rates(of), pairsSection(of), nats(of), logs(of)])

const section = (id: string, title: string, blocks: readonly Block[]): Section => ({ id, title, blocks })
const more = (all: number, shown: number): readonly Block[] =>
  all > shown ? [paragraph(`and ${all - shown} more (--json has all)`)] : []

const changes = ({ changed }: SessionsCompared): Section =>
  section(
    'changed',
    'What was changed',
    changed.length === 0
      ? [paragraph('Nothing: the same plan, the same program.')]
      : [
          table(
            ['', 'A', 'B'],
            changed.slice(0, most.changes).map((c): readonly Inline[] => [c.what, text(c.a, 60), text(c.b, 60)]),
          ),
          ...more(changed.length, most.changes),
        ],
  )

function rates({ rates: all }: SessionsCompared): Section {
  const several = new Set(all.map((r) => r.suite)).size > 1
  return section('rates', 'Rates', [
    table(
      ['group', 'A', 'B', 'points', '95 % interval', ''],
      all.map((r): readonly Inline[] => [
        groupName(r, several),
        share(r.a),
        share(r.b),
        r.difference === null ? '' : signed(r.difference.points),
        r.difference === null
          ? ''
          : `${signed(100 * r.difference.interval.low)} to ${signed(100 * r.difference.interval.high)}`,
        meaning(r),
      ]),
      ['left', 'right', 'right', 'right', 'right'],
    ),
  ])
}

const share = (c: Count | null): string =>
  c === null
    ? '–'
    : c.attempts === 0
      ? '0/0'
      : `${c.successes}/${c.attempts} ${((100 * c.successes) / c.attempts).toFixed(1)} %`

const signed = (points: number): string =>
  `${Math.abs(points) < 0.05 ? '±' : points < 0 ? '−' : '+'}${Math.abs(points).toFixed(1)}`

/** Chance is no change. */
function meaning({ difference }: RateChange): Inline {
  if (difference === null) return toned('not comparable', 'dim')
  const { low, high } = difference.interval
  if (high < 0) return toned('worse', 'bad')
  return low > 0 ? toned('better', 'good') : toned('no difference shown', 'dim')
}

function pairsSection({ pairs, lab }: SessionsCompared): Section {
  if (pairs === null)
    return section('pairs', 'Pairs', [paragraph('Not told: the outcomes of one of them are not at hand.')])
  const kinds: readonly (readonly [string, (p: PairChange) => boolean])[] = [
    ['newly failing', (p) => p.b === 'bad' && p.a === 'good'],
    ['newly passing', (p) => p.a === 'bad' && p.b === 'good'],
    ['failing, and not counted in the other', (p) => [p.a, p.b].includes('bad') && [p.a, p.b].includes('none')],
    ['failing in both', (p) => p.a === 'bad' && p.b === 'bad'],
  ]
  const rows = kinds.flatMap(([kind, is]) => pairs.filter(is).map((p) => ({ kind, p })))
  return section(
    'pairs',
    'Pairs',
    rows.length === 0
      ? [paragraph('None fails in one of them alone.')]
      : [
          paragraph(
            joined(
              kinds.flatMap(([kind, is]) => (pairs.some(is) ? [`${kind}: ${pairs.filter(is).length}`] : [])),
              '; ',
            ),
          ),
          table(
            ['', 'pair', 'group', 'A', 'B', ...(lab === null ? [] : ['belongs to'])],
            rows
              .slice(0, most.pairs)
              .map(({ kind, p }): readonly Inline[] => [
                kind,
                p.subject,
                p.group,
                fate(p.a),
                fate(p.b),
                ...(lab === null ? [] : [belongs(p)]),
              ]),
          ),
          ...more(rows.length, most.pairs),
          ...(lab === null
            ? []
            : [
                paragraph(
                  inline`${lab === 'a' ? 'A' : 'B'} is a lab's. What fails on both belongs to the product; what fails on the fleet alone to its environment, as far as the lab is like it.`,
                ),
              ]),
        ],
  )
}

const fate = (of: PairChange['a']): Inline =>
  of === 'good' ? toned('passed', 'good') : of === 'bad' ? toned('failed', 'bad') : toned('not counted', 'dim')

const belongs = ({ belongs: whose }: PairChange): Inline =>
  whose === null
    ? ''
    : whose === 'product'
      ? toned('product', 'bad')
      : whose === 'environment'
        ? toned('environment', 'warn')
        : 'lab alone'

function nats({ nats: all }: SessionsCompared): Section {
  if (all === null) return section('nats', 'NATs', [paragraph('Not told: the evidence of one of them is not at hand.')])
  return section(
    'nats',
    'NATs',
    all.length === 0
      ? [paragraph('Each node was measured alike in both.')]
      : [
          table(
            ['node', 'change'],
            all.map(({ node, change }): readonly Inline[] => [node, change]),
          ),
        ],
  )
}

function logs({ logs: all }: SessionsCompared): Section {
  if (all === null) return section('logs', 'Logs', [paragraph('Not told: the evidence of one of them is not at hand.')])
  return section(
    'logs',
    'Errors and warnings in the logs',
    all.length === 0
      ? [paragraph('None is new, gone, or twice as often.')]
      : [
          paragraph(amount(all.length, 'template')),
          table(
            ['', 'A', 'B', 'template'],
            all
              .slice(0, most.logs)
              .map((l): readonly Inline[] => [
                l.a === 0
                  ? toned('new', l.level === 'error' ? 'bad' : 'warn')
                  : l.b === 0
                    ? toned('gone', 'good')
                    : l.b > l.a
                      ? 'more often'
                      : 'less often',
                String(l.a),
                String(l.b),
                text(l.template, 160),
              ]),
            ['left', 'right', 'right'],
          ),
          ...more(all.length, most.logs),
        ],
  )
}
