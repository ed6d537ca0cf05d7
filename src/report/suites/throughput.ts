/** Throughput's sections: how fast each pair was by the receiver's kernel, beside what its bare link carries. */
import type { SampleOutcome } from '../../domain/suites/sample.ts'
import { subjectName } from '../../domain/suites/sample.ts'
import type { ThroughputSample } from '../../domain/suites/throughput/work.ts'
import { inline, list, paragraph, table, toned, type Inline, type Section, type Tone } from '../section.ts'
import type { SuitePages } from './suite-report.ts'

export const throughputPages: SuitePages<'throughput'> = ({ samples, figures: { pairs } }) => ({
  overview: [
    {
      id: 'throughput',
      title: 'Throughput',
      blocks: [
        table(
          ['pair', 'Mbit/s, at least', 'at most', 'bare link before', 'after', 'payload', 'path', 'outcome'],
          samples.map(rowOf),
        ),
        paragraph(
          inline`${pairs.planned} of ${pairs.possible} pairs, with every node both ways and every NAT × NAT
            (${pairs.natCells}).`,
        ),
      ],
    },
  ],
  terms: inline`Throughput: payload that arrived whole, over the time in which the receiver's kernel counted it, read ten
    times a second by the node's own uptime. Slow is told only of a pair whose bare link carried enough of our own
    datagrams before and after; a slow link blames nobody.`,
  sentences: [slowSection(samples)],
  figures: [],
})

const words: Readonly<Record<SampleOutcome, readonly [string, Tone]>> = {
  success: ['fast enough', 'good'],
  failed: ['failed', 'bad'],
  unwitnessed: ['not counted', 'warn'],
  infra: ['not counted', 'warn'],
  harness: ['a step of ours broke', 'warn'],
}

const rowOf = (s: ThroughputSample): readonly Inline[] => [
  subjectName(s.subject),
  number(s.rate?.low),
  number(s.rate?.high),
  number(s.link.before),
  number(s.link.after),
  `${(s.bytes / 1_000_000).toFixed(1)} MB`,
  s.path,
  toned(...words[s.outcome]),
]

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : value.toFixed(1)

function slowSection(samples: readonly ThroughputSample[]): Section {
  const others = samples.filter((s) => s.outcome !== 'success')
  return {
    id: 'throughput-slow',
    title: 'Why not fast enough',
    blocks: [
      others.length === 0
        ? paragraph('Every timed pair reached the rate that is asked for.')
        : list(others.map((s) => s.sentence)),
    ],
  }
}
