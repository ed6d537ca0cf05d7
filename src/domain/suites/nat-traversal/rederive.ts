/** What rounds of NAT traversal say twice: those of every suite of dials, and in which order of dialling they belong. */
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import { rederiveRounds } from '../connectivity/rederive.ts'
import { natRounds } from './rounds.ts'
import { natSeries, type NatRound, type NatTraversalWork } from './work.ts'

export function rederiveNat(on: RederiveContext, work: NatTraversalWork): Rederivation<NatRound> {
  const phases = natRounds(on.fleet, on, on.measurements, work)
  const orders = phases.flatMap((p) => p.rounds.map(() => p.order))
  const rounds = rederiveRounds(
    on,
    phases.flatMap((p) => p.rounds),
    natSeries,
  )
  let next = 0
  return {
    add: (line) => {
      const ofPlan = line.retry !== true && line.attempts.some((a) => a.repeats === undefined)
      const wanted = ofPlan ? orders[next++] : undefined
      return [
        ...rounds.add(line),
        ...(wanted === undefined || wanted === line.order
          ? []
          : [`round ${line.round}: its order is ${line.order}, not ${wanted}`]),
        ...(line.order === 'rebound' || line.forgotten.length === 0
          ? []
          : [`round ${line.round}: a NAT was made to forget where the plan has no such thing`]),
      ]
    },
    end: () => rounds.end(),
  }
}
