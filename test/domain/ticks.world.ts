/**
 * Not a test: one session's ledger, a clock, and runs as step machines that chance may interleave, kill, and let go on
 * after they were given up.
 */
import { chainFaults, genesis, type Entry } from '../../src/domain/ledger.ts'
import { asksWriter, reconcile, type Tick } from '../../src/domain/reconcile.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import { next } from '../../src/domain/next.ts'
import { isCheckpoint, traitsOf } from '../../src/domain/states.ts'
import { resultOf, runWriter, type Step } from '../kit/session.ts'

export const minute = 60_000
export const hour = 60 * minute

/** What a session's stage comes to; the table decides where that leads. */
export type Results = (s: Session) => Step

export interface Actor {
  readonly id: number
  step: 'decide' | 'claim' | 'look' | 'append' | 'over'
  seen: readonly Entry[]
  tick: Tick | null
  /** Entries behind which it goes on, as in src/run.ts. */
  readonly ours: Set<string>
  /** Somebody else claimed what it had claimed: from then on it must record nothing. */
  overtaken: boolean
  zombie: boolean
}

export interface Counts {
  late: number
  lost: number
  doubled: number
  overlapping: number
  killed: number
  zombies: number
  zombiesRefused: number
  early: number
  missed: number
  takenOver: number
  restarts: number
  exhausted: number
  people: number
}
export const noCounts = (): Counts => ({
  late: 0,
  lost: 0,
  doubled: 0,
  overlapping: 0,
  killed: 0,
  zombies: 0,
  zombiesRefused: 0,
  early: 0,
  missed: 0,
  takenOver: 0,
  restarts: 0,
  exhausted: 0,
  people: 0,
})

const signer = (id: number) => ({ writer: runWriter(String(id)), clockShift: 0 })
const folded = new WeakMap<readonly Entry[], Session>()

export class TickWorld {
  entries: readonly Entry[]
  now: number
  actors: Actor[] = []
  readonly counts = noCounts()
  readonly faults: string[] = []
  private readonly ended = new Set(['1'])
  private last = 1

  constructor(start: readonly Entry[]) {
    this.entries = start
    this.now = start.at(-1)?.at ?? 0
  }

  get session(): Session {
    return this.at(this.entries)
  }
  private at(entries: readonly Entry[]): Session {
    const known = folded.get(entries) ?? fold('s', entries)
    folded.set(entries, known)
    return known
  }

  /** Compare-and-swap on the last hash. */
  private append(entry: Entry | undefined, by: Actor | null): boolean {
    if (entry === undefined) {
      this.faults.push(`no such event in ${this.session.state}`)
      return false
    }
    if (entry.prev !== (this.entries.at(-1)?.hash ?? genesis)) return false
    const before = this.session
    if (by?.overtaken === true) this.faults.push(`${entry.event} was recorded by a run whose claim had been taken over`)
    if (entry.at < (this.entries.at(-1)?.at ?? 0)) this.faults.push('time went back')
    if ((entry.event === 'claimed' || isExhausted(entry)) && !this.ended.has(runOf(before)))
      this.faults.push(`${entry.event}: taken from a run that lives`)
    this.entries = [...this.entries, entry]
    if (entry.event === 'claimed') {
      this.counts.takenOver++
      for (const a of this.actors)
        if (a !== by && a.step !== 'decide' && a.step !== 'claim' && String(a.id) === runOf(before)) a.overtaken = true
    }
    if (entry.event === 'missed') this.counts.missed++
    if (isExhausted(entry)) this.counts.exhausted++
    if (entry.to === 'RESTART' && entry.from !== 'RESTART') this.counts.restarts++
    if (entry.event === 'due' && (this.session.checkpoint?.latenessMs ?? 0) > hour) this.counts.late++
    return true
  }

  /** What somebody does who is no run; false where the session's state knows no such thing. */
  person(event: 'approved' | 'rejected' | 'stop' | 'superseded' | 'nothing'): boolean {
    if (event === 'nothing') return false
    const entry = next(
      this.entries,
      this.session,
      resultOf(this.entries, event, { folded: this.session }),
      this.now,
      signer(0),
    )
    if (entry === undefined) return false
    this.counts.people++
    return this.append(entry, null)
  }

  /** A run begins: of the schedule, of an environment's timer, or of a person who runs it early. */
  begin(): Actor {
    const actor: Actor = {
      id: ++this.last,
      step: 'decide',
      seen: [],
      tick: null,
      ours: new Set(),
      overtaken: false,
      zombie: false,
    }
    this.actors.push(actor)
    return actor
  }

  /** A push continues a session that waits for one; its run works on. */
  push(): void {
    const actor = this.begin()
    const entry = next(
      this.entries,
      this.session,
      resultOf(this.entries, 'pushed', { folded: this.session }),
      this.now,
      signer(actor.id),
    )
    if (entry === undefined || !this.append(entry, actor)) return this.end(actor)
    actor.ours.add(entry.hash)
    actor.step = 'look'
  }

  end(actor: Actor): void {
    actor.step = 'over'
    this.ended.add(String(actor.id))
    this.actors = this.actors.filter((a) => a !== actor)
  }

  /** Its runner is gone: it never writes again. */
  kill(actor: Actor): void {
    if (this.holds(actor)) this.counts.killed++
    this.end(actor)
  }

  /** GitHub says that it has ended, and it goes on all the same. */
  giveUp(actor: Actor): void {
    this.ended.add(String(actor.id))
    if (!actor.zombie && this.holds(actor)) this.counts.zombies++
    actor.zombie = true
  }

  private readonly holds = (a: Actor): boolean =>
    runOf(this.session) === String(a.id) && (a.step === 'look' || a.step === 'append')

  /** One step of a run: as in src/cli/soak.ts and src/run.ts, with everything else free to happen between any two. */
  step(actor: Actor, results: Results): void {
    switch (actor.step) {
      case 'over':
        return
      case 'decide': {
        actor.seen = this.entries
        const s = this.at(actor.seen)
        if (this.actors.some((a) => a !== actor && !a.zombie && (a.step === 'look' || a.step === 'append')))
          this.counts.overlapping++
        actor.tick = reconcile(s, this.now, asksWriter(s) && this.ended.has(runOf(s)))
        if (actor.tick.kind !== 'nothing') {
          actor.step = 'claim'
          return
        }
        if (isCheckpoint(s.state) && this.now < (s.waitUntil ?? 0)) this.counts.early++
        return this.end(actor)
      }
      case 'claim': {
        if (actor.tick === null || actor.tick.kind === 'nothing') return this.end(actor)
        const entry = next(actor.seen, this.at(actor.seen), actor.tick.outcome, this.now, signer(actor.id))
        if (!this.append(entry, actor)) {
          this.counts.doubled++
          return this.end(actor)
        }
        actor.ours.add(entry?.hash ?? '')
        actor.step = 'look'
        return
      }
      case 'look': {
        actor.seen = this.entries
        const acts = traitsOf(this.session.state).kind === 'working'
        if (!acts || !actor.ours.has(this.entries.at(-1)?.hash ?? '')) {
          if (actor.overtaken) this.counts.zombiesRefused++
          return this.end(actor)
        }
        actor.step = 'append'
        return
      }
      case 'append': {
        const s = this.at(actor.seen)
        const outcome = resultOf(actor.seen, results(s), { folded: s })
        const entry = next(actor.seen, s, outcome, this.now, signer(actor.id))
        if (!this.append(entry, actor)) {
          if (actor.overtaken) this.counts.zombiesRefused++
          return this.end(actor)
        }
        actor.ours.add(entry?.hash ?? '')
        if (outcome.event === 'queued') return this.end(actor)
        actor.step = 'look'
      }
    }
  }

  /** To its end, or until it has done more steps than any run has. */
  finish(actor: Actor, results: Results, each = minute): void {
    for (let n = 0; n < 60 && actor.step !== 'over'; n++) {
      this.step(actor, results)
      this.now += each
    }
    if (actor.step !== 'over') this.faults.push('a run that does not end')
  }

  chainFaults(): readonly string[] {
    return chainFaults(this.entries, 's')
  }
}

const isExhausted = (e: Entry): boolean => e.event === 'unrecoverable' && e.facts.code === 'I400'
const runOf = (s: Session): string => (s.by?.kind === 'run' ? s.by.run : '')
