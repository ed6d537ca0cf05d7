/** What Prometheus and the registry's own metrics said of the test's window; labels are words of what was scraped. */
import type { MetricsDigest, QueryFigures, MetricSeries } from '../../domain/metrics.ts'
import { iso } from '../../domain/text.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, heading, inline, paragraph, table, text, type Block, type Inline, type Section } from '../section.ts'

const shown = 10

export function metricsSection({ metrics }: Pick<ProofInput, 'metrics'>): Section | null {
  if (metrics === null) return null
  const { window, stepSeconds, queries, registry } = metrics
  return {
    id: 'metrics',
    title: 'Metrics',
    blocks: [
      paragraph(`From ${iso(window.from)} to ${iso(window.to)}, a value every ${stepSeconds} s. They decide nothing.`),
      ...queries.flatMap(queryBlocks),
      heading('The registry, before and after'),
      ...registryBlocks(registry),
    ],
  }
}

function queryBlocks(q: QueryFigures): readonly Block[] {
  const title = paragraph(inline`${text(q.name, 60)}: ${code(q.query, 300)}`)
  if (q.kind === 'not read') return [title, paragraph(inline`Not read: ${text(q.why, 300)}`)]
  if (q.series.length === 0) return [title, paragraph('Prometheus has nothing of it in this window.')]
  const rest = q.series.length - shown + q.beyond
  return [
    title,
    table(['series', 'values', 'first', 'last', 'least', 'most'], q.series.slice(0, shown).map(row), [
      'left',
      'right',
      'right',
      'right',
      'right',
      'right',
    ]),
    ...(rest > 0 ? [paragraph(`And ${rest} series more (metrics.json, metrics/).`)] : []),
  ]
}

const row = (s: MetricSeries): readonly Inline[] => [
  code(s.labels, 200),
  `${s.points}`,
  ...[s.first, s.last, s.min, s.max].map(figure),
]

/** Six digits: bytes and shares alike. */
const figure = (n: number): string => Number(n.toPrecision(6)).toString()

function registryBlocks(registry: MetricsDigest['registry']): readonly Block[] {
  if (registry.kind === 'not read') return [paragraph(inline`Not read: ${text(registry.why, 300)}`)]
  const rest = Math.max(0, registry.changed.length - 3 * shown) + registry.beyond
  return [
    ...(registry.changed.length === 0
      ? []
      : [
          table(
            ['metric', 'before', 'after'],
            registry.changed.slice(0, 3 * shown).map((s) => [code(s.name, 200), figure(s.before), figure(s.after)]),
            ['left', 'right', 'right'],
          ),
        ]),
    paragraph(
      `${registry.changed.length + registry.beyond} changed${rest > 0 ? `, ${rest} of them not shown` : ''}; ${registry.same} did not.`,
    ),
  ]
}
