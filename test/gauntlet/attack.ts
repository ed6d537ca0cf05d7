/** What one attack on the judgement of attempts is: a program that lies, or a disturbance that is nobody's lie. */
import type { Attempt, NodeReading } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import type { Deed, Dial } from './program.ts'

/** A number in [0, 1), the next of a seed. */
export type Dice = () => number

/** A program that wants a success which did not happen, or a failure forgotten. */
export interface Lie {
  readonly id: string
  readonly what: string
  /** `honestly`: what an honest program does, that fails where this one would fail. */
  readonly does: (dial: Dial, honestly: Deed, dice: Dice) => Deed
}

/** What the subject did not do and could not: of the network, the machines, other people. */
export interface Disturbance {
  readonly id: string
  readonly what: string
  /** More, or less, on the wire. */
  readonly wire?: (dial: Dial, deed: Deed, dice: Dice) => Deed
  /** What a look at this node gave. */
  readonly look?: (reading: NodeReading, node: NodeName, dice: Dice) => NodeReading
  /** What became of our own steps. */
  readonly step?: (attempt: Attempt, dice: Dice) => Attempt
  /** What is known of the run as a whole. */
  readonly run?: (input: VerdictInput, dice: Dice) => VerdictInput
}
