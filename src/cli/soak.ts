/** `soak`: one tick of the schedule, or all of them. */
import { duties, take, type PassedOver, type Taken } from '../app/checkpoints.ts'
import type { Context } from '../app/context.ts'
import { storedSession, type StoredSession } from '../app/sessions.ts'
import { exitCodeOf, exitCodes, Failure } from '../domain/failure.ts'
import { type Tick } from '../domain/reconcile.ts'
import type { KeySource } from '../world.ts'
import { explain } from './explain.ts'
import { stripHidden, duration, messageOf } from '../domain/text.ts'

export interface SoakFlags {
  readonly json?: boolean
  readonly watch?: boolean
  readonly session?: string
  readonly key?: KeySource | null
}

/** Ends with the worst of what the sessions came to; one that breaks keeps none of the others from its checkpoint. */
export async function soak(c: Context, flags: SoakFlags): Promise<number> {
  const told = new Set<string>()
  for (;;) {
    const found = await duties(c)
    const mine = (id: string): boolean => flags.session === undefined || id === flags.session
    const [open, broken] = [found.open.filter((d) => mine(d.known.session.id)), found.broken.filter((b) => mine(b.id))]
    if (
      flags.session !== undefined &&
      open.length + broken.length === 0 &&
      (await storedSession(c.sessions, flags.session)) === undefined
    )
      throw new Failure({
        code: 'U053',
        message: `no session ${flags.session}`,
        remedy: 'vps-test status',
      })
    const done: Taken[] = []
    for (const { known, tick } of open) {
      try {
        const taken = await take(c, known, tick, flags.key ?? null, c.cwd)
        if (taken !== undefined) done.push(taken)
        else if (flags.json !== true) c.terminal.info(line(known, tick, c.clock.now()))
      } catch (error) {
        c.signal.throwIfAborted()
        broken.push({ id: known.session.id, project: known.project, error })
      }
    }
    const codes = broken.map((b) => warnPassedOver(c, b, told))
    if (flags.json === true)
      c.terminal.print(
        JSON.stringify(
          done.map(({ session: s, code }) => ({ session: s.id, state: s.state, why: s.why, exitCode: code })),
        ),
      )
    const waits = open.flatMap(({ tick }) => (tick.kind === 'nothing' && tick.nextAt !== null ? [tick.nextAt] : []))
    if (flags.watch !== true || (waits.length === 0 && done.length === 0))
      return Math.max(exitCodes.passed, ...done.map((d) => d.code), ...codes)
    if (done.length === 0)
      await c.clock.sleep(Math.max(1000, Math.min(60_000, ...waits.map((at) => at - c.clock.now()))), c.signal)
  }
}

/** Once, however often it is found. Its exit code. */
function warnPassedOver(c: Context, { id, error }: PassedOver, told: Set<string>): number {
  const what = `${id}: ${messageOf(error)}`
  if (told.has(what)) return failureCode(error)
  told.add(what)
  c.terminal.warn(`${stripHidden(id, 100)} is passed over:`)
  return explain(c, error)
}
const failureCode = (error: unknown): number => (error instanceof Failure ? exitCodeOf(error.kind) : exitCodes.harness)

const line = ({ session: s }: StoredSession, tick: Tick, now: number): string =>
  `${s.id}: ${s.state}${tick.kind === 'nothing' ? `: ${tick.why}${tick.nextAt === null ? '' : `; next in ${duration(tick.nextAt - now)}`}` : ''}`
