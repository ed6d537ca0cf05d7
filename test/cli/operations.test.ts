/** gc, rollback, remove and stop from inside, on a home of the test's own: what is meant, what is refused, what goes. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Context } from '../../src/app/context.ts'
import { cancelRuns } from '../../src/app/cancel-runs.ts'
import { gc } from '../../src/app/gc.ts'
import { note, readNotes } from '../../src/app/local-notes.ts'
import { remove } from '../../src/app/remove.ts'
import { repositoryIn } from '../../src/app/remote-forge.ts'
import { rollback, rollbackStep } from '../../src/app/rollback.ts'
import type { OnNode } from '../../src/app/releases.ts'
import { localSessions, storedSession } from '../../src/app/sessions.ts'
import { stop } from '../../src/app/stop.ts'
import { contextOf } from '../../src/app/surroundings.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Forge } from '../../src/ports/forge.ts'
import { forgeThat } from '../kit/forge.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { runWriter, story, type Step } from '../kit/session.ts'

const day = 24 * 3_600_000
const now = Date.UTC(2026, 0, 100)
const root = mkdtempSync(join(tmpdir(), 'operations-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let c: Context
let home = ''
let said: string[] = []
let printed: string[] = []
beforeEach(() => {
  home = mkdtempSync(join(root, 'home-'))
  said = []
  printed = []
  const base = contextOf({
    env: { VPS_TEST_HOME: home, VPS_TEST_CACHE: join(home, '..', `cache-${said.length}-${Math.random()}`) },
    cwd: home,
    home,
    directory: import.meta.dirname,
    signal: AbortSignal.timeout(60_000),
    version: '0',
  })
  const say = (line: string): void => void said.push(line)
  c = {
    ...base,
    clock: { now: () => now, monotonic: () => now, sleep: async () => undefined },
    terminal: {
      ...base.terminal,
      interactive: false,
      info: say,
      warn: say,
      progress: () => undefined,
      print: (t) => void printed.push(t),
    },
  }
})
/** A fleet that nobody can be asked on: its nodes are none. */
async function put(project: string, id: string, steps: readonly Step[], at: number, fleet = 'lab'): Promise<string> {
  const ledger = await openGitLedger(join(home, project, 'ledger.git'))
  const plan = planOf({ project, fleet: labFleet([], fleet), nodes: [] })
  for (const e of story(steps, { session: id, plan, by: runWriter('7'), at: () => at })) await ledger.append(id, e)
  const folder = c.sessions.folderOf(project, id)
  mkdirSync(join(folder, 'test-1'), { recursive: true })
  writeFileSync(join(folder, 'test-1/proof.md'), 'x'.repeat(5000))
  return folder
}
const ended: readonly Step[] = ['begin', 'confirmed', 'stop']
const living: readonly Step[] = ['begin', 'confirmed', 'ready', ['failed', {}], 'no-fix-command']
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (e: unknown) => (e instanceof Failure ? `${e.facts.code} ${e.message}` : String(e)),
  )
const old = (path: string): void => utimesSync(path, new Date(now - 60 * day), new Date(now - 60 * day))

describe('gc', () => {
  const run = async (more: Partial<Parameters<typeof gc>[1]> = {}) => {
    printed = []
    const code = await gc(c, { olderThan: '30d', json: true, yes: true, ...more })
    return {
      code,
      told: JSON.parse(printed.join('')) as { goes: { kind: string; path: string; bytes: number }[] } & Record<
        string,
        unknown
      >,
    }
  }
  test('dry: says what would go, with sizes, and touches nothing; then it goes, and a second run finds nothing', async () => {
    const folder = await put('done', 'done-1', ended, now - 40 * day)
    const kept = await put('alive', 'alive-1', living, now - 40 * day)
    const fresh = await put('alive', 'alive-2', ended, now - day)
    const build = join(c.cacheDir, 'sandbox/done/target')
    const used = join(c.cacheDir, 'sandbox/alive/target')
    for (const dir of [build, used]) {
      mkdirSync(dir, { recursive: true })
      ;[dir, join(dir, '..')].forEach(old)
    }
    const dry = await run({ dryRun: true })
    expect(dry.told.goes.map((g) => g.kind).toSorted()).toEqual(['build', 'evidence', 'ledger'])
    expect(dry.told.goes.every((g) => g.bytes > 0)).toBe(true)
    expect(dry.told).toMatchObject({ done: false, kept: [{ path: join(used, '..'), why: 'session alive-1 lives' }] })
    expect([folder, build, used].map(existsSync)).toEqual([true, true, true])
    expect(await run()).toMatchObject({ code: 0, told: { done: true, failed: [] } })
    expect([folder, build, join(home, 'done/ledger.git')].map(existsSync)).toEqual([false, false, false])
    expect([kept, fresh, used, join(home, 'alive/ledger.git')].map(existsSync)).toEqual([true, true, true, true])
    expect((await run()).told.goes).toEqual([])
  })
  test('what a gc that was killed had moved away goes with the next', async () => {
    mkdirSync(join(home, '_gc/half/x'), { recursive: true })
    expect((await run()).told.goes.map((g) => g.kind)).toEqual(['cut-off'])
    expect(existsSync(join(home, '_gc'))).toBe(false)
  })
  test('a stop that is not done, and the program that a living session tests again, are in use', async () => {
    const stopping = await put('p', 'p-1', ended, now - 40 * day)
    await note(stopping, { stopping: true })
    expect((await run()).told.goes.map((g) => g.kind)).toEqual(['ledger'])
    await note(stopping, { stopping: false })
    expect(existsSync(stopping)).toBe(true)
  })
  test('what a session came to use while the question stood stays', async () => {
    const build = join(c.cacheDir, 'sandbox/p/target')
    mkdirSync(build, { recursive: true })
    ;[build, join(build, '..')].forEach(old)
    await put('p', 'p-1', living, now - day)
    const [place, aside] = [join(home, 'p'), join(root, 'begins-later')]
    renameSync(place, aside)
    // The list is shown before the question: whoever reads it begins a session.
    const print = (): void => {
      if (existsSync(aside)) renameSync(aside, place)
    }
    await gc({ ...c, terminal: { ...c.terminal, print, info: print } }, { olderThan: '30d', yes: true })
    expect(existsSync(place)).toBe(true)
    expect(existsSync(build)).toBe(true)
  })
  test('no fleet is contacted that nobody named; an age is an age; a yes is needed', async () => {
    expect(await codeOf(run({ nodes: true }))).toMatch(/^U090/)
    expect(await codeOf(run({ olderThan: '30' }))).toMatch(/^U103/)
    await put('done', 'done-1', ended, now - 40 * day)
    expect(await codeOf(gc(c, { olderThan: '30d' }))).toMatch(/^U101/)
  })
})

describe('rollback and remove', () => {
  test('a project that nobody knows, that lives, or that is on several fleets', async () => {
    expect(await codeOf(rollback(c, 'nobody', {}))).toMatch(/^U053/)
    await put('p', 'p-1', living, now - day)
    expect(await codeOf(rollback(c, 'p', {}))).toMatch(/^B012 .*p-1 \(AWAIT_PUSH\)/)
    expect(await codeOf(remove(c, 'p', { yes: true }))).toMatch(/^B012/)
    await put('q', 'q-1', ended, now - day, 'one')
    await put('q', 'q-2', ended, now - day, 'two')
    expect(await codeOf(rollback(c, 'q', {}))).toMatch(/^U100 .*one, two|^U100 .*two, one/)
    expect(await codeOf(rollback(c, 'q', { fleet: 'three' }))).toMatch(/^U053/)
  })
  const [a, b] = ['a'.repeat(64), `ab${'b'.repeat(62)}`]
  const on = (more: Partial<OnNode> = {}): OnNode => ({
    node: 'n',
    service: 'peer',
    unit: 'ours',
    project: 'p',
    running: b,
    current: b,
    before: a,
    releases: [
      { sha256: b, kib: 1, at: 2 },
      { sha256: a, kib: 1, at: 1 },
    ],
    dataKib: 0,
    ...more,
  })
  test.each<readonly [string, Partial<OnNode>, string | undefined, string | null, RegExp]>([
    ['to what was before', {}, undefined, a, /^$/],
    ['to a release by the beginning of its hash', {}, 'abb', b, /^$/],
    ['not where the beginning fits two', {}, 'a', null, /beginning of 2 releases/],
    ['not to one that is not there', {}, 'c', null, /no release c: it has abb/],
    ['not where nothing was before', { before: null }, undefined, null, /not known there/],
    ['not where that is gone', { releases: [] }, undefined, null, /lies there no more/],
    ["not of another project's service", { project: 'q' }, undefined, null, /project q's/],
    ['not of a foreign unit', { unit: 'foreign' }, undefined, null, /not written by vps-test/],
    ['not where there is none', { unit: 'absent' }, undefined, null, /no peer/],
  ])('a node goes %s', (_, more, to, sha, fault) => {
    const step = rollbackStep(on(more), 'p', to)
    expect([step.to, step.fault ?? '']).toEqual([sha, expect.stringMatching(fault)])
  })
})

describe('stop', () => {
  test('who and why are in the ledger; hidden characters are not', async () => {
    await put('p', 'p-1', living, now - day)
    expect(await stop({ ...c, who: 'ann@host' }, 'p', { reason: 'a\u0000 \u202ewrong\nbranch', json: true })).toBe(0)
    const known = await storedSession(localSessions(home), 'p-1')
    const last = known?.entries.at(-1)
    expect(last).toMatchObject({ event: 'stop', to: 'STOPPED', facts: { who: 'ann@host', services: 'stop' } })
    expect(last?.why).toMatch(/^stopped by a person; by ann@host: a wrong ?branch$/)
    expect(JSON.parse(printed.join(''))).toMatchObject({
      session: 'p-1',
      stopped: true,
      was: 'AWAIT_PUSH',
      exitCode: 0,
    })
    expect(await readNotes(c.sessions.folderOf('p', 'p-1'))).toEqual({})
  })
  test('one that was cut off is gone on with before another session is ended', async () => {
    await put('p', 'p-1', living, now - 2 * day)
    const cut = await put('p', 'p-2', ended, now - day)
    await note(cut, { stopping: true })
    await stop(c, 'p', {})
    expect(said[0]).toContain('p-2 has ended already')
    await stop(c, 'p', {})
    expect(said).toContain('stopped p-1')
  })
  const forge = (ended: readonly string[], asked: string[]): Forge =>
    forgeThat({
      runEnded: async (run) => ended.includes(run),
      cancelRun: async (run) => {
        asked.push(run)
        return 'cancelled'
      },
    })
  test('its runs that wait on GitHub are cancelled; those of other sessions, and its own, are not', async () => {
    await put('p', 'p-1', living, now - day)
    const of = (await storedSession(localSessions(home), 'p-1')) ?? expect.fail('no session')
    const asked: string[] = []
    expect(await cancelRuns({ ...c, forge: forge([], asked) }, of, false)).toEqual({ cancelled: ['7'], left: [] })
    expect(asked).toEqual(['7'])
    expect(await cancelRuns({ ...c, forge: forge(['7'], asked) }, of, true)).toEqual({ cancelled: [], left: [] })
    expect(await cancelRuns({ ...c, forge: forge([], asked), writer: runWriter('7') }, of, false)).toEqual({
      cancelled: [],
      left: [],
    })
    await put('q', 'q-1', living, now - day)
    expect(await cancelRuns({ ...c, forge: forge([], asked) }, of, false)).toEqual({ cancelled: [], left: [] })
    expect(asked).toEqual(['7'])
    rmSync(join(home, 'q'), { recursive: true })
    await cancelRuns(c, of, false)
    expect(said.at(-1)).toContain('gh run cancel 7 --repo o/r')
  })
  test.each([
    ['https://github.com/o/r.git', 'o/r'],
    ['https://github.com/o/r', 'o/r'],
    ['git@github.com:o/r.git', null],
    ['http://github.com/o/r', null],
    ['https://github.com/o/r/x', null],
    ['/srv/r.git', null],
  ])('the repository in %s', (url, repository) => expect(repositoryIn(url)?.repository ?? null).toBe(repository))
})
