/**
 * A run that was given up while it still went on: another has claimed the session, and with it the leases, which lie on
 * the nodes under the session's name.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { acquireLease, breakLease } from '../../src/commands/lease.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { planOf } from '../kit/plan.ts'
import { entryAfter, runWriter, type Step } from '../kit/session.ts'
import type { Held, Ledger, World } from '../../src/ports.ts'
import { startHeartbeat, type Heartbeat } from '../../src/stages/parts/heartbeat.ts'
import { run } from '../../src/run.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from '../commands/sandbox.ts'

const service = 'peer'
const plan = planOf({ nodes: ['a'] })

const places: string[] = []
const boxes: Sandbox[] = []
afterAll(() => {
  boxes.forEach((b) => {
    b.close()
  })
  places.forEach((p) => {
    rmSync(p, { recursive: true, force: true })
  })
})

describe.skipIf(!isRoot)(`a session in RESTART${needsRoot}`, () => {
  let box: Sandbox
  let ledger: Ledger
  let regressed: Entry | undefined
  const add = async (step: Step, by: string): Promise<Entry> => {
    const entries = await ledger.read('s')
    const entry = entryAfter(entries, step, { plan, by: runWriter(by), at: (seq) => 1000 * seq })
    await ledger.append('s', entry)
    return entry
  }
  beforeEach(async () => {
    box = sandbox()
    boxes.push(box)
    const place = mkdtempSync(join(tmpdir(), 'given-up-'))
    places.push(place)
    ledger = await openGitLedger(join(place, 'ledger.git'))
    const soaks = ['confirmed', { soak: ['WAIT_1HR'], proof: 'logs' }] as const
    for (const step of ['begin', soaks, 'ready', 'built', 'deployed', 'passed', 'due', 'failed'] as const)
      regressed = await add(step, '1')
    await box.run(acquireLease({ service, holder: 's', who: 'o/r run 2', why: 'x', seconds: 600 }))
  })
  const holder = (): string => readFileSync(join(box.dir, 'lib/vps-test/leases', service), 'utf8').split('\n')[2] ?? ''
  const events = async (): Promise<readonly string[]> => (await ledger.read('s')).map((e) => e.event).slice(8)

  /** `meanwhile`: before this run's stage has anything written. */
  function world(signal: AbortSignal, meanwhile: () => Promise<unknown> = async () => undefined): World {
    const none = (): never => {
      throw new Error('not needed here')
    }
    let once = false
    const own: Ledger = {
      ...ledger,
      append: async (id, entry) => {
        if (!once) {
          once = true
          await meanwhile()
        }
        await ledger.append(id, entry)
      },
    }
    return {
      clock: { now: () => 1e9, monotonic: () => 1e9, sleep: none },
      log: { info: () => undefined, warn: () => undefined, progress: () => undefined },
      ledger: own,
      signal,
      who: 'o/r run 1',
      writer: runWriter('1'),
      patienceMs: 0,
      clockShift: 0,
      fleet: { name: 'f', nodes: [] },
      remote: async (name: string) => ({ name, run: box.run, read: none, forward: none, close: async () => undefined }),
    } as unknown as World
  }
  const live = (): AbortSignal => AbortSignal.timeout(30_000)

  test('that another run claimed between our claim and our first look: nothing is done, and its leases stay', async () => {
    await add('claimed', '2')
    await expect(run(plan, 's', world(live()), { since: regressed?.hash ?? '' })).rejects.toMatchObject({
      facts: { kind: 'busy', code: 'B004', message: 'run 2 (attempt 1) of o/r goes on with session s' },
    })
    expect([await events(), holder()]).toEqual([['claimed'], 's'])
  })
  test('that another run claims while we work: our entry is refused, and its leases stay', async () => {
    await expect(
      run(
        plan,
        's',
        world(live(), () => add('claimed', '2')),
        { since: regressed?.hash ?? '' },
      ),
    ).rejects.toMatchObject({ facts: { code: 'B001' } })
    expect([await events(), holder()]).toEqual([['claimed'], 's'])
  })
  test('that another run goes on with after our entry: we do not follow it', async () => {
    const w = world(live())
    const follow: World = {
      ...w,
      ledger: {
        ...w.ledger,
        append: async (id, entry) => {
          await ledger.append(id, entry)
          await add('claimed', '2')
        },
      },
    }
    await expect(run(plan, 's', follow)).rejects.toMatchObject({ facts: { code: 'B004' } })
    expect([await events(), holder()]).toEqual([['restart', 'claimed'], 's'])
  })
  test('that is ours, and cancelled: the leases go back', async () => {
    await expect(
      run(plan, 's', world(AbortSignal.abort(new Error('SIGINT'))), { since: regressed?.hash ?? '' }),
    ).rejects.toThrow('SIGINT')
    expect([await events(), holder()]).toEqual([['restart'], '-'])
  })
  test('that a person stops meanwhile: it ends as stopped, and the leases go back', async () => {
    const end = await run(
      plan,
      's',
      world(live(), () => add('stop', '3')),
    )
    expect(end.state).toBe('STOPPED')
    expect([await events(), holder()]).toEqual([['stop'], '-'])
  })

  /** SETUP of a node that never answers: it ends when its signal does. */
  const silent = (w: World): World => ({
    ...w,
    clock: {
      now: Date.now,
      monotonic: () => performance.now(),
      sleep: (_, signal) => pause(20, undefined, { signal }),
    },
    remote: async (name) => ({
      name,
      run: (command, options) =>
        command.why === 'survey'
          ? new Promise((_, reject) => {
              options.signal.addEventListener('abort', () => reject(options.signal.reason as Error))
            })
          : box.run(command, options),
      read: () => Promise.reject(new Error('not needed here')),
      forward: () => Promise.reject(new Error('not needed here')),
      close: async () => undefined,
    }),
  })
  test('that a person stops while its stage works: the work ends, the session is stopped, the leases go back', async () => {
    const running = run(plan, 's', silent(world(live())))
    while ((await events()).at(-1) !== 'restart') await pause(20)
    await add('stop', '3')
    expect((await running).state).toBe('STOPPED')
    expect([await events(), holder()]).toEqual([['restart', 'stop'], '-'])
  })
  test('that another run claims while its stage works: the work ends, and the leases are left to that one', async () => {
    const running = run(plan, 's', silent(world(live())))
    while ((await events()).at(-1) !== 'restart') await pause(20)
    await add('claimed', '2')
    await expect(running).rejects.toMatchObject({ facts: { code: 'B004' } })
    expect([await events(), holder()]).toEqual([['restart', 'claimed'], 's'])
  })

  describe('whose leases a heartbeat renews', () => {
    /** A clock on which a look is a minute. */
    function beating(held: readonly Held[]): { beat: Heartbeat; minutes: () => number } {
      let now = 0
      const own = world(live())
      const clock = {
        now: () => now,
        monotonic: () => performance.now(),
        sleep: async (_: number, signal: AbortSignal) => {
          signal.throwIfAborted()
          now += 60_000
        },
      }
      const known = new Map(held.map((h) => [h.node, h]))
      const beat = startHeartbeat({ ...own, clock, held: known }, 's', () => true)
      return { beat, minutes: () => now / 60_000 }
    }
    const until = (): number =>
      Number(readFileSync(join(box.dir, 'lib/vps-test/leases', service), 'utf8').split('\n')[1])
    test('keeps them as long as it works', async () => {
      await box.run(acquireLease({ service, holder: 's', who: 'o/r run 2', why: 'x', seconds: 10 }))
      const before = until()
      const { beat } = beating([{ node: 'a', service, fence: 1 }])
      while (until() < before + 200) await pause(20)
      expect(beat.signal.aborted).toBe(false)
      await beat.end()
    })
    test('in time, however slow the ledger answers', async () => {
      await box.run(acquireLease({ service, holder: 's', who: 'o/r run 2', why: 'x', seconds: 10 }))
      const own = world(live())
      const slept: number[] = []
      let now = 0
      const clock = {
        now: () => now,
        monotonic: () => performance.now(),
        sleep: async (ms: number, signal: AbortSignal) => {
          signal.throwIfAborted()
          slept.push(ms)
          now += ms
        },
      }
      const read: Ledger['read'] = async (id) => {
        now += 30_000
        return own.ledger.read(id)
      }
      const held = new Map([['a', { node: 'a', service, fence: 1 }]])
      const beat = startHeartbeat({ ...own, ledger: { ...own.ledger, read }, clock, held }, 's', () => true)
      while (slept.length < 4) await pause(20)
      await beat.end()
      expect(Math.max(...slept)).toBeLessThanOrEqual(60_000)
    })
    test('is told that one was broken, and ends the run', async () => {
      await box.run(breakLease(service))
      const { beat } = beating([{ node: 'a', service, fence: 1 }])
      while (!beat.signal.aborted) await pause(20)
      expect(beat.signal.reason).toMatchObject({ facts: { code: 'B011', node: 'a' } })
      expect(holder()).toBe('-')
    })
  })
})
