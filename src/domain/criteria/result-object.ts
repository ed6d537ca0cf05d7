/** What an expression of criteria `custom` may name, and its values in one run (docs/custom-criteria.md). */
import type { Finding } from '../findings.ts'
import type { NatMeasurement } from '../fleet.ts'
import { judgeSuites } from '../judge-suites.ts'
import type { Spread } from '../statistics.ts'
import { asDeclared } from '../suites/connectivity/oracle.ts'
import type { RunContext } from '../suites/run-context.ts'
import { resultsOf, type SuitePart, type SuiteResults } from '../suites/suite.ts'
import type { GroupResult } from '../suites/group.ts'
import { againstBars } from './criterion.ts'
import type { Vocabulary, Values } from './expression.ts'

const groupNumbers = {
  attempts: (g: GroupResult) => g.attempts,
  successes: (g: GroupResult) => g.successes,
  failures: (g: GroupResult) => g.attempts - g.successes,
  not_counted: (g: GroupResult) => g.notCounted,
  recovered: (g: GroupResult) => g.recovered,
  planned: (g: GroupResult) => g.planned,
  tried: (g: GroupResult) => g.tried,
  low: (g: GroupResult) => g.interval.low,
  high: (g: GroupResult) => g.interval.high,
} satisfies Readonly<Record<string, (g: GroupResult) => number>>
const sums = ['attempts', 'successes', 'failures', 'not_counted'] as const
const spreadNumbers = ['count', 'p50', 'p95', 'max'] as const
const findingColumns = ['kind', 'message', 'node'] as const
const nodeColumns = ['name', 'role', 'nat', 'excluded'] as const

type Names = Readonly<Record<string, { readonly groups: readonly string[]; readonly percentiles: readonly string[] }>>

const doubles = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((n) => [n, 'double']))

/** Groups and percentiles that a run of this plan has, as far as the declared NATs are what they say. */
export function vocabularyOf(parts: readonly SuitePart[], run: RunContext, results: SuiteResults = {}): Vocabulary {
  const names = [namesOf(plannedResults(parts, run)), namesOf(results)]
  const both = (suite: string, what: 'groups' | 'percentiles'): readonly string[] => [
    ...new Set(names.flatMap((n) => (Object.hasOwn(n, suite) ? (n[suite]?.[what] ?? []) : []))),
  ]
  const schema = (suite: string) => ({
    ...doubles([...sums, 'rate']),
    groups: Object.fromEntries(
      both(suite, 'groups').map((g) => [g, doubles([...Object.keys(groupNumbers), 'rate', 'coverage'])]),
    ),
    percentiles: Object.fromEntries(both(suite, 'percentiles').map((p) => [p, doubles(spreadNumbers)])),
  })
  return {
    numbers: [...sums, 'rate'],
    flags: ['checkpoint'],
    objects: { suites: Object.fromEntries(parts.map(({ suite }) => [suite, schema(suite)])) },
    lists: { findings: findingColumns, nodes: nodeColumns },
  }
}

/** What nothing was measured of is not there: to ask for it is an error, and an error decides nothing. */
export function valuesOf(results: SuiteResults, findings: readonly Finding[], run: RunContext): Values {
  const all = resultsOf(results)
  const out = new Map(run.excluded.map((e) => [e.node, e.why]))
  const ofAll = summed(all.flatMap((r) => r.groups))
  return {
    ...ofAll,
    checkpoint: run.checkpoint,
    suites: Object.fromEntries(
      all.map(({ suite, groups }) => [
        suite,
        {
          ...summed(groups),
          groups: Object.fromEntries(groups.map((g) => [g.name, groupValues(g)])),
          percentiles: spreadsOf(results[suite]?.figures),
        },
      ]),
    ),
    findings: findings.map(({ kind, message, node }) => ({ kind, message: message.slice(0, 500), node: node ?? '' })),
    nodes: run.nodes.map(({ name, role, nat }) => ({ name, role, nat, excluded: out.get(name) ?? '' })),
  }
}

const groupValues = (g: GroupResult): Readonly<Record<string, number>> => ({
  ...Object.fromEntries(Object.entries(groupNumbers).map(([name, of]) => [name, of(g)])),
  ...(g.rate === null ? {} : { rate: g.rate }),
  ...(g.planned === 0 ? {} : { coverage: g.tried / g.planned }),
})

function summed(groups: readonly GroupResult[]): Readonly<Record<string, number>> {
  const of = (name: (typeof sums)[number]): number => groups.reduce((n, g) => n + groupNumbers[name](g), 0)
  const attempts = of('attempts')
  return {
    ...Object.fromEntries(sums.map((name) => [name, of(name)])),
    ...(attempts === 0 ? {} : { rate: of('successes') / attempts }),
  }
}

const isSpread = (value: unknown): value is Spread =>
  typeof value === 'object' && value !== null && spreadNumbers.every((name) => name in value)

/** Every spread among a suite's own figures, by its name there. */
const spreadsOf = (figures: object | null | undefined): Readonly<Record<string, Readonly<Record<string, number>>>> =>
  Object.fromEntries(
    Object.entries(figures ?? {}).flatMap(([name, value]: [string, unknown]) =>
      isSpread(value)
        ? [[name, Object.fromEntries(spreadNumbers.flatMap((n) => (value[n] === null ? [] : [[n, value[n]]])))]]
        : [],
    ),
  )

const namesOf = (results: SuiteResults): Names =>
  Object.fromEntries(
    resultsOf(results).map(({ suite, groups }) => [
      suite,
      { groups: groups.map((g) => g.name), percentiles: Object.keys(spreadsOf(results[suite]?.figures)) },
    ]),
  )

/** A run of which nothing was seen, behind NATs that are what their labels say. */
const plannedResults = (parts: readonly SuitePart[], run: RunContext): SuiteResults =>
  judgeSuites(
    parts,
    { ...run, excluded: [], measurements: run.peers.map(declared), barred: new Map(), unsettledNats: new Map() },
    { judge: (groups) => againstBars(groups, () => ({ percent: null, strict: false })) },
  ).end().results

const declared = (node: RunContext['peers'][number]): NatMeasurement => ({
  node: node.name,
  ...asDeclared(node),
  stable: node.nat === 'symmetric' ? null : true,
  portPreserving: false,
  externalAddresses: [node.ip],
  hairpin: 'none',
  raw: [],
})
