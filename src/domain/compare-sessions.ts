/** Two sessions side by side: what was another plan or program, what came of each group and pair, and where a failure belongs. */
import { canonical } from './canonical.ts'
import { countOf, groupsOf, type Count, type Counts } from './counts.ts'
import { independentDifference, quantileOf } from './difference.ts'
import type { Result } from './events/readers.ts'
import type { NatMeasurement, NodeName } from './fleet.ts'
import { logKey, type LogDigest, type LogLevel } from './log-templates.ts'
import type { Outcomes } from './outcomes.ts'
import type { Plan } from './plan.ts'
import type { Interval } from './statistics.ts'
import { natName } from './suites/connectivity/oracle.ts'

/** A session's newest test. What only evidence tells is null where that is not at hand. */
export interface Side {
  readonly session: string
  readonly project: string
  readonly plan: Plan | null
  readonly commit: string | null
  readonly binary: string | null
  /** Unix milliseconds. */
  readonly at: number
  readonly result: Result
  readonly why: string
  readonly counts: Counts
  readonly outcomes: Outcomes | null
  readonly nats: readonly NatMeasurement[] | null
  readonly logs: LogDigest | null
}

export interface RateChange {
  readonly suite: string
  readonly group: string
  readonly a: Count | null
  readonly b: Count | null
  /** Share of b minus that of a, and where it lies with 95 % confidence; null: one of them counted nothing. */
  readonly difference: { readonly points: number; readonly interval: Interval } | null
}

/** What came of all attempts of one pair; `none`: it was not counted, or not tried. */
export type Fate = 'good' | 'bad' | 'none'

/**
 * Of a lab's session and a fleet's: a pair that fails on both does so by the program, one that fails on the fleet alone
 * by what the lab has not.
 */
export type Belongs = 'product' | 'environment' | 'lab'

export interface PairChange {
  readonly suite: string
  readonly group: string
  readonly subject: string
  readonly a: Fate
  readonly b: Fate
  /** Null: not a lab beside a fleet, or one of the two tells nothing of it. */
  readonly belongs: Belongs | null
}

export interface LogChange {
  readonly level: LogLevel
  readonly template: string
  /** Lines; 0: there was none. */
  readonly a: number
  readonly b: number
}

export interface SessionsCompared {
  readonly changed: readonly { readonly what: string; readonly a: string; readonly b: string }[]
  readonly rates: readonly RateChange[]
  /** Failing now and not before, or the other way round; beside a lab also what fails in both. Null: not told. */
  readonly pairs: readonly PairChange[] | null
  readonly nats: readonly { readonly node: NodeName; readonly change: string }[] | null
  /** Errors and warnings that are new, gone, or twice as often. */
  readonly logs: readonly LogChange[] | null
  /** Which of the two is a lab's, where the other is none. */
  readonly lab: 'a' | 'b' | null
}

export function compareSessions(a: Side, b: Side): SessionsCompared {
  const [labA, labB] = [a, b].map((s) => s.plan?.fleet.lab !== undefined)
  const lab = labA === labB ? null : labA === true ? 'a' : 'b'
  return {
    changed: changesOf(a, b),
    rates: ratesOf(a.counts, b.counts),
    pairs: a.outcomes === null || b.outcomes === null ? null : pairsOf(a.outcomes, b.outcomes, lab),
    nats: a.nats === null || b.nats === null ? null : natsOf(a.nats, b.nats),
    logs: a.logs === null || b.logs === null ? null : logsOf(a.logs, b.logs),
    lab,
  }
}

function changesOf(a: Side, b: Side): SessionsCompared['changed'] {
  const rows: readonly (readonly [string, string, string])[] = [
    ['project', a.project, b.project],
    ['commit', short(a.commit), short(b.commit)],
    ['binary', short(a.binary), short(b.binary)],
    ...(a.plan === null || b.plan === null ? [] : planChanges(a.plan, b.plan)),
  ]
  return rows.filter(([, x, y]) => x !== y).map(([what, x, y]) => ({ what, a: x, b: y }))
}

const short = (digest: string | null): string => digest?.slice(0, 12) ?? '–'

/** What decides a test, each leaf by its path. Steps, estimates and the order of pairs follow from these. */
function planChanges(a: Plan, b: Plan): readonly (readonly [string, string, string])[] {
  const decided = ({ answers, config, profile, nodes, soak, only, expression, seed, fleet }: Plan): unknown => ({
    answers: Object.fromEntries(
      Object.entries(answers).map(([k, v]: [string, { readonly value: unknown }]) => [k, v.value]),
    ),
    config: { ...config, origin: undefined, warnings: undefined },
    profile,
    nodes,
    soak,
    only,
    expression,
    seed,
    fleet: {
      name: fleet.name,
      ports: fleet.ports,
      nodes: Object.fromEntries(
        fleet.nodes.map((n) => [n.name, { role: n.role, nat: n.nat, runtime: n.runtime.kind }]),
      ),
    },
  })
  const [x, y] = [leaves(decided(a)), leaves(decided(b))]
  return [...new Set([...x.keys(), ...y.keys()])].sort().map((path) => [path, x.get(path) ?? '–', y.get(path) ?? '–'])
}

function leaves(value: unknown, path = '', into = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    for (const [key, of] of Object.entries(value)) leaves(of, path === '' ? key : `${path}.${key}`, into)
  else if (value !== undefined) into.set(path, typeof value === 'string' ? value : canonical(value))
  return into
}

function ratesOf(a: Counts, b: Counts): readonly RateChange[] {
  const z = quantileOf(0.95)
  const all = [...groupsOf(b), ...groupsOf(a).filter(({ suite, group }) => countOf(b, suite, group) === null)]
  return all.map(({ suite, group }) => {
    const [x, y] = [countOf(a, suite, group), countOf(b, suite, group)]
    const told = x !== null && y !== null && x.attempts > 0 && y.attempts > 0
    return {
      suite,
      group,
      a: x,
      b: y,
      difference: !told
        ? null
        : {
            points: 100 * (y.successes / y.attempts - x.successes / x.attempts),
            interval: independentDifference(y, x, z),
          },
    }
  })
}

function pairsOf(a: Outcomes, b: Outcomes, lab: SessionsCompared['lab']): readonly PairChange[] {
  const subjects = new Map<string, readonly [string, string, string]>()
  for (const outcomes of [a, b])
    for (const [suite, groups] of Object.entries(outcomes))
      for (const [group, of] of Object.entries(groups))
        for (const subject of Object.keys(of)) subjects.set(JSON.stringify([suite, subject]), [suite, group, subject])
  return [...subjects.values()].flatMap(([suite, group, subject]): readonly PairChange[] => {
    const [x, y] = [fateIn(a, suite, subject), fateIn(b, suite, subject)]
    const belongs = lab === null ? null : belongsTo(lab === 'a' ? x : y, lab === 'a' ? y : x)
    return (x !== y && (x === 'bad' || y === 'bad')) || belongs !== null
      ? [{ suite, group, subject, a: x, b: y, belongs }]
      : []
  })
}

/** A pair's class follows from measured NATs, and may be another in each session: it is looked for in all. */
function fateIn(outcomes: Outcomes, suite: string, subject: string): Fate {
  const groups = Object.hasOwn(outcomes, suite) ? Object.values(outcomes[suite] ?? {}) : []
  const letters = groups.map((of) => (Object.hasOwn(of, subject) ? (of[subject] ?? '') : '')).join('')
  return letters.includes('0') ? 'bad' : letters.includes('1') ? 'good' : 'none'
}

function belongsTo(onLab: Fate, onFleet: Fate): Belongs | null {
  if (onLab === 'none' || onFleet === 'none' || (onLab === 'good' && onFleet === 'good')) return null
  return onLab === 'good' ? 'environment' : onFleet === 'good' ? 'lab' : 'product'
}

const natsOf = (a: readonly NatMeasurement[], b: readonly NatMeasurement[]): NonNullable<SessionsCompared['nats']> =>
  [...new Set([...a, ...b].map((m) => m.node))].flatMap((node) => {
    const [x, y] = [a, b].map((of) => of.find((m) => m.node === node))
    const [was, is] = [x, y].map((m) => (m === undefined ? 'not measured' : natName(m)))
    // Addresses are another matter: a lab has others than a fleet, and a rented machine may get new ones.
    return was === is ? [] : [{ node, change: `${was} → ${is}` }]
  })

function logsOf(a: LogDigest, b: LogDigest): readonly LogChange[] {
  const [x, y] = [a, b].map(({ templates }) => new Map(templates.map((t) => [logKey(t), t])))
  const keys = [...new Set([...(x?.keys() ?? []), ...(y?.keys() ?? [])])]
  return keys.flatMap((key): readonly LogChange[] => {
    const [before, now] = [x?.get(key), y?.get(key)]
    const known = now ?? before
    if (known === undefined || known.level === 'other') return []
    const [was, is] = [before?.count ?? 0, now?.count ?? 0]
    // Twice as often, and not by a handful.
    const told = was === 0 || is === 0 || (Math.max(was, is) >= 2 * Math.min(was, is) && Math.abs(is - was) >= 10)
    return told ? [{ level: known.level, template: known.template, a: was, b: is }] : []
  })
}
