/** Sections of observed connections: each pair with its packets both ways, why one did not work, and what was said of it. */
import { total } from '../../domain/suites/connectivity/scene.ts'
import type { ObservedFigures, ObservedSample, Way } from '../../domain/suites/observed/window.ts'
import { subjectName } from '../../domain/suites/sample.ts'
import { quantile } from '../../domain/statistics.ts'
import { ms } from '../../domain/text.ts'
import type { RunInput } from '../../domain/verdict-input.ts'
import { inline, list, pairs, paragraph, table, toned, type Inline, type Section } from '../section.ts'
import { nodesSection } from './connectivity.ts'
import type { SuitePages } from './suite-report.ts'

export const observedPages: SuitePages<'observed'> = ({ samples, figures }, { verdict, input }) => ({
  overview: [pairsSection(samples)],
  terms: terms(input),
  sentences: [sentencesSection(samples)],
  figures: [figuresSection(samples, figures), nodesSection(figures.nodes, verdict, input)],
})

function terms(input: RunInput): Inline | null {
  const work = input.suites.find((s) => s.suite === 'observed')?.work
  if (work === undefined) return null
  const { targets, window } = work
  return inline`Criteria ${input.criteria}: ${targets.strict && input.criteria !== 'all-pass' ? 'the lower bound of the interval' : 'the rate'}
    is compared with the target, with at least ${targets.sampleFloor} counted windows of pairs and ${targets.coverage} %
    of the pairs in each class. Nobody is told to dial, so a pair counts once for both directions, in the class of the
    easier one. Success needs ${window.minBytes} bytes delivered each way behind the NATs, packets both ways for
    ${window.sustainedSeconds} s, and no end that says it failed (grade C).`
}

/** Both directions of each pair, over all windows. */
function pairsSection(samples: readonly ObservedSample[]): Section {
  const rows = [...Map.groupBy(samples, (s) => JSON.stringify(s.subject.pair))].flatMap(([, all]) => {
    const { pair } = all[0]?.subject ?? { pair: { from: '', to: '' } }
    const good = all.filter((s) => s.outcome === 'success').length
    const result = toned(
      `${all[0]?.group ?? ''} ${good}/${all.length}`,
      good === all.length ? 'good' : all.some((s) => s.outcome === 'failed') ? 'bad' : 'warn',
    )
    const row = (from: string, to: string, ways: readonly Way[], first: Inline): readonly Inline[] => {
      const [sent, delivered] = [total(ways.map((w) => w.sent)), total(ways.map((w) => w.delivered))]
      const boxes = ways.flatMap((w) => w.arrived ?? [])
      return [
        `${from} → ${to}`,
        first,
        String(sent.packets),
        boxes.length < ways.length ? '–' : String(total(boxes).packets),
        String(delivered.packets),
        String(delivered.bytes),
        ms(
          quantile(
            ways.flatMap((w) => w.firstMs ?? []),
            0.5,
          ),
        ),
      ]
    }
    return [
      row(
        pair.from,
        pair.to,
        all.map((s) => s.there),
        result,
      ),
      row(
        pair.to,
        pair.from,
        all.map((s) => s.back),
        '',
      ),
    ]
  })
  return {
    id: 'observed-pairs',
    title: 'Pairs',
    blocks: [
      rows.length === 0
        ? paragraph('No window was watched.')
        : table(['direction', 'windows', 'sent', 'at the box', 'delivered', 'bytes delivered', 'first by (p50)'], rows),
    ],
  }
}

function sentencesSection(samples: readonly ObservedSample[]): Section {
  const others = samples.filter((s) => s.outcome !== 'success' || s.path !== 'end-to-end')
  return {
    id: 'observed-paths',
    title: 'Why not end to end',
    blocks: [
      samples.length === 0
        ? paragraph('No window was watched.')
        : others.length === 0
          ? paragraph('Every pair was delivered end to end in every window.')
          : list(others.map((s) => inline`${s.id}: ${s.sentence}`)),
    ],
  }
}

function figuresSection(samples: readonly ObservedSample[], f: ObservedFigures): Section {
  const t = f.timeToDelivery
  const outcome = (o: string): number => samples.filter((s) => s.outcome === o).length
  return {
    id: 'observed-figures',
    title: 'Figures',
    blocks: [
      pairs([
        [
          'Time until packets were delivered both ways',
          `p50 ${ms(t.p50)} · p95 ${ms(t.p95)} · max ${ms(t.max)} (${t.count} successes); at the latest: counters were read after ${f.looks.join(', ')} s`,
        ],
        ['Windows', String(f.windows)],
        ['Claims refuted by the counters', String(f.refuted)],
        ['Successes that nobody claimed', String(f.silent)],
        [
          'Pairs of windows per outcome',
          ['success', 'failed', 'unwitnessed', 'infra', 'harness'].map((o) => `${o} ${outcome(o)}`).join(' · '),
        ],
        ['Pairs', String(new Set(samples.map((s) => subjectName(s.subject))).size)],
      ]),
    ],
  }
}
