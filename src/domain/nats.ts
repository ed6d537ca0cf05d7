/** Labels against measurements. A node that is not what it is called leaves its declared type uncovered (spec §3). */
import type { Finding } from './findings.ts'
import { measuredKind, type FleetNode, type NatMeasurement, type NodeName } from './fleet.ts'
import type { NotCovered } from './not-covered.ts'
import type { Reason } from './reason.ts'
import { asDeclared, natName } from './suites/connectivity/oracle.ts'

export interface NatsJudged {
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
  readonly notCovered: readonly NotCovered[]
}

export function judgeNats(
  peers: readonly FleetNode[],
  excluded: ReadonlySet<NodeName>,
  measurements: readonly NatMeasurement[],
): NatsJudged {
  const tried = peers.filter((n) => !excluded.has(n.name))
  const measured = tried.flatMap((n) => {
    const m = measurements.find((x) => x.node === n.name)
    return m === undefined ? [] : [{ n, m }]
  })
  const wrong = measured.filter(({ n, m }) => measuredKind(m) !== n.nat)
  // None of the declared types moves its mapping when a stranger knocks: what was tested through such a box was not
  // that type.
  const other = measured.filter(({ n, m }) => measuredKind(m) !== n.nat || m.stable === false)
  const label = (n: FleetNode): string => natName(asDeclared(n))
  return {
    findings: [
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
    reasons: other.map(({ n, m }) => ({
      kind: 'inconclusive',
      text: `NAT type ${label(n)} is not covered: ${n.name} is declared so but was measured ${natName(m)}`,
    })),
    notCovered: uncoveredNats(peers, excluded, new Set(other.map(({ n }) => n.name))),
  }
}

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
