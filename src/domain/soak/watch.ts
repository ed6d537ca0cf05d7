/**
 * What the recorder on each node saw between two tests of a soak: who died and came back, what grew, and when nobody
 * looked. Judged from its lines alone, so that `verify` judges them again.
 */
import type { RunningMark } from '../continuity.ts'
import { valueOf, type RunningProof } from '../evidence.ts'
import type { Finding, FindingKind } from '../findings.ts'
import type { NodeName } from '../fleet.ts'
import type { NotCovered } from '../not-covered.ts'
import type { Reason } from '../reason.ts'
import { amount, duration } from '../text.ts'
import { serviceChanges, gapsIn, whenText, type ChangeKind, type WatchChange, type WatchGap } from './changes.ts'
import { growthOf, type Growth, type GrowthLimits } from './growth.ts'
import { looksAt, type ServiceLook, type PastTest } from './looks.ts'
import type { SoakNotes } from './sample.ts'

export interface WatchTerms {
  readonly intervalMs: number
  readonly limits: GrowthLimits
}

export interface WatchInput extends WatchTerms {
  readonly notes: readonly SoakNotes[]
  /** What ran after the last test that passed. */
  readonly since: readonly RunningMark[]
  /** Before this one. */
  readonly now: readonly RunningProof[]
  readonly tests: readonly PastTest[]
  readonly peers: readonly NodeName[]
}

export interface WatchRow {
  readonly node: NodeName
  readonly samples: number
  /** Of the whole wait. */
  readonly ms: number
  readonly gaps: readonly WatchGap[]
  readonly changes: readonly WatchChange[]
  readonly growth: readonly Growth[]
  /** Lines of the journal with an error in them, seen by the samples of each sixth of the wait; null: not read. */
  readonly errors: readonly number[] | null
  /** Of one processor, 0..; null: not read twice. */
  readonly cpu: number | null
  /** Most that the wall clock moved against the uptime beside it; null: no two samples of one boot. */
  readonly clockMovedMs: number | null
  /** Null: it was watched. */
  readonly unwatched: string | null
}

export interface WatchJudged {
  readonly rows: readonly WatchRow[]
  /** `change`: of a process or its host, which the ends of the wait may show too. */
  readonly reasons: readonly (Reason & { readonly node: NodeName; readonly change: boolean })[]
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
  readonly remarks: readonly string[]
}

const findingOf: Readonly<Record<ChangeKind, FindingKind>> = {
  died: 'restarted',
  'killed for memory': 'restarted',
  ended: 'not-running',
  restarted: 'restarted',
  container: 'container-restarted',
  rebooted: 'rebooted',
}

/** A wall clock that is being corrected moves by no more. */
const clockSlackMs = (overMs: number): number => 2000 + 0.001 * overMs

export function judgeWatch(of: WatchInput): WatchJudged {
  const rows = of.since.map((mark) => rowOf(of, mark))
  const dark = rows.filter((r) => r.unwatched !== null || r.gaps.length > 0)
  return {
    rows,
    reasons: rows.filter((r) => of.peers.includes(r.node)).flatMap(reasonsOf),
    findings: rows.flatMap(findingsOf),
    notCovered: dark.map(({ node, unwatched, gaps }) => ({
      kind: 'other',
      what: `watching ${node} through the wait`,
      why: unwatched ?? `no sample ${gapsText(gaps)}`,
    })),
    remarks: dark.length === 0 ? [] : [`watched with gaps on ${amount(dark.length, 'node')} of ${rows.length}`],
  }
}

function rowOf({ notes, now, tests, intervalMs, limits }: WatchInput, mark: RunningMark): WatchRow {
  const { node } = mark
  const own = notes.find((n) => n.node === node)
  const proof = now.find((p) => p.node === node)
  const looks = own === undefined ? null : looksAt(own, mark, proof, tests)
  const unwatched =
    own === undefined || own.lines.kind === 'absent'
      ? 'no recorder ran there'
      : own.lines.kind === 'not-read'
        ? own.lines.why
        : looks === null
          ? 'nothing tells when the wait began there'
          : null
  const seen = looks ?? []
  const samples = seen.filter((l) => l.sample !== null)
  return {
    node,
    samples: samples.length,
    ms: seen.at(-1)?.at ?? 0,
    gaps: unwatched === null ? gapsIn(seen, intervalMs) : [],
    changes: unwatched === null ? serviceChanges(seen) : [],
    growth: growthOf(seen, limits),
    errors: errorsOf(samples, seen.at(-1)?.at ?? 0),
    cpu: cpuOf(samples),
    clockMovedMs: clockOf(samples),
    unwatched,
  }
}

const reasonsOf = ({ node, changes, growth }: WatchRow): WatchJudged['reasons'] => [
  ...grouped(changes).map(({ result, text }) => ({ kind: result, node, change: true, text: `${node}: ${text}` })),
  ...growth.flatMap((g) =>
    g.text === null || g.judged === 'grows'
      ? []
      : [
          {
            kind: g.judged === 'beyond the limit' ? ('failed' as const) : ('inconclusive' as const),
            node,
            change: false,
            text: `${node}: ${g.text}`,
          },
        ],
  ),
]

const findingsOf = ({ node, changes, growth, gaps, unwatched, clockMovedMs, ms }: WatchRow): readonly Finding[] => {
  const find = (kind: FindingKind, message: string): Finding => ({
    kind,
    node,
    message: `${node}: ${message}`,
    attempts: [],
  })
  return [
    ...grouped(changes).map((c) => find(findingOf[c.kind], c.text)),
    ...growth.flatMap((g) => (g.text === null || g.judged === 'not known' ? [] : [find('growth', g.text)])),
    ...(unwatched === null ? [] : [find('not-watched', `not watched through the wait: ${unwatched}`)]),
    ...(gaps.length === 0 ? [] : [find('not-watched', `no sample ${gapsText(gaps)}`)]),
    ...(clockMovedMs !== null && Math.abs(clockMovedMs) > clockSlackMs(ms)
      ? [
          find(
            'clock-jump',
            `its wall clock moved by ${Math.round(clockMovedMs / 1000)} s against its uptime while it was watched`,
          ),
        ]
      : []),
  ]
}

/** One sentence for each kind and result: a service that dies each minute is told once. */
function grouped(changes: readonly WatchChange[]): readonly Pick<WatchChange, 'kind' | 'result' | 'text'>[] {
  return [...Map.groupBy(changes, (c) => `${c.kind} ${c.result}`).values()].flatMap((all) => {
    const [first] = all
    if (first === undefined) return []
    const times = all.reduce((n, c) => n + c.times, 0)
    const more = times > first.times ? `; ${times} times in all` : ''
    return [{ kind: first.kind, result: first.result, text: `${first.text} ${whenText(first)}${more}` }]
  })
}

const mostGaps = 5
const gapsText = (gaps: readonly WatchGap[]): string => {
  const rest = gaps.length - mostGaps
  return `${gaps
    .slice(0, mostGaps)
    .map((g) => `from ${duration(g.from)} to ${duration(g.to)}`)
    .join(', ')}${rest > 0 ? `, and ${rest} times more` : ''} after the last test that passed`
}

const parts = 6

function errorsOf(samples: readonly ServiceLook[], ms: number): readonly number[] | null {
  const read = samples.flatMap((l) => {
    const errors = valueOf(l.sample?.unit.errors)
    return errors === null ? [] : [{ at: l.at, errors: errors.errors }]
  })
  if (read.length === 0) return null
  const sums = Array.from({ length: parts }, () => 0)
  for (const { at, errors } of read) {
    const part = Math.min(parts - 1, Math.max(0, Math.floor((parts * at) / Math.max(1, ms))))
    sums[part] = (sums[part] ?? 0) + errors
  }
  return sums
}

/** Of the process of the last sample. */
function cpuOf(samples: readonly ServiceLook[]): number | null {
  const last = samples.findLast((l) => valueOf(l.sample?.unit.cpuMs) !== null)
  const first = samples.find(
    (l) => l.run === last?.run && l.pid === last?.pid && valueOf(l.sample?.unit.cpuMs) !== null,
  )
  const [from, to] = [valueOf(first?.sample?.unit.cpuMs), valueOf(last?.sample?.unit.cpuMs)]
  if (first === undefined || last === undefined || from === null || to === null || last.at <= first.at) return null
  return Math.max(0, to - from) / (last.at - first.at)
}

function clockOf(samples: readonly ServiceLook[]): number | null {
  const [first] = samples
  if (first?.sample == null || samples.length < 2) return null
  const { clock, bootId } = first.sample
  return samples
    .flatMap((l) => (l.sample === null || l.bootId !== bootId ? [] : [l.sample.clock]))
    .map((c) => c.wallMs - clock.wallMs - (c.uptimeMs - clock.uptimeMs))
    .reduce((most, moved) => (Math.abs(moved) > Math.abs(most) ? moved : most), 0)
}
