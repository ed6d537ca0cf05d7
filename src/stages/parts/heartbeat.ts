/** Beside a run at work: renews its leases, and watches the ledger, so that a person's stop ends the run and not only it. */
import { Failure } from '../../domain/failure.ts'
import { heartbeatMs } from '../../domain/lease-policy.ts'
import type { Entry } from '../../domain/ledger.ts'
import { isFinal } from '../../domain/states.ts'
import { writerText, type Writer } from '../../domain/writer.ts'
import type { LeaseTerms, Nodes, Execution, SessionRecord } from '../../ports.ts'
import { renewLeases } from './leases.ts'

/** Five renewals may fail before a lease runs out. */
const renewMs = heartbeatMs / 5
const lookMs = 2000
/** A ledger that is far away is asked less often. */
const looksShare = 20

export interface Heartbeat {
  /** Ends with the run's own signal, and with a {@link Failure} that says what ended the run. */
  readonly signal: AbortSignal
  end(): Promise<void>
}

/** `ours`: whether this run goes on behind that entry. */
export function startHeartbeat(
  world: Execution & Nodes & SessionRecord & LeaseTerms,
  id: string,
  ours: (newest: Entry) => boolean,
): Heartbeat {
  const run = new AbortController()
  const over = new AbortController()
  const signal = AbortSignal.any([world.signal, run.signal])
  const own = { ...world, signal: AbortSignal.any([signal, over.signal]) }
  const beating = beat(own, id, ours, (reason) => run.abort(reason)).catch(() => undefined)
  return {
    signal,
    end: async () => {
      over.abort(new Error('the run is over'))
      await beating
    },
  }
}

async function beat(
  world: Execution & Nodes & SessionRecord & LeaseTerms,
  id: string,
  ours: (newest: Entry) => boolean,
  interrupt: (reason: Failure) => void,
): Promise<void> {
  let renewedAt = world.clock.now()
  for (let pause = lookMs; ;) {
    await world.clock.sleep(pause, world.signal)
    const began = world.clock.now()
    // A ledger that does not answer says nothing.
    const newest = (await world.ledger.read(id).catch(() => [])).at(-1)
    if (newest !== undefined && !ours(newest) && !sameWriter(newest.facts.by, world.writer))
      return interrupt(movedBy(id, newest))
    // However slow the ledger is, leases are renewed before they run out.
    pause = Math.min(renewMs, Math.max(lookMs, (world.clock.now() - began) * looksShare))
    if (world.clock.now() < renewedAt + renewMs) continue
    renewedAt = world.clock.now()
    const failed = await renewLeases(world, id, [...(world.held?.values() ?? [])], heartbeatMs)
    const lost = [...failed.values()].find((f) => f.kind === 'busy')
    if (lost !== undefined) return interrupt(lost)
    failed.forEach((f, n) => world.log.warn(`${n}: the lease was not renewed: ${f.message}`))
  }
}

const sameWriter = (a: Writer | undefined, b: Writer): boolean => a !== undefined && writerText(a) === writerText(b)

const movedBy = (id: string, { to, why }: Entry): Failure =>
  isFinal(to)
    ? new Failure({ code: 'B008', message: `session ${id} was ended from elsewhere: ${why}` })
    : new Failure({ code: 'B004', message: `another writer goes on with session ${id}` })
