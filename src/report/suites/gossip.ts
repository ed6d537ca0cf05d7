/** Gossip's sections: what each node received, how the map came to agree, and whose word each list is. */
import type { GossipFigures, GossipSample } from '../../domain/suites/gossip/work.ts'
import { ms } from '../../domain/text.ts'
import { inline, list, pairs, table, type Inline, type Section } from '../section.ts'
import type { SuitePages } from './suite-report.ts'

export const gossipPages: SuitePages<'gossip'> = ({ samples, figures }) => ({
  overview: figures.delivery.length === 0 ? [] : [deliverySection(figures)],
  terms: inline`Gossip: each message and each write had bytes that only we knew before. A delivery counts by the
    receiver's own record, read there; a map by the hash that a command of ours made of it on the node; a member by each
    node's own list, while we knew who was dead.`,
  sentences: samples.some(wanting) ? [sentences(samples.filter(wanting))] : [],
  figures: [figuresSection(figures)],
})

const wanting = (s: GossipSample): boolean => s.outcome !== 'success'

const deliverySection = ({ delivery }: GossipFigures): Section => ({
  id: 'gossip',
  title: 'Broadcasts received',
  blocks: [
    table(
      ['node', 'received', 'sent to it', 'duplicates'],
      delivery.map((d) => [d.node, String(d.received), String(d.expected), String(d.duplicates)]),
    ),
  ],
})

const sentences = (samples: readonly GossipSample[]): Section => ({
  id: 'gossip-not-delivered',
  title: 'Gossip that did not succeed',
  blocks: [list(samples.map((s) => s.sentence))],
})

const figuresSection = ({ latency, offsets, agreement, victim }: GossipFigures): Section => ({
  id: 'gossip-figures',
  title: 'Gossip in figures',
  blocks: [
    pairs([
      ...(latency.count === 0
        ? []
        : [
            [
              'From sending to receipt, by the clocks of both nodes',
              `p50 ${ms(latency.p50)} · p95 ${ms(latency.p95)} · max ${ms(latency.max)} (${latency.count} deliveries)`,
            ] as const,
          ]),
      ...(offsets.length === 0 ? [] : [['Clocks against ours', offsetsOf(offsets)] as const]),
      ...(agreement.count === 0
        ? []
        : [
            [
              'From the last write to the right map',
              `p50 ${ms(agreement.p50)} · max ${ms(agreement.max)} (${agreement.count} nodes)`,
            ] as const,
          ]),
      ...(victim === null ? [] : [['Killed, and started again', victim] as const]),
    ]),
  ],
})

const offsetsOf = (offsets: GossipFigures['offsets']): Inline =>
  offsets.map((o) => `${o.node} ${o.offsetMs} ± ${o.withinMs} ms`).join(', ')
