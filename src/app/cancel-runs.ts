/** A session that was stopped has runs on GitHub that wait, for a timer, reviewers or a runner: they end with it. */
import { quote } from '../commands/quote.ts'
import { ownRuns, type OwnRun } from '../domain/session-runs.ts'
import { isFinal } from '../domain/states.ts'
import { messageOf } from '../domain/text.ts'
import type { Forge } from '../ports/forge.ts'
import type { Context } from './context.ts'
import { storedSessions, type StoredSession } from './sessions.ts'

/** Older ones have ended long since. */
const asked = 5
/** For what a run that was told to end has to say still: its evidence is uploaded by its last steps. */
const graceMs = 60_000

export interface CancelledRuns {
  readonly cancelled: readonly string[]
  /** With a command that ends each. */
  readonly left: readonly string[]
}

/** `working`: one was at work when the session was stopped, and ends by itself. */
export async function cancelRuns(c: Context, of: StoredSession, working: boolean): Promise<CancelledRuns> {
  const all = await storedSessions(c.sessions)
  const others = all
    .filter((k) => k.session.id !== of.session.id)
    .map(({ entries, session }) => ({ entries, ended: isFinal(session.state) }))
  const mine = c.writer.kind === 'run' ? c.writer.run : null
  const runs = ownRuns(of.entries, others)
    .filter((r) => r.run !== mine)
    .slice(0, asked)
  const [newest] = runs
  if (newest === undefined) return { cancelled: [], left: [] }
  const forge = c.forge ?? (await c.remoteForge?.()) ?? null
  if (forge === null) {
    // Whether they have ended is not known from here.
    c.terminal.info(`its runs on GitHub are not asked from here; if one waits there still: ${commandFor(newest)}`)
    return { cancelled: [], left: [] }
  }
  const until = c.clock.now() + (working ? graceMs : 0)
  const cancelled: string[] = []
  const left: string[] = []
  for (const run of runs) {
    try {
      while (c.clock.now() < until && !(await forge.runEnded(run.run, run.attempt))) await c.clock.sleep(2000, c.signal)
      if ((await cancel(forge, run)) === 'cancelled') cancelled.push(run.run)
    } catch (error) {
      c.signal.throwIfAborted()
      left.push(run.run)
      c.terminal.warn(`run ${run.run} was not cancelled: ${messageOf(error)}; ${commandFor(run)}`)
    }
  }
  if (cancelled.length > 0) c.terminal.info(`cancelled on GitHub: run ${cancelled.join(', ')}`)
  return { cancelled, left }
}

const cancel = async (forge: Forge, { run, attempt }: OwnRun): Promise<'cancelled' | 'over'> =>
  (await forge.runEnded(run, attempt)) ? 'over' : forge.cancelRun(run)

const commandFor = ({ run, repository }: OwnRun): string =>
  ['gh', 'run', 'cancel', run, '--repo', repository].map(quote).join(' ')
