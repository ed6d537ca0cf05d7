/** A NAT measurement from the prober's own event: the same reading for the run and for `verify`. */
import type { FilteringBehaviour, MappingBehaviour, NatMeasurement, NodeName } from './fleet.ts'

/** Undefined where the prober says that it does not know, or says something else. */
export function natOf(node: NodeName, event: unknown): NatMeasurement | undefined {
  if (typeof event !== 'object' || event === null) return undefined
  const nat = event as Readonly<Record<string, unknown>>
  const [mapping, filtering] = [String(nat['mapping']), String(nat['filtering'])]
  if (
    nat['event'] !== 'nat' ||
    typeof nat['behind_nat'] !== 'boolean' ||
    !['EIM', 'ADM', 'APDM'].includes(mapping) ||
    !['EIF', 'ADF', 'APDF'].includes(filtering)
  )
    return undefined
  const mapped = Array.isArray(nat['mapped']) ? (nat['mapped'] as readonly { addr?: unknown }[]) : []
  const addresses = mapped.map((m) => String(m?.addr ?? '').replace(/:\d+$/, '')).filter((a) => a !== '')
  return {
    node,
    mapping: !nat['behind_nat'] ? 'none' : (mapping as MappingBehaviour),
    filtering: filtering as FilteringBehaviour,
    stable: typeof nat['stable'] === 'boolean' ? nat['stable'] : null,
    portPreserving: nat['port_preserving'] === true,
    externalAddresses: [...new Set(addresses)].sort(),
    hairpin: nat['hairpin'] === 'external-source' || nat['hairpin'] === 'internal-source' ? nat['hairpin'] : 'none',
    raw: [nat],
  }
}
