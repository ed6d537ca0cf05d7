/**
 * Labels against measurements, and the first measurement against the last. A node that is not what it is called leaves
 * its declared type uncovered (spec §3); one whose NAT changed says nothing.
 */
import type { Finding } from './findings.ts'
import { measuredKind, type FleetNode, type MeasuredNats, type NatMeasurement, type NodeName } from './fleet.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { asDeclared, natName } from './suites/connectivity/oracle.ts'

export interface NatsJudged {
  /** Nodes whose NAT changed or was not measured again, so that no path is judged by it; and why. */
  readonly unsettled: ReadonlyMap<NodeName, string>
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
}

export function judgeNats(
  peers: readonly FleetNode[],
  excluded: ReadonlySet<NodeName>,
  measurements: MeasuredNats,
): NatsJudged {
  const tried = peers.filter((n) => !excluded.has(n.name))
  const measured = tried.flatMap((n) => {
    const m = measurements.before.find((x) => x.node === n.name)
    return m === undefined ? [] : [{ n, m }]
  })
  const wrong = measured.filter(({ n, m }) => measuredKind(m) !== n.nat)
  // None of the declared types moves its mapping when a stranger knocks: what was tested through such a box was not
  // that type.
  const other = measured.filter(({ n, m }) => measuredKind(m) !== n.nat || m.stable === false)
  const again = measured.map(({ m }) => ({ m, later: measurements.after.find((x) => x.node === m.node) }))
  const changed = again.flatMap(({ m, later }) => {
    const change = later === undefined ? null : natChange(m, later)
    return change === null ? [] : [{ node: m.node, why: `the NAT of ${m.node} changed during the test: ${change}` }]
  })
  const unknown = again
    .filter(({ later }) => later === undefined)
    .map(({ m: { node } }) => ({ node, why: `the NAT of ${node} could not be measured again after the last round` }))
  const label = (n: FleetNode): string => natName(asDeclared(n))
  return {
    unsettled: new Map([...changed, ...unknown].map(({ node, why }) => [node, why])),
    findings: [
      ...changed.map(({ node, why }): Finding => ({ kind: 'nat-changed', node, message: why, attempts: [] })),
      ...wrong.map(({ n, m }): Finding => ({
        kind: 'mislabelled-nat',
        node: n.name,
        message: `${n.name}: declared ${label(n)}, measured ${natName(m)}`,
        attempts: [],
      })),
      ...measured
        .filter(({ m }) => m.stable === false)
        .map(({ n }): Finding => ({
          kind: 'unstable-nat',
          node: n.name,
          message: `${n.name}: its mapping moved after an unsolicited packet`,
          attempts: [],
        })),
    ],
    reasons: [
      ...[...changed, ...unknown].map(({ why }): Reason => ({
        kind: 'inconclusive',
        text: `${why}: its attempts do not count`,
      })),
      ...other.map(({ n, m }): Reason => ({
        kind: 'inconclusive',
        text: `NAT type ${label(n)} is not covered: ${n.name} is declared so but was measured ${natName(m)}`,
      })),
    ],
    notCovered: uncoveredNats(peers, excluded, new Set(other.map(({ n }) => n.name))),
  }
}

/** Of each node, as a person knows it: what a later test is compared with. */
export const natsByNode = (measured: readonly NatMeasurement[]): Readonly<Record<NodeName, string>> =>
  Object.fromEntries(measured.map((m) => [m.node, natName(m)]))

/** What of it decides anything; null: nothing. What was seen only once of the two is no change. */
export function natChange(before: NatMeasurement, after: NatMeasurement): string | null {
  const [was, is] = [before, after].map((m) => [...m.externalAddresses].sort().join(', '))
  return before.mapping !== after.mapping || before.filtering !== after.filtering || unsettled(before, after)
    ? `measured ${natName(before)} before, ${natName(after)} after`
    : was !== is
      ? `seen from outside as ${was === '' ? 'nothing' : was} before, as ${is === '' ? 'nothing' : is} after`
      : null
}

const unsettled = (a: NatMeasurement, b: NatMeasurement): boolean =>
  a.stable !== null && b.stable !== null && a.stable !== b.stable

/** Declared NAT types that no tried node was measured to have. */
function uncoveredNats(
  peers: readonly FleetNode[],
  excluded: ReadonlySet<NodeName>,
  other: ReadonlySet<NodeName>,
): readonly NotCovered[] {
  return [...new Set(peers.map((n) => n.nat))].flatMap((nat): readonly NotCovered[] => {
    const declared = peers.filter((n) => n.nat === nat)
    const [gone, different] = [
      declared.filter((n) => excluded.has(n.name)).map((n) => `${n.name} was not tried`),
      declared
        .filter((n) => !excluded.has(n.name) && other.has(n.name))
        .map((n) => `${n.name} was measured to be something else`),
    ]
    return gone.length + different.length < declared.length
      ? []
      : [{ kind: 'nat', nat, why: [...gone, ...different].join('; ') }]
  })
}
