/**
 * What a pair should do, from the two measured NATs alone (nat-lab C.4; no port prediction, peer-reflexive learning
 * assumed).
 */
import {
  measuredKind,
  type FilteringBehaviour,
  type FleetNode,
  type MappingBehaviour,
  type NatKind,
  type NatMeasurement,
} from '../../fleet.ts'

export const pairClasses = ['direct', 'nat_traversed', 'relay'] as const
export type PairClass = (typeof pairClasses)[number]

export interface Oracle {
  readonly pairClass: PairClass
  /** `either`: physics does not decide; end-to-end and relayed both count, nothing delivered does not. */
  readonly expected: 'end-to-end' | 'relayed' | 'either'
  /** The callee's measured filtering drops a packet from an address it never sent to: end-to-end is then `punched`. */
  readonly wouldRefuseFirstPacket: boolean
  /**
   * It drops packets from every port that it never sent to: earlier meetings of the same two peers do not help a fresh
   * port.
   */
  readonly refusesFreshPorts: boolean
  /** One clause: `port-restricted × symmetric: no path end to end`. */
  readonly why: string
}

type Nat = Pick<NatMeasurement, 'mapping' | 'filtering' | 'stable'>

export function oracle(caller: Nat, callee: Nat): Oracle {
  const path = endToEndPossible(caller, callee)
  const open = callee.mapping === 'none'
  const sure = path && !uncertain(caller, callee)
  return {
    pairClass: open ? 'direct' : path ? 'nat_traversed' : 'relay',
    expected: sure ? 'end-to-end' : path || open ? 'either' : 'relayed',
    wouldRefuseFirstPacket: callee.filtering !== 'EIF',
    refusesFreshPorts: callee.filtering === 'APDF',
    why: `${natName(caller)} × ${natName(callee)}: ${sure ? 'a path end to end' : path || open ? 'end to end uncertain' : 'no path end to end'}`,
  }
}

/**
 * A filter that knows only addresses, or nothing, lets a changed port in; one that knows ports needs a mapping that
 * keeps its port towards everybody.
 */
const endToEndPossible = (a: Nat, b: Nat): boolean => admits(a, b) && admits(b, a)
const admits = (filter: Nat, sender: Nat): boolean => filter.filtering !== 'APDF' || keepsPort(sender.mapping)
const keepsPort = (mapping: MappingBehaviour): boolean => mapping === 'none' || mapping === 'EIM'

/** A mapping that moves under an unsolicited packet makes order decide, unless the other end admits anybody. */
const uncertain = (a: Nat, b: Nat): boolean =>
  (a.stable === false && b.filtering !== 'EIF') || (b.stable === false && a.filtering !== 'EIF')

/** The name a person knows it by, or the two behaviours of RFC 4787 where there is none. */
export function natName(nat: Nat): string {
  const kind = measuredKind(nat)
  const name = kind === undefined ? `${nat.mapping}+${nat.filtering}` : kind === 'none' ? 'no NAT' : kind
  const firewall = nat.mapping === 'none' && nat.filtering !== 'EIF' ? ` (${nat.filtering} firewall)` : ''
  return `${name}${firewall}${nat.stable === false ? ' (unstable)' : ''}`
}

const declaredBehaviour: Readonly<Record<NatKind, readonly [MappingBehaviour, FilteringBehaviour]>> = {
  none: ['none', 'EIF'],
  'full-cone': ['EIM', 'EIF'],
  'address-restricted': ['EIM', 'ADF'],
  'port-restricted': ['EIM', 'APDF'],
  symmetric: ['APDM', 'APDF'],
}

/**
 * What a label would measure as: only for nodes that are absent, to know which class their pairs would have been in.
 */
export function asDeclared(node: Pick<FleetNode, 'nat'>): Nat {
  const [mapping, filtering] = declaredBehaviour[node.nat]
  return { mapping, filtering, stable: null }
}
