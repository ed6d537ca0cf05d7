/** States and soak checkpoints as data: what a state is, and when a checkpoint is due. A new checkpoint is one row. */

const hour = 3_600_000

/** Each is due this long after the test before it; sooner ones come first. */
export const checkpoints = {
  '1h': { state: 'WAIT_1HR', afterMs: hour, what: 'Test again one hour after a pass' },
  '6h': { state: 'WAIT_6HR', afterMs: 6 * hour, what: 'Test again six hours after that' },
} as const satisfies Readonly<Record<string, Readonly<{ state: `WAIT_${string}`; afterMs: number; what: string }>>>

export type CheckpointId = keyof typeof checkpoints
export type Checkpoint = (typeof checkpoints)[CheckpointId]['state']

export interface CheckpointRow {
  readonly id: CheckpointId
  readonly state: Checkpoint
  readonly afterMs: number
  /** For a person who configures it. */
  readonly what: string
}
/** In the order in which they are taken. */
export const checkpointRows: readonly CheckpointRow[] = (
  Object.entries(checkpoints) as [CheckpointId, (typeof checkpoints)[CheckpointId]][]
)
  .map(([id, row]) => ({ id, ...row }))
  .toSorted((a, b) => a.afterMs - b.afterMs)
export const checkpointStates: readonly Checkpoint[] = checkpointRows.map((c) => c.state)

/** What a configuration calls it: `wait_1hr`. */
export const configKey = (checkpoint: Checkpoint) => checkpoint.toLowerCase() as Lowercase<Checkpoint>

/** One value for every checkpoint's state. */
export const perCheckpoint = <T>(of: (row: CheckpointRow) => T): { readonly [C in Checkpoint]: T } =>
  // fromEntries forgets the keys: they are those of the table.
  Object.fromEntries(checkpointRows.map((c) => [c.state, of(c)])) as { readonly [C in Checkpoint]: T }

export interface StateTraits {
  /** `person`: only a person goes on with it. `timer`: a checkpoint that is not due yet. */
  readonly kind: 'start' | 'working' | 'timer' | 'person' | 'final'
  /** Leases on the nodes are ours in it. */
  readonly holdsLeases: boolean
  /** What a session in it says of the program so far. */
  readonly standing: 'passed' | 'failed' | 'open'
  /** A state of the first loop, in the order of this table. */
  readonly firstLoop?: true
  /** What goes on with a session that waits. */
  readonly waitsFor?: string
}

export const states = {
  IDLE: { kind: 'start', holdsLeases: false, standing: 'open' },
  INTERVIEW: { kind: 'start', holdsLeases: false, standing: 'open', firstLoop: true },
  SETUP: { kind: 'working', holdsLeases: false, standing: 'open', firstLoop: true },
  BUILD: { kind: 'working', holdsLeases: true, standing: 'open', firstLoop: true },
  DEPLOY: { kind: 'working', holdsLeases: true, standing: 'open', firstLoop: true },
  TEST: { kind: 'working', holdsLeases: true, standing: 'open', firstLoop: true },
  FIX: { kind: 'working', holdsLeases: true, standing: 'failed' },
  ...perCheckpoint(() => ({
    kind: 'timer' as const,
    holdsLeases: true,
    standing: 'passed' as const,
    waitsFor: 'the checkpoint is taken by the soak schedule',
  })),
  RESTART: { kind: 'working', holdsLeases: true, standing: 'failed' },
  AWAIT_PUSH: {
    kind: 'person',
    holdsLeases: false,
    standing: 'failed',
    waitsFor: "a push on the session's branch continues it at BUILD; on one machine, a start of a newer commit",
  },
  AWAIT_APPROVAL: { kind: 'person', holdsLeases: false, standing: 'passed', waitsFor: 'a person decides' },
  COMPLETE: { kind: 'final', holdsLeases: false, standing: 'passed' },
  STOPPED: { kind: 'final', holdsLeases: false, standing: 'open' },
} as const satisfies Readonly<Record<string, StateTraits>>

export type State = keyof typeof states
export const stateNames = Object.keys(states) as readonly State[]
export const traitsOf = (state: State): StateTraits => states[state]

export const isState = (value: unknown): value is State => typeof value === 'string' && Object.hasOwn(states, value)
export const isCheckpoint = (value: unknown): value is Checkpoint =>
  checkpointStates.some((checkpoint) => checkpoint === value)
/** Nothing further happens in it by itself. */
export const isFinal = (state: State): boolean => traitsOf(state).kind === 'final'
/** The first loop, in its order. */
export const firstLoop: readonly State[] = stateNames.filter((s) => traitsOf(s).firstLoop === true)
