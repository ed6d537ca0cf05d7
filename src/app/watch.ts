/** `status --watch`: one screen that follows a session until it ends; lines of what is new where there is no terminal. */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { openScreen, type Screen } from '../adapters/screen.ts'
import { itemsFile } from '../domain/bundle.ts'
import { folderOf } from '../domain/history.ts'
import { isFinal, traitsOf } from '../domain/states.ts'
import { iso, stripHidden } from '../domain/text.ts'
import { triedIn, type TriedPair } from '../domain/tried.ts'
import { newestPlan } from '../stages/parts/interview.ts'
import { watchLines, type WatchView } from '../report/watch-screen.ts'
import type { Context } from './context.ts'
import { exitCode } from './exit-code.ts'
import { readNotes } from './local-notes.ts'
import { named, namedSession, noSession, sessionById } from './named-session.ts'
import { nextStep } from './next-step.ts'
import { readProgress } from './progress-notes.ts'
import { sessionsIn, type StoredSession } from './sessions.ts'
import { writerEnded } from './writer-ended.ts'

export interface WatchFlags {
  readonly session?: string
  /** The ledger is a repository's: what runs there is not seen from here. */
  readonly remote?: string
}

const everyMs = 1000
/** A ledger on a server is asked more seldom. */
const remoteEvery = 10

/** Until the session has ended, with the exit code that its end has; Ctrl-C leaves it running. */
export async function watchSession(c: Context, project: string | undefined, flags: WatchFlags): Promise<number> {
  const chosen = await chooseSession(c, project, flags.session)
  const screen = openScreen()
  const tell = screen === null ? linesOf(c) : null
  let view = await viewOf(c, chosen, flags)
  const draw = (on: Screen): void => on.draw(watchLines(view, on.size(), c.terminal.palette))
  screen?.onResize(() => {
    view = { ...view, now: c.clock.now() }
    if (screen !== null) draw(screen)
  })
  try {
    for (let tick = 1; ; tick++) {
      if (screen !== null) draw(screen)
      else tell?.(view)
      if (isFinal(view.session.state)) break
      await c.clock.sleep(everyMs, c.signal)
      const again = flags.remote === undefined || tick % remoteEvery === 0
      view = again ? await viewOf(c, chosen, flags) : { ...view, now: c.clock.now() }
    }
  } catch (error) {
    // Who leaves has seen what he wanted; the session goes on.
    if (!c.signal.aborted) throw error
  } finally {
    if (screen !== null) {
      const last = watchLines(view, screen.size(), c.terminal.palette)
      screen.close()
      c.terminal.print(last.join('\n'))
    }
  }
  return exitCode(view.session, view.entries)
}

/** The one that is named; else the newest that has not ended; else the newest. */
async function chooseSession(
  c: Context,
  project: string | undefined,
  session: string | undefined,
): Promise<StoredSession> {
  if (session !== undefined) return project === undefined ? sessionById(c, session) : namedSession(c, project, session)
  const all = project === undefined ? (await sessionsIn(c.sessions)).whole : await named(c, project, undefined)
  const found =
    all.find((k) => traitsOf(k.session.state).kind === 'working') ??
    all.find((k) => !isFinal(k.session.state)) ??
    all[0]
  if (found === undefined) throw noSession('there is no session yet')
  return found
}

async function viewOf(c: Context, chosen: StoredSession, { remote }: WatchFlags): Promise<WatchView> {
  const { whole } = await sessionsIn(c.sessions)
  const known = whole.find((k) => k.session.id === chosen.session.id) ?? chosen
  const { session, entries, project } = known
  const folder = c.sessions.folderOf(project, session.id)
  const here = remote === undefined
  return {
    project,
    session,
    entries,
    now: c.clock.now(),
    progress: here ? await readProgress(folder) : null,
    tried: here && session.state === 'TEST' ? await triedOf(known, folder) : [],
    alive: here && traitsOf(session.state).kind === 'working' ? !(await writerEnded(c, session)) : null,
    next: nextStep(session, (await readNotes(folder)).key) ?? null,
    others: whole.map((k) => k.session).filter((s) => s.id !== session.id && !isFinal(s.state)),
  }
}

/** More lines of evidence than this are not read again each second. */
const mostBytes = 32 << 20

/** Of the test that runs now: all suites that try pairs. */
async function triedOf({ entries }: StoredSession, folder: string): Promise<readonly TriedPair[]> {
  const begun = entries.findLast((e) => e.event === 'begun')
  if (begun?.event !== 'begun') return []
  const suites = newestPlan(entries)?.suites ?? []
  const lines = await Promise.all(
    suites.map(({ suite }) => linesIn(join(folder, folderOf(begun.facts.test), 'evidence', itemsFile(suite)))),
  )
  return triedIn(lines.flat())
}

/** Whole lines of the end of a file that grows. */
async function linesIn(path: string): Promise<readonly string[]> {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return []
  try {
    const { size } = await file.stat()
    const from = Math.max(0, size - mostBytes)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
    const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n')
    return lines.slice(from === 0 ? 0 : 1, -1)
  } finally {
    await file.close()
  }
}

/** What is new since the last look, a line each. */
function linesOf(c: Context): (view: WatchView) => void {
  let told = 0
  const said = new Map<string, string>()
  return ({ session, entries, progress, now }) => {
    for (const e of entries.filter((one) => one.at > told))
      c.terminal.print(`${iso(e.at)} ${session.id} ${e.from} → ${e.to}: ${stripHidden(e.why, 2000)}`)
    told = Math.max(told, entries.at(-1)?.at ?? 0)
    for (const [key, { text, at }] of Object.entries(progress?.keys ?? {})) {
      if (at < session.changedAt || said.get(key) === text || now - at > 60_000) continue
      said.set(key, text)
      c.terminal.progress(key, stripHidden(text, 300))
    }
  }
}
