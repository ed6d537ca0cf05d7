/** NAT types as a configuration names them, and whether the fleet has a node that was measured to be one. */
import { measuredKind, type FleetNode, type NatKind, type NatMeasurement } from '../../fleet.ts'
import type { NotCovered } from '../../not-covered.ts'
import type { Reason } from '../../reason.ts'

/** Null: no measurement of ours tells it from another. */
const kindOf: Readonly<Record<string, NatKind | null>> = {
  full_cone: 'full-cone',
  symmetric: 'symmetric',
  port_restricted: 'port-restricted',
  address_restricted: 'address-restricted',
  cgnat: null,
  double_nat: null,
}

/** Names of those that no peer was measured to be, and why. */
function missing(
  types: readonly string[],
  peers: readonly FleetNode[],
  measurements: readonly NatMeasurement[],
): readonly { readonly type: string; readonly why: string }[] {
  const there = new Set(measurements.filter((m) => peers.some((n) => n.name === m.node)).map((m) => measuredKind(m)))
  return types.flatMap((type) => {
    const kind = Object.hasOwn(kindOf, type) ? kindOf[type] : null
    if (kind === null || kind === undefined)
      return [{ type, why: 'our prober measures how a NAT maps and filters, and cannot tell it from another' }]
    return there.has(kind) ? [] : [{ type, why: `no node was measured to be ${kind}` }]
  })
}

export const unmeasuredTypes = (...of: Parameters<typeof missing>): readonly NotCovered[] =>
  missing(...of).map(({ type, why }) => ({ kind: 'other', what: `NAT type ${type} of tests.nat_matrix`, why }))

/** The configuration says that they must be measured. */
export function missingTypes(...of: Parameters<typeof missing>): readonly Reason[] {
  const names = missing(...of).map((m) => m.type)
  return names.length === 0
    ? []
    : [{ kind: 'inconclusive', text: `tests.nat_matrix asks for ${names.join(', ')}, which was not measured` }]
}
