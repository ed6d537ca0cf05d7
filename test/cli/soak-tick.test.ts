/** One tick, from inside: whose claim is void, what is refused before it is decided, and whose work is not ours. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { reachedEntries } from '../kit/reached.ts'
import { openGitLedger, type GitLedger } from '../../src/adapters/git-ledger.ts'
import { Failure, type FailureCode } from '../../src/domain/failure.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { quietContext } from '../kit/context.ts'
import { forgeThat } from '../kit/forge.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { entryAfter, runWriter, story, type Step } from '../kit/session.ts'
import type { Ledger } from '../../src/ports.ts'
import type { Forge } from '../../src/ports/forge.ts'
import type { Context } from '../../src/app/context.ts'
import { localSessions, storedSession, type StoredSession } from '../../src/app/sessions.ts'
import { decide, duties, take, tickOf } from '../../src/app/checkpoints.ts'
import { note } from '../../src/app/local-notes.ts'
import { status } from '../../src/app/status.ts'
import { longestJobMs } from '../../src/app/writer-ended.ts'
import { soak } from '../../src/cli/soak.ts'
import { madeKey } from '../made-key.ts'

const hour = 3_600_000
const start = Date.UTC(2026, 0, 1)
const root = mkdtempSync(join(tmpdir(), 'tick-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})

const plan = (lab: boolean): Plan => {
  const { lab: _, ...real } = labFleet([], 'saorsa')
  return planOf({ fleet: lab ? labFleet([]) : real, nodes: [] })
}

let dir = ''
let made = 0
let now = 0
let said: string[] = []
let ledger: GitLedger
beforeEach(async () => {
  dir = join(root, String(++made))
  now = start
  said = []
  ledger = await openGitLedger(join(dir, 'p', 'ledger.git'))
})

const forge = (ended: boolean): Forge =>
  forgeThat({
    runEnded: async (id) => {
      if (!/^\d+$/.test(id)) throw new Failure({ code: 'U452', message: `a workflow run has a number, not ${id}` })
      return ended
    },
  })
const context = (more: Partial<Context> = {}): Context => ({
  ...quietContext({ dir, sessions: localSessions(dir), say: (text) => said.push(text), now: () => now }),
  root,
  writer: { kind: 'run', repository: 'o/r', run: '99', attempt: 1, url: '' },
  ...more,
})
const key = { kind: 'text', text: madeKey().private, origin: 'in a test' } as const

async function put(
  id: string,
  steps: readonly Step[],
  { lab = true, by = runWriter('1'), after = 0 } = {},
): Promise<StoredSession> {
  const entries = story(steps, { session: id, plan: plan(lab), by, at: () => start + after })
  for (const entry of entries) await ledger.append(id, entry)
  return known(id)
}
const known = async (id: string): Promise<StoredSession> => {
  const k = await storedSession(localSessions(dir), id)
  if (k === undefined) throw new Error(`no ${id}`)
  return k
}
const events = async (id: string): Promise<readonly string[]> =>
  reachedEntries(await ledger.read(id))
    .map((e) => e.event)
    .slice(5)
/** Its checkpoint is due an hour after `start`. */
const waits: readonly Step[] = [
  'begin',
  ['confirmed', { soak: ['WAIT_1HR'], proof: 'logs' }],
  'ready',
  'built',
  'deployed',
  'passed',
]
const claimed: readonly Step[] = [...waits, ['due', {}, { at: start + hour }]]
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof Failure ? error.facts.code : String(error)),
  )

describe('a claim of a run', () => {
  const kindAt = async (at: number, f: Forge | null): Promise<string> => {
    now = start + at
    return (await tickOf(context({ forge: f }), (await known('s')).session)).kind
  }
  beforeEach(async () => {
    await put('s', claimed)
  })
  test('holds while the run goes on', async () => expect(await kindAt(2 * hour, forge(false))).toBe('nothing'))
  test('is void when it has ended', async () => expect(await kindAt(2 * hour, forge(true))).toBe('claim'))
  test('holds where nobody can say whether the run goes on', async () =>
    expect(await kindAt(2 * hour, null)).toBe('nothing'))
  test('is void when no job can have been silent for so long, whoever says what', async () => {
    expect([await kindAt(hour + longestJobMs, forge(false)), await kindAt(hour + longestJobMs, null)]).toEqual([
      'nothing',
      'nothing',
    ])
    expect([await kindAt(hour + longestJobMs + 1, forge(false)), await kindAt(hour + longestJobMs + 1, null)]).toEqual([
      'claim',
      'claim',
    ])
  })
})

describe('what a tick decided', () => {
  const due = async (c: Context, k: StoredSession) => {
    const tick = await tickOf(c, k.session)
    if (tick.kind === 'nothing') throw new Error(tick.why)
    return tick
  }
  test('is as late as its entry, not as the look before', async () => {
    const k = await put('s', waits)
    now = start + 2 * hour
    const tick = await due(context(), k)
    now += 5 * 60_000
    expect(await decide(context(), k, tick.outcome)).toMatchObject({
      facts: {
        checkpoint: {
          name: 'WAIT_1HR',
          dueAt: start + hour,
          takenAt: now,
          latenessMs: hour + 5 * 60_000,
        },
      },
    })
  })
  test("is nobody's loss when another was first, and every other failure is told", async () => {
    const k = await put('s', waits)
    now = start + 2 * hour
    const { outcome } = await due(context(), k)
    const failing = (code: FailureCode): Ledger => ({
      ...ledger,
      append: async () => {
        throw new Failure({ code, message: 'no' })
      },
    })
    expect(await decide(context(), { ...k, ledger: failing('B001') }, outcome)).toBeUndefined()
    for (const code of ['B002', 'I260', 'H010'] as const)
      expect(await codeOf(decide(context(), { ...k, ledger: failing(code) }, outcome))).toBe(code)
  })
  test('by a clock that was moved is refused on a fleet that is no lab', async () => {
    const [real, lab] = [await put('real', waits, { lab: false }), await put('lab', waits)]
    now = start + 2 * hour
    const c = context({ clockShift: 3700 })
    expect(await codeOf(take(c, real, await due(c, real), key, dir))).toBe('U058')
    expect(await events('real')).toEqual(['passed'])
    expect((await decide(c, lab, (await due(c, lab)).outcome))?.facts.clockShift).toBe(3700)
  })
})

describe('taking', () => {
  test('claims nothing without a key that can be read, and records without one', async () => {
    const k = await put('s', waits, { lab: false })
    now = start + 2 * hour
    const tick = await tickOf(context(), k.session)
    expect(await codeOf(take(context(), k, tick, null, dir))).toBe('U056')
    const missingKey = (fleet: string): Failure =>
      new Failure({ code: 'U069', message: `${fleet} needs the input ssh-key` })
    expect(await codeOf(take(context({ missingKey }), k, tick, null, dir))).toBe('U069')
    expect(await codeOf(take(context(), k, tick, { kind: 'text', text: 'no key', origin: 'in a test' }, dir))).toMatch(
      /^U/,
    )
    expect(await codeOf(take(context(), k, tick, { kind: 'file', path: join(dir, 'nowhere') }, dir))).toMatch(/^U/)
    expect(await events('s')).toEqual(['passed'])
    now = start + 26 * hour
    expect(await take(context(), k, await tickOf(context(), k.session), null, dir)).toMatchObject({
      session: { state: 'STOPPED' },
      code: 30,
    })
    expect(await events('s')).toEqual(['passed', 'missed'])
  })
  test('claims nothing where it cannot get in: the wait stays, status says why, and the next step names the key', async () => {
    // Nothing listens there.
    const away = labFleet(['registry', 'a', 'b'])
    const fleet = {
      ...away,
      nodes: away.nodes.map((n) => ({
        ...n,
        host: '127.0.0.1',
        ip: '127.0.0.1',
        sshPort: 1,
        hostKeys: [madeKey().public.trim()],
      })),
    }
    const own = planOf({ fleet, nodes: fleet.nodes.map((n) => n.name) })
    for (const entry of story(waits, { session: 's', plan: own, by: runWriter('1'), at: () => start }))
      await ledger.append('s', entry)
    now = start + 2 * hour
    const k = await known('s')
    await note(join(dir, 'p', 'sessions', 's'), { key: '/k' })
    expect(await codeOf(take(context(), k, await tickOf(context(), k.session), key, dir))).toBe('T004')
    expect(await events('s')).toEqual(['passed'])
    said = []
    await status(context(), {})
    expect(said.join('')).toMatch(/WAIT_1HR.*; could not begin 0 s ago: T004 registry: /)
    expect(said.join('')).toMatch(/vps-test soak --watch .*--key \/k/)
    expect(await soak(context(), { key })).toBe(10)
    expect(await events('s')).toEqual(['passed'])
  })
  test('leaves the session to whoever claimed it after us', async () => {
    const k = await put('s', waits)
    now = start + 2 * hour
    const late: Ledger = {
      ...ledger,
      append: async (id, entry) => {
        await ledger.append(id, entry)
        const entries = await ledger.read(id)
        if (entry.event === 'due')
          await ledger.append(
            id,
            entryAfter(entries, ['claimed', {}, { by: runWriter('2'), at: now }], { session: id }),
          )
      },
    }
    expect(await codeOf(take(context(), { ...k, ledger: late }, await tickOf(context(), k.session), key, dir))).toBe(
      'B004',
    )
    expect(await events('s')).toEqual(['passed', 'due', 'claimed'])
  })
})

describe('one session that breaks', () => {
  test('is passed over by the look, with what a person can do about it', async () => {
    await put('odd', claimed, { by: runWriter('abc') })
    await put('good', waits)
    now = start + 2 * hour
    const { open, broken } = await duties(context({ forge: forge(false) }))
    expect(open.map((d) => [d.known.session.id, d.tick.kind])).toEqual([['good', 'claim']])
    expect(broken).toMatchObject([
      { id: 'odd', error: { facts: { code: 'U452', remedy: 'vps-test stop p --session odd' } } },
    ])
  })
  test('is passed over by the work, and the end is not good', async () => {
    // The newest change comes first.
    await put('first', waits, { lab: false, after: 24 * hour })
    await put('second', waits)
    now = start + 26 * hour
    expect(await soak(context(), {})).toBe(30)
    expect([await events('first'), await events('second')]).toEqual([['passed'], ['passed', 'missed']])
    expect(said.join('\n')).toMatch(/first is passed over:\nU056: fleet saorsa needs/)
    expect(await soak(context(), {})).toBe(2)
  })
})
