/** What was seen of one attempt, by whom: the raw material of every judgement (spec §1 Witness, Grade; nat-lab §D). */
import type { ControlName } from './control-names.ts'
import type { NetworkLife } from './network-life.ts'
import type { NodeName } from './fleet.ts'

export interface Pair {
  readonly from: NodeName
  readonly to: NodeName
}

/** The user that diallers run as. */
export const nobody = 65_534

/** What came of looking: there, read and absent, or not read, which is nobody's fault until shown otherwise. */
export type Read<T> =
  | { readonly kind: 'there'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'not-read'; readonly why: string }

export const thereIs = <T>(value: T): Read<T> => ({ kind: 'there', value })
export const notRead = (why: string): { readonly kind: 'not-read'; readonly why: string } => ({ kind: 'not-read', why })
/** Null where it is not there, for whatever reason. */
export const valueOf = <T>(read: Read<T> | null | undefined): T | null => (read?.kind === 'there' ? read.value : null)

/** One row of a kernel counter set: everything between a local UDP port and one remote endpoint. */
export interface Flow {
  readonly remote: string
  readonly remotePort: number
  readonly localPort: number
  readonly packets: number
  /** IP bytes as nft counts them: headers included. */
  readonly bytes: number
}

export interface Sum {
  readonly packets: number
  readonly bytes: number
}

/** What one user of a node sent to one address from one port, by any IP protocol. Root's is left out. */
export interface SentFlow extends Sum {
  readonly remote: string
  /** `udp`, `tcp`, `icmp`, … or a number. */
  readonly protocol: string
  /** Of a protocol without ports: its first two bytes. */
  readonly localPort: number
  readonly uid: number
}

/** Counters of one place since the round began. `in` = delivered to this place, `out` = sent by it. */
export interface Counters {
  readonly in: readonly Flow[]
  readonly out: readonly Flow[]
  /** By whom, at a node; a box sends nothing of its own. */
  readonly sent: readonly SentFlow[]
  /** Trailing fragments that reached the counters unassembled: they carry no ports. */
  readonly fragmentsIn: Sum
  /** The kernel refused a new element because the set was full: the counters are incomplete. */
  readonly overflow: boolean
}

/** One UDP entry of a NAT box's connection tracking: the node's view and the outside's view of one flow. */
export interface Mapping {
  readonly insideAddress: string
  readonly insidePort: number
  readonly outsideAddress: string
  readonly outsidePort: number
  readonly remote: string
  readonly remotePort: number
}

/** What a NAT box shows: counters on its outer side after translation, and the translation itself. */
export interface BoxView {
  readonly counters: Counters
  readonly mappings: readonly Mapping[]
}

/** One process at one look: of the service's cgroup, or whoever has its UDP port. */
export interface ProcessLook {
  /** 0: one of more than were looked at. */
  readonly pid: number
  /** Of what it executes; null: it could not be read. */
  readonly exeSha256: string | null
  /** Clock ticks from boot to its start. */
  readonly startTicks: number
  /** Addresses of its code and stack: others after each execve. */
  readonly image: string
  readonly role: 'service' | 'port-owner'
}

/** One node as one look after a round found it. */
export interface NodeReading {
  /** Of this session's own table; a table that is gone or another's is absent, and blames nobody. */
  readonly counters: Read<Counters>
  /** Null: no NAT box is known for this node. */
  readonly box: Read<BoxView> | null
  /** The node's own clocks at the look; null: not asked. */
  readonly clock: NodeClock | null
  /** In a round's look always asked where the node runs the program; null: not asked. */
  readonly processes: Read<readonly ProcessLook[]> | null
}

/** A round's readings by node: both ends of each attempt, and every node that could relay. */
export type Readings = Readonly<Record<NodeName, NodeReading>>

export type Method = 'direct' | 'hole_punched' | 'relayed'

/** What the program under test said. It never decides anything (testnet-interfaces §1.6, §9). */
export interface Claim {
  readonly success: boolean | null
  readonly method: Method | null
  readonly remote: string | null
  /** Dial start to connected, milliseconds, by the program's own clock. */
  readonly connectMs: number | null
  readonly error: string | null
  /** A relayed connection was later claimed to be direct. */
  readonly upgraded: boolean
  readonly exitCode: number | null
  /** Lines that begin as an event and are none; absent: not counted. */
  readonly brokenLines?: number
  /** The program's output lines as they came, capped. */
  readonly lines: readonly string[]
}

/** What the receiver wrote down about a payload that it reassembled and hashed itself. */
export interface ReceiverRecord {
  readonly nonce: string
  readonly bytes: number
  readonly sha256: string
  readonly from: string | null
  readonly missing: number
  readonly completedMs: number | null
  readonly raw: string
}

/** The bytes of one payload as they lie with the callee, hashed there by a command of ours. */
export interface KeptPayload {
  readonly bytes: number
  readonly sha256: string
}

/** A step of ours that broke, so that the attempt says nothing about the product. */
export interface AttemptFault {
  readonly kind: 'infra' | 'harness'
  readonly message: string
  readonly node?: NodeName
}

export interface Attempt {
  /** `<pass>.<round>.<from>.<to>`; unique in a session's test. */
  readonly id: string
  readonly pair: Pair
  /** 1 for the first try of this pair, 2 for its first repetition … */
  readonly repetition: number
  readonly nonce: string
  /** Payload length drawn for this attempt, bytes. */
  readonly bytes: number
  /** What the program's own framing makes of it; absent: the payload is sent as it is. */
  readonly wireBytes?: number
  /** SHA-256 the receiver must have computed; known to us from the nonce alone. */
  readonly expectedSha256: string
  /** The dialer's local UDP port, chosen by us. */
  readonly localPort: number
  /** The callee's service port on its own host. */
  readonly servicePort: number
  /** Orchestrator's clock, Unix milliseconds. */
  readonly startedAt: number
  readonly endedAt: number
  readonly claim: Claim
  /** The id that the dialler had, by its own word; absent: none, or none that is asked for. */
  readonly dialledAs?: string
  /** The hash of the file that was executed to dial, by the command that executed it; null: it is not known. */
  readonly diallerSha256: string | null
  readonly record: Read<ReceiverRecord>
  /** Null: the profile names no place where a receiver keeps payloads. */
  readonly kept: Read<KeptPayload> | null
  readonly fault?: AttemptFault
  /** Id of the attempt that did not count and is tried again by this one (domain/suites/repeat). */
  readonly repeats?: string
}

/** What a leg must have carried of this attempt's payload. */
export const volumeOf = ({ bytes, wireBytes }: Pick<Attempt, 'bytes' | 'wireBytes'>): number => wireBytes ?? bytes

/** One line of connectivity's evidence: attempts of one moment, and one reading of each node that was concerned. */
export interface RoundEvidence {
  /** Which test of the session, from 1. */
  readonly pass: number
  readonly round: number
  /** Of the retry pass of a checkpoint: it adds to no count (domain/retry). */
  readonly retry?: true
  readonly attempts: readonly Attempt[]
  readonly readings: Readings
}

/** One of our own prober's trials inside the run (spec §3 Controls). */
export interface Control {
  readonly name: ControlName
  readonly from: NodeName
  readonly to: NodeName
  readonly expected: 'through' | 'blocked' | 'no-claim'
  readonly seen: 'through' | 'blocked' | 'claimed' | 'no-claim' | 'error'
  /** The packet witness agreed with what the prober saw. */
  readonly witnessed: boolean
  readonly detail: string
  readonly raw: readonly unknown[]
}

/** A node's own clocks at a look at it. */
export interface NodeClock {
  /** Unix milliseconds. */
  readonly wallMs: number
  /** Since boot; nobody sets it. */
  readonly uptimeMs: number
}

/** A node as the run found it, before any attempt (spec §9's "binary X runs on host H"). */
export interface RunningProof extends NetworkLife {
  readonly node: NodeName
  readonly unit: string
  readonly pid: number
  readonly exeSha256: string
  /** Addresses of its code and stack: others after each execve (ProcessLook). */
  readonly image: string
  /** Process start, Unix milliseconds, and the host's boot id. */
  readonly startedAt: number
  readonly bootId: string
  readonly restarts: number
  /** Whose the unit's file is: ours as it was written, ours and changed since, or somebody else's. */
  readonly unitFile: 'ours' | 'changed' | 'foreign'
  /** Files that add to it. */
  readonly dropIns: readonly string[]
  readonly udpPorts: readonly number[]
  readonly uid: number
  /** Effective capabilities as hex; bit 12 is CAP_NET_ADMIN: the subject could tamper with the witness. */
  readonly capEff: string
  readonly version: string
  /** Null: they could not be read. */
  readonly clock: NodeClock | null
}

/** What one TEST stage saw beside its suites. */
export interface RunEvidence {
  readonly controls: readonly Control[]
  /** Running proof of each node before and after the test. */
  readonly runningBefore: readonly RunningProof[]
  readonly runningAfter: readonly RunningProof[]
  /** By us, in the order in which it was done; absent: nothing was. */
  readonly restarted?: readonly { readonly ended: RunningProof; readonly started: RunningProof }[]
}
