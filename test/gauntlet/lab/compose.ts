/** A run on a real lab put together at random, by its number: which lie, how often, which disturbance, where. */
import { diceOf } from '../compose.ts'
import type { LabDisturbance } from './attack.ts'
import { labDisturbances } from './disturbances/all.ts'
import { labLies } from './lies.ts'
import type { Told } from './rules.ts'

export interface LabRun {
  readonly told: Told | null
  readonly disturbed: { readonly by: LabDisturbance; readonly node: string } | null
}

/** Those of connectivity's dials. */
const dialLies = labLies.filter((l) => typeof l.about === 'string')
const dialDisturbances = labDisturbances.filter((d) => d.focus === undefined)

export function composedRun(seed: number): LabRun {
  const dice = diceOf(seed)
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(dice() * all.length)] as T
  const told = dice() < 0.65 ? { lie: oneOf(dialLies), share: oneOf([25, 50, 100]) } : null
  if (told !== null && dice() < 0.4) return { told, disturbed: null }
  const by = oneOf(dialDisturbances)
  return { told, disturbed: { by, node: dice() < 0.5 ? by.node : oneOf(['saorsa-2', 'saorsa-6', 'saorsa-7']) } }
}
