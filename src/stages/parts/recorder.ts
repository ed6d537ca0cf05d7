/** Writes a run's entries one after the other, each with what recovery rules did since the one before. */
import pLimit from 'p-limit'
import type { StageResult } from '../../domain/events/entry.ts'
import { Failure } from '../../domain/failure.ts'
import type { Entry } from '../../domain/ledger.ts'
import { next } from '../../domain/next.ts'
import { firingOf, firingText, type Firing } from '../../domain/recovery/firing.ts'
import { firedBy } from '../../domain/recovery/transition.ts'
import { fold } from '../../domain/session.ts'
import { traitsOf } from '../../domain/states.ts'
import { targetOf } from '../../domain/transitions.ts'
import type { Execution, SessionRecord } from '../../ports.ts'

export interface Recorder {
  /** The ledger as this run knows it. */
  known(): readonly Entry[]
  read(): Promise<readonly Entry[]>
  record(outcome: StageResult): Promise<Entry>
  /** Firings as an entry of their own. False: no state that could have one. */
  recordFirings(): Promise<boolean>
}

/** `ours`: hashes of the entries behind which the run goes on. */
export function recorderOf(id: string, world: Execution & SessionRecord, ours: Set<string>): Recorder {
  const inTurn = pLimit(1)
  let known: readonly Entry[] = []
  const append = async (outcome: StageResult, waiting: readonly Firing[]): Promise<Entry> => {
    const session = fold(id, known)
    const target = targetOf(session, outcome.event)
    const own = target === undefined ? null : firedBy(session, outcome, target.to)
    // Whoever fires says so in the log; this one has the log's line from the entry itself.
    const fired = own === null ? waiting : [...waiting, firingOf(own[0], own[1], world.clock.now())]
    const entry = next(known, session, outcome, world.clock.now(), world, fired)
    if (entry === undefined)
      throw new Failure({ code: 'H004', message: `state ${session.state} knows no event ${outcome.event}` })
    ours.add(entry.hash)
    try {
      await world.ledger.append(id, entry)
    } catch (error) {
      world.recoveries?.giveBack(waiting)
      throw error
    }
    known = [...known, entry]
    return entry
  }
  return {
    known: () => known,
    read: () => inTurn(async () => (known = await world.ledger.read(id))),
    record: (outcome) => inTurn(() => append(outcome, world.recoveries?.take() ?? [])),
    recordFirings: () =>
      inTurn(async () => {
        if (traitsOf(fold(id, known).state).kind !== 'working') return false
        const fired = world.recoveries?.take() ?? []
        if (fired.length > 0) await append({ event: 'recovered', why: whyOf(fired), facts: {} }, fired)
        return true
      }),
  }
}

const whyOf = (fired: readonly Firing[]): string =>
  `${fired.slice(0, 3).map(firingText).join('; ')}${fired.length > 3 ? `; and ${fired.length - 3} more` : ''}`.slice(
    0,
    1000,
  )
