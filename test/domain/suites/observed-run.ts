/** Windows among nine peers as packet counters and the program's own words would show them; a case changes some pairs. */
import { notRead, thereIs, type Counters, type NodeReading, type RunningProof } from '../../../src/domain/evidence.ts'
import type { NatKind, NodeName } from '../../../src/domain/fleet.ts'
import { noClaims } from '../../../src/domain/profile.ts'
import { observedPairs } from '../../../src/domain/suites/observed/pairs.ts'
import type {
  LogClaim,
  WindowLook,
  ObservedWindow,
  ObservedWork,
  Reported,
} from '../../../src/domain/suites/observed/window.ts'
import type { PartOf } from '../../../src/domain/suites/suite.ts'
import type { VerdictInput } from '../../../src/domain/verdict-input.ts'
import {
  binary,
  emptyCounters,
  flow,
  measurementOf,
  peers,
  proofOf,
  reading,
  run,
  sentAs,
  servicePort,
  serviceUid,
  targets,
} from '../fixtures.ts'
import type { Passing } from '../passing.ts'

const looks = [5, 10, 20, 30]
const startedAt = 1_700_000_100_000
export const work: ObservedWork = {
  targets: { ...targets, relay: 0 },
  cooloffSeconds: 3,
  servicePort,
  window: { looks, minBytes: 65_536, sustainedSeconds: 10 },
  claims: { ...noClaims, figures: [{ path: '/api/stats', list: '$', field: 'rate', atMost: 1 }] },
}

const reportsUse = { path: '/api/results', list: 'all', id: 'id', from: 'a', to: 'b', method: 'how', failed: [] }

/** What a pair does, by the node with the smaller number and the other; every part has a default that is good. */
export interface PairDoes {
  /** Bytes delivered in each look. */
  readonly there?: readonly number[]
  readonly back?: readonly number[]
  /** Packets that its end sends in each look, delivered or not. */
  readonly sends?: number
  readonly log?: Readonly<Record<NodeName, Pick<LogClaim, 'says' | 'method'>>>
  readonly reports?: Readonly<Record<NodeName, Pick<Reported, 'method' | 'failed'>>>
  /** A node whose socket, of no service, passes on what the two say. */
  readonly relay?: NodeName
  /** What is delivered goes by IPv6, from an address that our preflight heard of, or not. */
  readonly ipv6?: 'known' | 'unknown'
}

export interface ObservedChanges {
  /** `2-4`, `class:relay`, `*`: the more special one wins. */
  readonly pairs?: Readonly<Record<string, PairDoes>>
  /** Only in this window. */
  readonly only?: number
  readonly windows?: number
  readonly nat?: Readonly<Record<NodeName, NatKind>>
  readonly targets?: Partial<ObservedWork['targets']>
  /** Of what was started, by node; `missing`: it was not proven, `same`: its process is that of before. */
  readonly starts?: Readonly<Record<NodeName, Partial<RunningProof> | 'missing' | 'same'>>
  /** A node whose counters were not read at the last look, in the window of `only`. */
  readonly blind?: NodeName
  /** A node whose counters were made anew before the last look. */
  readonly emptied?: NodeName
  /** Windows behind the planned ones that repeat this one. */
  readonly repeats?: readonly number[]
  readonly after?: Readonly<Record<NodeName, Partial<RunningProof>>>
  readonly figure?: number
  /** What our own datagrams showed before any window, by `from→to`. */
  readonly passing?: Readonly<Record<string, Passing>>
  readonly unreadable?: number
  /** Why the registry could not be asked, in the windows that are touched. */
  readonly registryDown?: string
  /** What a node's service executes at the last look. */
  readonly executes?: Readonly<Record<NodeName, { readonly exeSha256?: string; readonly image?: string }>>
}

const number = (n: NodeName): number => Number(n.replace('saorsa-', ''))
const address = (n: NodeName): string => `198.18.${number(n)}.10`
const startOf = (n: NodeName, window: number): RunningProof =>
  proofOf(n, { pid: 500 + window, image: `${4096 * window}.8192`, startedAt })

export function observedRun(changes: ObservedChanges = {}): VerdictInput {
  const measured = peers.map((n) => measurementOf(n.name, changes.nat?.[n.name] ?? n.nat))
  const claims = changes.registryDown === undefined ? work.claims : { ...work.claims, reports: reportsUse }
  const own: ObservedWork = { ...work, targets: { ...work.targets, ...changes.targets }, claims }
  const planned = changes.windows ?? 2
  const windows = Array.from({ length: planned }, (_, i) => windowOf(i + 1, measured, changes))
  const again = (changes.repeats ?? []).map((of, i) => ({
    ...windowOf(planned + 1 + i, measured, {}),
    repeats: `1.${of}`,
  }))
  const base = run(changes.passing === undefined ? {} : { passing: changes.passing })
  const last = planned + again.length
  const part: PartOf<'observed'> = { suite: 'observed', work: own, attempts: 0, seconds: 0, detail: '', thresholds: '' }
  return {
    ...base,
    suites: [part],
    items: { observed: [...windows, ...again] },
    promises: { record: false, payload: 'opaque', kept: false },
    measurements: { before: measured, after: measured },
    findings: [],
    evidence: {
      ...base.evidence,
      controls: base.evidence.controls.filter((c) => c.name !== 'nonexistent-peer'),
      runningBefore: peers.map((n) => proofOf(n.name)),
      runningAfter: peers.map((n) => ({ ...startOf(n.name, last), ...changes.after?.[n.name] })),
    },
  }
}

type Measured = readonly ReturnType<typeof measurementOf>[]

function windowOf(window: number, measured: Measured, changes: ObservedChanges): ObservedWindow {
  const touched = changes.only === undefined || changes.only === window
  const pairs = observedPairs(peers, measured).map(({ pair, oracle }) => {
    const [a, b] = [pair.from, pair.to].toSorted((x, y) => number(x) - number(y)) as [NodeName, NodeName]
    const physics: PairDoes =
      oracle.pairClass === 'relay'
        ? { there: [], back: [] }
        : { reports: { [a]: { method: 'direct', failed: false }, [b]: { method: 'direct', failed: false } } }
    const special = touched
      ? {
          ...changes.pairs?.['*'],
          ...changes.pairs?.[`class:${oracle.pairClass}`],
          ...changes.pairs?.[`${number(a)}-${number(b)}`],
        }
      : {}
    return { a, b, does: { ...physics, ...special } }
  })
  const ids = Object.fromEntries(peers.map((n) => [n.name, `id-of-${n.name}`]))
  const from = startedAt + window * 60_000
  const down = touched ? changes.registryDown : undefined
  const reports = thereIs({
    list: pairs.flatMap(({ a, b, does }, i) =>
      Object.entries(does.reports ?? {}).map(([by, said]): Reported => ({
        id: `${window}${i}${by}`,
        from: ids[by] ?? '',
        to: ids[by === a ? b : a] ?? '',
        ...said,
      })),
    ),
    unreadable: changes.unreadable ?? 0,
  })
  return {
    id: `1.${window}`,
    window,
    startedAt: from,
    endedAt: from + 30_500,
    before: Object.fromEntries(
      peers.map((n) => [n.name, changes.starts?.[n.name] === 'same' && touched ? 500 + window : 400]),
    ),
    starts: Object.fromEntries(
      peers.map(({ name }) => {
        const edit = touched ? changes.starts?.[name] : undefined
        return [
          name,
          edit === 'missing'
            ? notRead('no answer')
            : thereIs({ ...startOf(name, window), ...(edit === 'same' ? {} : edit) }),
        ]
      }),
    ),
    peerIds: ids,
    looks: looks.map((seconds, i) => ({
      atMs: seconds * 1000,
      readings: readingsOf(pairs, i, window, measured, touched ? changes : {}),
    })),
    registry: down === undefined ? thereIs(true) : notRead(down),
    unanswered: down === undefined ? [] : [{ path: '/api/results', why: down }],
    reports: down === undefined ? reports : notRead(down),
    log: Object.fromEntries(
      peers.map(({ name }) => [
        name,
        thereIs({
          list: pairs.flatMap(({ a, b, does }) => {
            const said = does.log?.[name]
            return said === undefined || ![a, b].includes(name)
              ? []
              : [{ ...said, about: name === a ? b : a, line: 'a line' }]
          }),
          more: 0,
        }),
      ]),
    ),
    figures: changes.figure === undefined ? [] : [{ path: '/api/stats', field: 'rate', value: changes.figure }],
  }
}

type Pairs = readonly { readonly a: NodeName; readonly b: NodeName; readonly does: PairDoes }[]

function readingsOf(
  pairs: Pairs,
  look: number,
  window: number,
  measured: Measured,
  changes: ObservedChanges,
): WindowLook['readings'] {
  const counters = new Map<NodeName, Counters>(peers.map((n) => [n.name, emptyCounters]))
  const boxes = new Map<NodeName, Counters>(peers.map((n) => [n.name, emptyCounters]))
  const port = (n: NodeName, of = servicePort): number =>
    measured.find((m) => m.node === n)?.mapping === 'APDM' ? 40_000 + (of % 997) : of
  const put = (into: Map<NodeName, Counters>, node: NodeName, more: Partial<Counters>): void => {
    const c = into.get(node) ?? emptyCounters
    into.set(node, {
      ...c,
      in: [...c.in, ...(more.in ?? [])],
      out: [...c.out, ...(more.out ?? [])],
      sent: [...c.sent, ...(more.sent ?? [])],
    })
  }
  // Counters count on from look to look.
  const until = (each: readonly number[]): number => each.slice(0, look + 1).reduce((n, b) => n + b, 0)
  const way = (from: NodeName, to: NodeName, bytes: number, sends: number, ipv6: PairDoes['ipv6']): void => {
    const packets = Math.max(sends * (look + 1), Math.ceil(bytes / 500))
    if (packets === 0) return
    const out = flow(address(to), port(to), servicePort, packets, Math.max(bytes, packets * 60))
    put(counters, from, { out: [out], sent: [sentAs(serviceUid, out)] })
    put(boxes, to, { in: [flow(address(from), port(from), port(to), packets, out.bytes)] })
    const six = `2001:db8::${ipv6 === 'known' ? '' : 'f:'}${number(from)}`
    const remote = ipv6 === undefined ? `::ffff:${address(from)}` : six
    if (bytes > 0)
      put(counters, to, {
        in: [flow(remote, port(from), servicePort, Math.ceil(bytes / 500), bytes)],
      })
  }
  for (const { a, b, does } of pairs) {
    const [there, back] = [
      does.there ?? [30_000, 30_000, 60_000, 60_000],
      does.back ?? [30_000, 30_000, 60_000, 60_000],
    ]
    way(a, b, until(there), does.sends ?? 4, does.ipv6)
    way(b, a, until(back), does.sends ?? 4, does.ipv6)
    if (does.relay === undefined) continue
    const ends = [a, b].map((n) => flow(address(n), port(n), 31_000, 60 * (look + 1), 30_000 * (look + 1)))
    put(counters, does.relay, { in: ends, out: ends })
  }
  return Object.fromEntries(
    peers.map(({ name }): readonly [NodeName, NodeReading] => {
      const lost = changes.blind === name && look === looks.length - 1
      const anew = changes.emptied === name && look === looks.length - 1
      const { exeSha256 = binary, image = `${4096 * window}.8192` } =
        look === looks.length - 1 ? (changes.executes?.[name] ?? {}) : {}
      const natted = measured.find((m) => m.node === name)?.mapping !== 'none'
      return [
        name,
        {
          ...reading(
            lost
              ? notRead('the SSH channel closed')
              : thereIs(anew ? emptyCounters : (counters.get(name) ?? emptyCounters)),
            natted ? thereIs({ counters: boxes.get(name) ?? emptyCounters, mappings: [] }) : null,
          ),
          processes: thereIs([
            { pid: 500 + window, exeSha256, startTicks: 1, image, role: 'service' },
            { pid: 500 + window, exeSha256, startTicks: 1, image, role: 'port-owner' },
          ]),
        },
      ]
    }),
  )
}
