/**
 * Nine peers behind the lab's NATs and the evidence of a run among them, as counters would show it; cases change one
 * thing each.
 */
import {
  nobody,
  notRead,
  thereIs,
  valueOf,
  type Attempt,
  type BoxView,
  type Claim,
  type Control,
  type Counters,
  type Flow,
  type NodeReading,
  type Pair,
  type Read,
  type Readings,
  type RoundEvidence,
  type RunningProof,
  type SentFlow,
} from '../../src/domain/evidence.ts'
import { hostPort } from '../../src/domain/addresses.ts'
import { checkpointInput, type CheckpointInput } from '../../src/domain/checkpoint.ts'
import type { Counts } from '../../src/domain/counts.ts'
import { markOf, type RunningMark } from '../../src/domain/continuity.ts'
import type { Fleet, FleetNode, NatKind, NatMeasurement, NodeName } from '../../src/domain/fleet.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import type { TestHistory } from '../../src/domain/history.ts'
import { outcomesOf } from '../../src/domain/outcomes.ts'
import type { GroupResult } from '../../src/domain/suites/group.ts'
import type { PartOf } from '../../src/domain/suites/suite.ts'
import { asDeclared, type PairClass } from '../../src/domain/suites/connectivity/oracle.ts'
import { verdict, type Verdict } from '../../src/domain/verdict.ts'
import { total, type Senders } from '../../src/domain/suites/connectivity/scene.ts'
import { plannedPairs, relayPairsOf, repetitionsFor } from '../../src/domain/suites/connectivity/coverage.ts'
import { soakOf } from '../kit/soak.ts'
import { passingOf, type Passing } from './passing.ts'
import { pairKey, timetable } from '../../src/domain/suites/connectivity/timetable.ts'
import type { Targets } from '../../src/domain/suites/connectivity/config.ts'
import type { Promises } from '../../src/domain/promises.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'

export const servicePort = 9000
export const binary = sha256('the deployed binary')
export const targets: Targets = {
  direct: 99,
  natTraversed: 85,
  relay: 100,
  sampleFloor: 10,
  coverage: 80,
  strict: false,
}

const nats: Readonly<Record<number, NatKind>> = {
  4: 'full-cone',
  5: 'address-restricted',
  6: 'port-restricted',
  10: 'symmetric',
}
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
const addressOf = (k: number): string => `198.18.${k}.10`
const numberOf = (name: NodeName): number => Number(name.replace('saorsa-', ''))

export const nodeOf = (k: number): FleetNode => ({
  name: `saorsa-${k}`,
  host: `saorsa-${k}.lab.invalid`,
  ip: addressOf(k),
  sshPort: 22,
  user: 'root',
  provider: 'lab',
  region: 'here',
  role: k === 1 ? 'registry' : k <= 3 ? 'bootstrap' : nats[k] === undefined ? 'test' : 'nat',
  nat: nats[k] ?? 'none',
  ...(k === 10 ? { expectedRate: 70 } : {}),
  runtime: { kind: 'systemd' },
  hostKeys: [],
})
export const nineNodes: Fleet = {
  name: 'lab',
  ports: { 'ant-quic': servicePort },
  nodes: numbers.map(nodeOf),
  lab: { natTimeoutFactor: 4, shaping: 'none' },
}
export const peers: readonly FleetNode[] = nineNodes.nodes.filter((n) => n.role !== 'registry')

/** `kind`: what the NAT really is, whatever its label. */
export const measurementOf = (
  node: NodeName,
  kind: NatKind,
  stable: boolean | null = kind === 'symmetric' ? null : true,
): NatMeasurement => ({
  node,
  ...asDeclared({ nat: kind }),
  stable,
  portPreserving: kind !== 'symmetric',
  externalAddresses: [addressOf(numberOf(node))],
  hairpin: 'none',
  raw: [],
})
export const measurements: readonly NatMeasurement[] = peers.map((n) => measurementOf(n.name, n.nat))

/** The services' user, beside the dialler's. */
export const serviceUid = 990
export const senders: Senders = { dialler: nobody, services: new Map(peers.map((n) => [n.name, serviceUid])) }

/** A receiver that writes down and keeps what it got of a payload of ours. */
export const promised: Promises = { record: true, payload: 'given', kept: true }

/** What happened to an attempt, and what was said and written about it. */
export interface Happening {
  readonly path?: 'end-to-end' | 'relayed' | 'none' | 'one-way'
  readonly via?: NodeName
  readonly claims?: 'direct' | 'hole_punched' | 'relayed' | 'failure' | 'nothing'
  readonly record?: 'written' | 'missing' | 'emptied' | 'another-nonce' | 'wrong-hash'
  /** Bytes that come back end to end, beside a few hundred. */
  readonly answered?: number
  readonly kept?: 'whole' | 'absent' | 'other'
  readonly counters?: 'read' | 'null' | 'overflow'
  readonly fault?: 'infra' | 'harness'
  readonly upgraded?: boolean
  /** All that goes straight goes by IPv6, from an address that our preflight heard of, or not. */
  readonly ipv6?: 'known' | 'unknown'
  /** A relay and both ends keep a relayed connection alive, with so many packets each way, and nothing goes over it. */
  readonly keepalives?: number
}

export const emptyCounters: Counters = {
  in: [],
  out: [],
  sent: [],
  fragmentsIn: { packets: 0, bytes: 0 },
  overflow: false,
}
export const flow = (remote: string, remotePort: number, localPort: number, packets: number, bytes: number): Flow => ({
  remote,
  remotePort,
  localPort,
  packets,
  bytes,
})

/** An attempt with what its round says of it. */
export interface Tried extends Attempt {
  readonly round: number
  readonly retry?: true
  readonly readings: Readings
}

export const reading = (counters: Read<Counters>, box: Read<BoxView> | null = null): NodeReading => ({
  counters,
  box,
  clock: null,
  processes: null,
})
export const countersAt = ({ readings }: Pick<Tried, 'readings'>, node: NodeName): Counters =>
  valueOf(readings[node]?.counters) ?? emptyCounters

/** The same attempt, of whose round one node was read otherwise. */
export const withReading = <T extends Pick<Tried, 'readings'>>(
  tried: T,
  node: NodeName,
  change: (r: NodeReading) => NodeReading,
): T => ({
  ...tried,
  readings: { ...tried.readings, [node]: change(tried.readings[node] ?? reading(thereIs(emptyCounters))) },
})

/** Attempts of one round share its readings, by identity. */
export const roundsOf = (all: readonly Tried[]): readonly RoundEvidence[] =>
  [...Map.groupBy(all, (a) => a.readings)].map(([readings, tried]) => ({
    pass: 1,
    round: tried[0]?.round ?? 0,
    ...(tried[0]?.retry === undefined ? {} : { retry: tried[0].retry }),
    attempts: tried.map(({ round, retry, readings: own, ...attempt }) => {
      void [round, retry, own]
      return attempt
    }),
    readings,
  }))

/** What one look saw at the end of a round in which all of these happened. */
export const together = (all: readonly Tried[]): readonly Tried[] => {
  const readings: Record<NodeName, NodeReading> = {}
  for (const [node, one] of all.flatMap((a) => Object.entries(a.readings))) {
    const before = readings[node]
    readings[node] = before === undefined ? one : reading(joined(before.counters, one.counters), before.box ?? one.box)
  }
  return all.map((a) => ({ ...a, readings }))
}
const joined = (a: Read<Counters>, b: Read<Counters>): Read<Counters> =>
  a.kind === 'there' && b.kind === 'there'
    ? thereIs({
        in: [...a.value.in, ...b.value.in],
        out: [...a.value.out, ...b.value.out],
        sent: [...a.value.sent, ...b.value.sent],
        fragmentsIn: total([a.value.fragmentsIn, b.value.fragmentsIn]),
        overflow: a.value.overflow || b.value.overflow,
      })
    : a.kind === 'there'
      ? b
      : a

export const sentAs = (uid: number, { remote, localPort, packets, bytes }: Flow, protocol = 'udp'): SentFlow => ({
  remote,
  protocol,
  localPort,
  uid,
  packets,
  bytes,
})

/**
 * One attempt among the peers as {@link measurements} (or `nat`) have them: a cone keeps its port, a symmetric NAT
 * picks another.
 */
export function attemptOf(
  pair: Pair,
  at: { round: number; repetition: number },
  nat: readonly NatMeasurement[],
  happening: Happening,
): Tried {
  const kind = (n: NodeName) => nat.find((m) => m.node === n)
  const id = `1.${at.round}.${pair.from}.${pair.to}`
  const [localPort, bytes, nonce] = [20000 + at.round, 70000 + at.round, sha256(id).slice(0, 32)]
  const six = (n: NodeName): string => `2001:db8::${happening.ipv6 === 'known' ? '' : 'f:'}${numberOf(n)}`
  const [a, b] = [pair.from, pair.to].map((n) => (happening.ipv6 === undefined ? addressOf(numberOf(n)) : six(n))) as [
    string,
    string,
  ]
  const natted = (n: NodeName): boolean => kind(n)?.mapping !== 'none'
  const outsidePort = (n: NodeName, inside: number): number =>
    happening.ipv6 === undefined && kind(n)?.mapping === 'APDM' ? 40000 + (inside % 997) : inside
  const [aPort, bPort] = [outsidePort(pair.from, localPort), outsidePort(pair.to, servicePort)]
  const path = happening.path ?? 'end-to-end'
  const via =
    happening.via ?? ['saorsa-2', 'saorsa-3', 'saorsa-1'].find((n) => n !== pair.from && n !== pair.to) ?? 'saorsa-1'
  const r = addressOf(numberOf(via))
  const wire = bytes + 1400
  const ends: { from: Counters; to: Counters } = { from: emptyCounters, to: emptyCounters }
  const put = (end: 'from' | 'to', way: 'in' | 'out', f: Flow): void => {
    ends[end] = { ...ends[end], [way]: [...ends[end][way], f] }
  }
  const relay = { in: [] as Flow[], out: [] as Flow[] }
  if (path === 'relayed') {
    put('from', 'out', flow(r, servicePort, localPort, 50, wire))
    relay.in.push(flow(a, aPort, servicePort, 50, wire))
    relay.out.push(flow(b, bPort, servicePort, 50, wire))
    put('to', 'in', flow(r, servicePort, servicePort, 50, wire))
    put('to', 'out', flow(r, servicePort, servicePort, 9, 700))
    put('from', 'in', flow(r, servicePort, localPort, 9, 700 + (happening.answered ?? 0)))
  }
  if (happening.keepalives !== undefined) {
    const [n, all] = [happening.keepalives, happening.keepalives * 48]
    put('from', 'out', flow(r, servicePort, localPort, n, all))
    put('from', 'in', flow(r, servicePort, localPort, n, all))
    put('to', 'in', flow(r, servicePort, servicePort, n, all))
    put('to', 'out', flow(r, servicePort, servicePort, n, all))
    relay.in.push(flow(a, aPort, servicePort, n, all), flow(b, bPort, servicePort, n, all))
    relay.out.push(flow(a, aPort, servicePort, n, all), flow(b, bPort, servicePort, n, all))
  }
  // Introductions and keepalives from a bootstrap come whatever happens.
  put('to', 'in', flow(r, servicePort, servicePort, 3, 300))
  put('from', 'out', flow(r, servicePort, localPort, 3, 300))
  put('from', 'in', flow(r, servicePort, localPort, 2, 200))
  // A failed punch leaves packets at both ends, and at the callee's box: sent, arrived, not delivered.
  put(
    'from',
    'out',
    flow(
      b,
      bPort,
      localPort,
      path === 'relayed' || path === 'none' ? 10 : 50,
      path === 'relayed' || path === 'none' ? 480 : wire,
    ),
  )
  if (path === 'end-to-end' || path === 'one-way')
    put('to', 'in', flow(happening.ipv6 === undefined ? `::ffff:${a}` : a, aPort, servicePort, 50, wire))
  put('to', 'out', flow(a, aPort, servicePort, 9, 700))
  if (path === 'end-to-end') put('from', 'in', flow(b, bPort, localPort, 9, 700 + (happening.answered ?? 0)))
  const box = (n: NodeName, insidePort: number, port: number): BoxView => ({
    counters: n === pair.to ? { ...emptyCounters, in: [flow(a, aPort, port, 10, 480)] } : emptyCounters,
    mappings: [
      {
        insideAddress: `192.168.${numberOf(n)}.2`,
        insidePort,
        outsideAddress: addressOf(numberOf(n)),
        outsidePort: port,
        remote: r,
        remotePort: servicePort,
      },
    ],
  })
  const written = happening.record ?? (path === 'end-to-end' || path === 'relayed' ? 'written' : 'missing')
  // What left the caller, left it as the dialler's.
  ends.from = { ...ends.from, sent: ends.from.out.map((f) => sentAs(nobody, f)) }
  const read = (counters: Counters): Read<Counters> =>
    happening.counters === 'null'
      ? notRead('nft: not permitted')
      : thereIs({ ...counters, overflow: happening.counters === 'overflow' })
  const boxOf = (n: NodeName, insidePort: number, port: number): Read<BoxView> | null =>
    natted(n) ? thereIs(box(n, insidePort, port)) : null
  return {
    id,
    pair,
    round: at.round,
    repetition: at.repetition,
    nonce,
    bytes,
    expectedSha256: sha256(nonce),
    localPort,
    servicePort,
    startedAt: 1_700_000_000_000 + at.round * 3000,
    endedAt: 1_700_000_000_000 + at.round * 3000 + 800,
    claim: claimOf(
      happening.claims ?? (path === 'relayed' ? 'relayed' : path === 'end-to-end' ? 'hole_punched' : 'failure'),
      happening.upgraded ?? false,
    ),
    diallerSha256: binary,
    record: recordOf(written, nonce, bytes, path === 'relayed' ? `${r}:${servicePort}` : hostPort(a, aPort)),
    readings: {
      [pair.from]: reading(thereIs(ends.from), boxOf(pair.from, localPort, aPort)),
      [pair.to]: reading(read(ends.to), boxOf(pair.to, servicePort, bPort)),
      ...(path === 'relayed' || happening.keepalives !== undefined
        ? { [via]: reading(thereIs({ ...emptyCounters, ...relay })) }
        : {}),
    },
    kept: keptOf(happening.kept ?? (written === 'written' ? 'whole' : 'absent'), nonce, bytes),
    ...(happening.fault === undefined ? {} : { fault: { kind: happening.fault, message: 'the SSH channel closed' } }),
  }
}

function claimOf(claims: NonNullable<Happening['claims']>, upgraded: boolean): Claim {
  const method = claims === 'failure' || claims === 'nothing' ? null : claims
  return {
    success: claims === 'nothing' ? null : method !== null,
    method,
    remote: null,
    connectMs: method === null ? null : 120,
    error: null,
    upgraded,
    exitCode: 0,
    lines: [],
  }
}

function recordOf(
  record: NonNullable<Happening['record']>,
  nonce: string,
  bytes: number,
  from: string,
): Attempt['record'] {
  if (record === 'missing') return { kind: 'absent' }
  const written = { nonce, bytes, sha256: sha256(nonce), from, missing: 0, completedMs: 300, raw: '' }
  switch (record) {
    case 'written':
      return thereIs(written)
    case 'emptied':
      return thereIs({ ...written, bytes: 0, sha256: sha256(''), missing: 50 })
    case 'another-nonce':
      return thereIs({ ...written, nonce: sha256(nonce).slice(0, 32) })
    case 'wrong-hash':
      return thereIs({ ...written, sha256: sha256('something else') })
  }
}

function keptOf(kept: NonNullable<Happening['kept']>, nonce: string, bytes: number): Attempt['kept'] {
  return kept === 'absent' ? { kind: 'absent' } : thereIs({ bytes, sha256: sha256(kept === 'whole' ? nonce : 'other') })
}

export const proofOf = (node: NodeName, changes: Partial<RunningProof> = {}): RunningProof => ({
  node,
  unit: 'testnet-peer.service',
  pid: 400,
  exeSha256: binary,
  image: '4096.8192',
  startedAt: 1_699_999_000_000,
  bootId: `boot-${node}`,
  restarts: 0,
  unitFile: 'ours',
  dropIns: [],
  udpPorts: [servicePort],
  network: 'measured',
  lives: { place: null, box: null },
  uid: serviceUid,
  capEff: '0000000000000000',
  version: '0.1.0',
  clock: { wallMs: 1_700_000_000_000, uptimeMs: 1_000_000 },
  ...changes,
})

export const controls: readonly Control[] = [
  {
    name: 'open-path',
    from: 'saorsa-7',
    to: 'saorsa-2',
    expected: 'through',
    seen: 'through',
    witnessed: true,
    detail: '',
    raw: [],
  },
  {
    name: 'closed-path',
    from: 'saorsa-7',
    to: 'saorsa-3',
    expected: 'blocked',
    seen: 'blocked',
    witnessed: true,
    detail: '',
    raw: [],
  },
  {
    name: 'large-datagram',
    from: 'saorsa-7',
    to: 'saorsa-2',
    expected: 'through',
    seen: 'through',
    witnessed: true,
    detail: '',
    raw: [],
  },
  {
    name: 'nonexistent-peer',
    from: 'saorsa-7',
    to: 'saorsa-2',
    expected: 'no-claim',
    seen: 'no-claim',
    witnessed: true,
    detail: '',
    raw: [],
  },
]

export interface Changes {
  readonly criteria?: VerdictInput['criteria']
  /** Of criteria `custom`. */
  readonly expression?: string
  /** The run that criteria `improvement` compares with; null: the ledger has none. */
  readonly earlier?: Changes | null
  readonly targets?: Partial<Targets>
  readonly promises?: VerdictInput['promises']
  readonly nat?: Readonly<Record<NodeName, NatKind>>
  readonly unstable?: readonly NodeName[]
  /** What is measured again after the last round, where it is something else. */
  readonly natAfter?: Readonly<Record<NodeName, NatKind | 'missing'>>
  readonly absent?: Readonly<Record<NodeName, string>>
  /** By `from→to`, `class:relay`, or `*`; the more special one wins. */
  readonly attempts?: Readonly<Record<string, Happening>>
  readonly controls?: Readonly<Record<string, Partial<Control> | 'dropped'>>
  readonly before?: Readonly<Record<NodeName, Partial<RunningProof> | 'missing'>>
  readonly after?: Readonly<Record<NodeName, Partial<RunningProof> | 'missing'>>
  readonly deployed?: Readonly<Record<NodeName, string>>
  /** Evidence of this pair is written down twice. */
  readonly copied?: string
  /** Makes the test a soak checkpoint; `since`: what differed at the end of the last test that passed. */
  readonly checkpoint?: {
    readonly baseline?: Counts | null
    /** Of this checkpoint's test before. */
    readonly earlier?: Counts
    readonly tolerance?: number
    readonly since?: Readonly<Record<NodeName, Partial<RunningMark> | 'missing'>>
  }
  /** What our own datagrams showed before any pair, by `from→to`. */
  readonly passing?: Readonly<Record<string, Passing>>
  /** Pairs that were tried again, by `from→to`. */
  readonly retries?: Readonly<Record<string, Happening>>
  /** What the repetitions of a pair's last attempt came to, by `from→to`: each of the one before. */
  readonly repeats?: Readonly<Record<string, readonly Happening[]>>
}

/** What the good run counts. */
export const goodCounts: Counts = {
  connectivity: {
    direct: { attempts: 40, successes: 40, planned: 40, tried: 40, recovered: 0 },
    nat_traversed: { attempts: 30, successes: 30, planned: 30, tried: 30, recovered: 0 },
    relay: { attempts: 10, successes: 10, planned: 2, tried: 2, recovered: 0 },
  },
}

/** A whole run's input for the verdict: the good one, with these changes. */
export function run(changes: Changes = {}): VerdictInput {
  const absent = Object.keys(changes.absent ?? {})
  const here = peers.filter((n) => !absent.includes(n.name))
  const measured = here.map((n) =>
    measurementOf(n.name, changes.nat?.[n.name] ?? n.nat, changes.unstable?.includes(n.name) ? false : undefined),
  )
  const pairs = plannedPairs(here, measured)
  const rounds = timetable({
    peers: here.map((n) => n.name),
    relayPairs: relayPairsOf(pairs),
    relayNodes: ['saorsa-2', 'saorsa-3'],
    repetitions: repetitionsFor(plannedPairs(peers, measured), targets.sampleFloor),
  })
  const tries = new Map<string, number>()
  const happens = (pair: Pair, special: Happening): Happening => {
    const planned = pairs.find((p) => pairKey(p.pair) === pairKey(pair))
    const physics: Happening =
      planned?.oracle.expected === 'relayed'
        ? { path: 'relayed' }
        : planned?.oracle.pairClass === 'direct'
          ? { claims: 'direct', path: 'end-to-end' }
          : {}
    return special.path === undefined ? { ...physics, ...special } : special
  }
  const attempts = rounds.flatMap((round, i) =>
    together(
      round.map((pair) => {
        const repetition = (tries.get(pairKey(pair)) ?? 0) + 1
        tries.set(pairKey(pair), repetition)
        const planned = pairs.find((p) => pairKey(p.pair) === pairKey(pair))
        const special = {
          ...changes.attempts?.['*'],
          ...changes.attempts?.[`class:${planned?.oracle.pairClass}`],
          ...changes.attempts?.[pairKey(pair)],
        }
        return attemptOf(pair, { round: i, repetition }, measured, happens(pair, special))
      }),
    ),
  )
  const again = Object.entries(changes.retries ?? {}).map(([key, happening], i): Tried => {
    const [from = '', to = ''] = key.split('→')
    return {
      ...attemptOf(
        { from, to },
        { round: rounds.length + i, repetition: 9 },
        measured,
        happens({ from, to }, happening),
      ),
      retry: true,
    }
  })
  const repeated = Object.entries(changes.repeats ?? {}).flatMap(([key, happenings]) => {
    let of = attempts.findLast((a) => pairKey(a.pair) === key)?.id ?? 'nothing'
    return happenings.map((happening, i): Tried => {
      const [from = '', to = ''] = key.split('→')
      const at = { round: rounds.length + 100 + i, repetition: 20 + i }
      const attempt = { ...attemptOf({ from, to }, at, measured, happens({ from, to }, happening)), repeats: of }
      of = attempt.id
      return attempt
    })
  })
  const proofs = (edits: Changes['before']): RunningProof[] =>
    here.flatMap(({ name }) => {
      const edit = edits?.[name]
      return edit === 'missing' ? [] : [proofOf(name, edit)]
    })
  const byDeployed = (a: Tried): Tried => ({ ...a, diallerSha256: changes.deployed?.[a.pair.from] ?? binary })
  const copies = attempts.filter((a) => pairKey(a.pair) === changes.copied)
  return {
    criteria: changes.criteria ?? 'threshold',
    ...(changes.expression === undefined ? {} : { expression: changes.expression }),
    suites: [connectivityPart({ ...targets, ...changes.targets })],
    items: { connectivity: roundsOf([...attempts, ...copies, ...again, ...repeated].map(byDeployed)) },
    promises: changes.promises ?? promised,
    fleet: nineNodes,
    planned: nineNodes.nodes.map((n) => n.name),
    excluded: Object.entries(changes.absent ?? {}).map(([node, why]) => ({ node, why })),
    measurements: {
      before: measured,
      after: measured.flatMap((m) => {
        const kind = changes.natAfter?.[m.node]
        return kind === 'missing' ? [] : [kind === undefined ? m : measurementOf(m.node, kind)]
      }),
    },
    deployed: { ...Object.fromEntries(peers.map((n) => [n.name, binary])), ...changes.deployed },
    evidence: {
      controls: controls.flatMap((c) => {
        const edit = changes.controls?.[c.name]
        return edit === 'dropped' ? [] : [{ ...c, ...edit }]
      }),
      runningBefore: proofs(changes.before),
      runningAfter: proofs(changes.after),
    },
    ...passingOf(changes.passing),
    ...(changes.checkpoint === undefined ? {} : { checkpoint: checkpointOf(changes.checkpoint) }),
    ...(changes.earlier === undefined ? {} : { history: historyWith(changes.earlier) }),
  }
}

/** The beginning of a test that is compared with a run of these changes. */
const historyWith = (earlier: Changes | null): TestHistory => ({
  before: [],
  begun: {
    test: 1,
    planDigest: sha256('plan'),
    binarySha256: binary,
    commit: null,
    seedCommitment: sha256('seed'),
    earlier: [],
    interrupted: [],
    passedBefore: null,
    baseline:
      earlier === null
        ? { kind: 'none', lacks: 'this ledger has no other session' }
        : {
            kind: 'session',
            session: 's0',
            seq: 6,
            hash: sha256('entry'),
            evidenceRoot: sha256('root'),
            at: 0,
            outcomes: outcomesOf(verdict(run(earlier)).suites),
          },
  },
})

const checkpointOf = ({
  baseline = goodCounts,
  earlier,
  tolerance = 0,
  since,
}: NonNullable<Changes['checkpoint']>): CheckpointInput => ({
  baseline,
  earlier: earlier ?? null,
  tolerancePoints: tolerance,
  waitedMs: null,
  tests: [],
  watch: checkpointInput([], soakOf()).watch,
  since: peers.flatMap(({ name }) => {
    const edit = since?.[name]
    return edit === 'missing' ? [] : [markOf({ ...proofOf(name), ...edit })]
  }),
})

/** Connectivity's part of a plan. */
export const connectivityPart = (wanted: Targets, cooloffSeconds = 3): PartOf<'connectivity'> => ({
  suite: 'connectivity',
  work: { targets: wanted, cooloffSeconds, timeoutSeconds: 10, sampling: { beyondNodes: 40, seed: 0 } },
  attempts: 80,
  seconds: 1,
  detail: '80 attempts',
  thresholds: '',
})

export const attemptsOf = (input: VerdictInput): readonly Tried[] =>
  (input.items.connectivity ?? []).flatMap(({ attempts, round, retry, readings }) =>
    attempts.map((attempt) => ({ ...attempt, round, readings, ...(retry === undefined ? {} : { retry }) })),
  )
export const withAttempts = (input: VerdictInput, attempts: readonly Tried[]): VerdictInput => ({
  ...input,
  items: { ...input.items, connectivity: roundsOf(attempts) },
})

/** A verdict with connectivity's share of it on top. */
export function connectivityOf(v: Verdict) {
  const share = v.suites.connectivity
  if (share === undefined || share.figures === null) throw new Error('connectivity was not judged')
  const classes: Partial<Record<PairClass, GroupResult>> = Object.fromEntries(share.groups.map((g) => [g.name, g]))
  return { ...v, ...share.figures, samples: share.samples, retries: share.retries, classes }
}
export const judged = (input: VerdictInput) => connectivityOf(verdict(input))
