/** The matrix NAT × NAT: what the oracle expects of each cell beside what counters showed. */
import { counts } from '../sample.ts'
import { natOrders, type NatCell, type NatFigures, type NatSample } from './work.ts'

export function natFigures(samples: readonly NatSample[], pairs: NatFigures['pairs']): NatFigures {
  const counted = samples.filter(counts)
  return {
    cells: [...Map.groupBy(samples, (s) => JSON.stringify([s.nats.from, s.nats.to, s.expected]))].map(([, list]) =>
      cellOf(list),
    ),
    orders: natOrders.map((order) => {
      const of = counted.filter((s) => s.order === order)
      return { order, attempts: of.length, successes: of.filter((s) => s.outcome === 'success').length }
    }),
    surprises: samples.filter(isSurprise).map((s) => s.sentence),
    pairs,
  }
}

function cellOf(list: readonly NatSample[]): NatCell {
  const counted = list.filter(counts)
  const by = (path: NatSample['path']): number =>
    counted.filter((s) => s.path === path && (s.outcome === 'success' || s.grade !== null)).length
  const [endToEnd, relayed] = [by('end-to-end'), by('relayed')]
  return {
    from: list[0]?.nats.from ?? '',
    to: list[0]?.nats.to ?? '',
    expected: list[0]?.expected ?? 'either',
    attempts: counted.length,
    endToEnd,
    relayed,
    failed: counted.length - endToEnd - relayed,
    notCounted: list.length - counted.length,
  }
}

/** A failure is one too: an oracle that expects a path expects a delivery. */
const isSurprise = (s: NatSample): boolean =>
  counts(s)
    ? s.outcome === 'failed' || (s.expected !== 'either' && s.path !== s.expected)
    : s.findings.some((f) => f.kind === 'nat-contradicted')
