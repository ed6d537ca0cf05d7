/** The machines under test as data: what a fleet file holds after parsing (spec §1 Fleet, Node, Role, NAT; §2). */

export type NodeName = string

/** `registry` is never a peer; the three others are (spec §1 Role). */
export const roles = ['registry', 'bootstrap', 'test', 'nat'] as const
export type Role = (typeof roles)[number]

/** What a label claims. What a NAT really does is a {@link NatMeasurement}. */
export const natKinds = ['none', 'full-cone', 'address-restricted', 'port-restricted', 'symmetric'] as const
export type NatKind = (typeof natKinds)[number]

/** How a lab's delay and loss are made; `none`: they are not covered. */
export const shapings = ['netem', 'nfqueue', 'none'] as const

/**
 * Where the service runs on the node. `docker` and `netns` run it on the host inside that network namespace (spec §2).
 */
export type Runtime =
  | { readonly kind: 'systemd' }
  | { readonly kind: 'docker'; readonly container: string }
  | { readonly kind: 'netns'; readonly name: string }

/** Where a node's addresses are translated, so that the witness can count after translation and read the mapping. */
export type NatBox =
  | { readonly kind: 'orchestrator'; readonly enter: readonly string[] }
  | { readonly kind: 'docker'; readonly container: string }
  | { readonly kind: 'netns'; readonly name: string }
  | { readonly kind: 'host' }

/** How the SSH connection's bytes reach the node: a program's stdio (`%h`, `%p` are replaced), or a jump host. */
export type Proxy =
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly kind: 'jump'
      readonly host: string
      readonly port: number
      readonly user: string
      readonly hostKeys: readonly string[]
    }

export interface FleetNode {
  readonly name: NodeName
  /** Tried first; `ip` second. */
  readonly host: string
  readonly ip: string
  readonly sshPort: number
  readonly user: string
  readonly provider: string
  readonly region: string
  readonly role: Role
  readonly nat: NatKind
  /** What the user expects of this NAT type, per cent: reported beside the measured rate, never a gate. */
  readonly expectedRate?: number
  readonly runtime: Runtime
  readonly natBox?: NatBox
  /** Pinned keys, `<type> <base64>`, as in a known_hosts line. Empty: nothing is sent to this node. */
  readonly hostKeys: readonly string[]
  readonly proxy?: Proxy
  readonly notes?: string
}

export interface Fleet {
  readonly name: string
  /** How the person named it: a name, or the path of a file. Absent: by its name. */
  readonly reference?: string
  /** Service ports by project, UDP, 0: the service binds one of its own choice; `<project>-registry`: its registry's, TCP. */
  readonly ports: Readonly<Record<string, number>>
  readonly nodes: readonly FleetNode[]
  /**
   * Absolute path or `~/…` of the private key used for every node of this fleet; absent: the user's agent or the --key
   * option.
   */
  readonly identityFile?: string
  /** Registry base URL as seen from the nodes; absent: `http://<registry ip>:8080`. */
  readonly registryUrl?: string
  readonly lab?: LabInfo
}

/** What `--fleet` takes to mean this fleet. */
export const fleetReference = (fleet: Fleet): string => fleet.reference ?? fleet.name

/** What a lab admits about itself; printed in every proof. */
export interface LabInfo {
  /** NAT mapping lifetimes are divided by this: RFC 4787 REQ-5's 120 s becomes 120 / factor. */
  readonly natTimeoutFactor: number
  readonly shaping: (typeof shapings)[number]
}

/**
 * RFC 4787 §4.1: endpoint-independent, address-dependent, address-and-port-dependent mapping. `none`: the address is
 * the node's own.
 */
export type MappingBehaviour = 'none' | 'EIM' | 'ADM' | 'APDM'
/** RFC 4787 §5: endpoint-independent, address-dependent, address-and-port-dependent filtering. */
export type FilteringBehaviour = 'EIF' | 'ADF' | 'APDF'

/** What our own prober saw from inside the node's network namespace; the only NAT truth the oracle takes. */
export interface NatMeasurement {
  readonly node: NodeName
  readonly mapping: MappingBehaviour
  readonly filtering: FilteringBehaviour
  /**
   * Mapping unchanged after an unsolicited packet (null where mapping is APDM). False: a plain-masquerade clash
   * (nat-lab §C.1).
   */
  readonly stable: boolean | null
  readonly portPreserving: boolean
  /** Addresses by which the outside knows this node, without ports. */
  readonly externalAddresses: readonly string[]
  readonly hairpin: 'none' | 'external-source' | 'internal-source'
  /** The prober's own lines, kept as evidence. */
  readonly raw: readonly unknown[]
}

/** Before the first round, and after the last one by the same prober: only what is the same both times was so all along. */
export interface MeasuredNats {
  readonly before: readonly NatMeasurement[]
  readonly after: readonly NatMeasurement[]
}

export const peersOf = (fleet: Fleet): readonly FleetNode[] => fleet.nodes.filter((n) => n.role !== 'registry')
export const registryOf = (fleet: Fleet): FleetNode | undefined => fleet.nodes.find((n) => n.role === 'registry')
export const bootstrapsOf = (fleet: Fleet): readonly FleetNode[] => fleet.nodes.filter((n) => n.role === 'bootstrap')

/** The declared kind that a measurement matches; undefined where it matches none (ADM mapping, say). */
export function measuredKind(m: Pick<NatMeasurement, 'mapping' | 'filtering'>): NatKind | undefined {
  if (m.mapping === 'none') return 'none'
  if (m.mapping === 'APDM') return m.filtering === 'APDF' ? 'symmetric' : undefined
  if (m.mapping === 'ADM') return undefined
  switch (m.filtering) {
    case 'EIF':
      return 'full-cone'
    case 'ADF':
      return 'address-restricted'
    case 'APDF':
      return 'port-restricted'
  }
}
