/** Causes of a failure as one table, and those that are recognised in a failure, the likeliest first. */
import { behaviourCauses } from './causes/behaviour.ts'
import { buildCauses } from './causes/builds.ts'
import { harnessCauses } from './causes/harness.ts'
import { machineStateCauses } from './causes/machine-states.ts'
import { causesOfMachines } from './causes/machines.ts'
import { networkCauses } from './causes/networks.ts'
import { programCauses } from './causes/program.ts'
import type { CauseRow, Owner } from './causes/row.ts'
import type { EvidenceLine, Symptoms } from './symptoms.ts'

export type { Owner }

export interface RankedCause {
  readonly id: string
  readonly what: string
  readonly owner: Owner
  /** Lines that it rests on. */
  readonly evidence: readonly EvidenceLine[]
  /** Share of what failed that it would explain, 0 to 1. */
  readonly explains: number
  /** To be typed. */
  readonly look: string
}

/** Of two that explain as much, the one that stands first. */
export const causeRows: readonly CauseRow[] = [
  ...harnessCauses,
  ...causesOfMachines,
  ...machineStateCauses,
  ...networkCauses,
  ...buildCauses,
  ...programCauses,
  ...behaviourCauses,
]

export function rankedCauses(s: Symptoms): readonly RankedCause[] {
  const found = recognised(s)
  // What only takes attempts away is no word on a failure that counts.
  const explained = found.some((c) => c.id !== 'unknown' && (c.owner === 'product' || s.failing.length === 0))
  return found.filter((c) => !explained || c.id !== 'unknown')
}

/** A row that breaks on what was told is no row for it: nothing that was measured is lost by it. */
function attempted<T>(act: () => T): T | null {
  try {
    return act()
  } catch {
    return null
  }
}

const recognised = (s: Symptoms): readonly RankedCause[] =>
  causeRows
    .flatMap(({ id, what, owner, seen, look }): readonly RankedCause[] => {
      const found = attempted(() => seen(s))
      return found === null || found.explains <= 0
        ? []
        : [
            {
              id,
              what: found.what ?? what,
              owner,
              evidence: found.evidence,
              explains: Math.round(found.explains * 1000) / 1000,
              look: look(s, found.node),
            },
          ]
    })
    .toSorted((a, b) => b.explains - a.explains)
