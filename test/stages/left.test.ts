/**
 * What a run leaves behind that broke off: its leases go back, also where its ledger answers no more; what the schedule
 * tests again stays held.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { acquireLease } from '../../src/commands/lease.ts'
import { fold } from '../../src/domain/session.ts'
import { planOf } from '../kit/plan.ts'
import { entryAfter, runWriter, type Step } from '../kit/session.ts'
import type { State } from '../../src/domain/states.ts'
import type { Ledger, World } from '../../src/ports.ts'
import { run } from '../../src/run.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from '../commands/sandbox.ts'

const service = 'peer'
const plan = planOf({ nodes: ['a'] })
const hour = 3_600_000

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

describe.skipIf(!isRoot)(`a run that broke off${needsRoot}`, () => {
  let box: Sandbox
  let place: string
  let ledger: Ledger
  beforeEach(async () => {
    box = sandbox()
    boxes.push(box)
    place = mkdtempSync(join(tmpdir(), 'left-'))
    places.push(place)
    ledger = await openGitLedger(join(place, 'ledger.git'))
    await box.run(acquireLease({ service, holder: 's', who: 'o/r run 1', why: 'x', seconds: 600 }))
  })
  /** One event a second. */
  async function add(by: string, ...steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      const own = step === 'confirmed' ? (['confirmed', { soak: ['WAIT_1HR'], proof: 'logs' }] as const) : step
      await ledger.append('s', entryAfter(await ledger.read('s'), own, { plan, by: runWriter(by) }))
    }
  }
  /** Who holds the node, and for how many minutes yet, by its own file. */
  function held(): readonly [string, number] {
    const [, until, holder = ''] = readFileSync(join(box.dir, 'lib/vps-test/leases', service), 'utf8').split('\n')
    return [holder, Math.max(0, Math.round((Number(until) - Date.now() / 1000) / 60))]
  }
  function world(own: Ledger, signal: AbortSignal, now = 1e9): World {
    const none = (): never => {
      throw new Error('not needed here')
    }
    return {
      clock: { now: () => now, monotonic: () => now, sleep: none },
      log: { info: () => undefined, warn: () => undefined, progress: () => undefined },
      ledger: own,
      signal,
      who: 'o/r run 1',
      patienceMs: 0,
      clockShift: 0,
      fleet: { nodes: [] },
      writer: { kind: 'run', repository: 'o/r', run: '1', attempt: 1, url: '' },
      files: { remove: async () => undefined },
      remote: async (name: string) => ({ name, run: box.run, read: none, forward: none, close: async () => undefined }),
    } as unknown as World
  }

  const regressed = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'passed', 'due', 'failed'] as const
  /** A ledger like that of a job: cancelled with the run, right after or right before an entry of ours. */
  async function cancelled(meanwhile: () => Promise<void>): Promise<World> {
    const cancel = new AbortController()
    const remote = await openGitLedger(join(place, 'copy.git'), {
      remote: { url: join(place, 'ledger.git') },
      signal: cancel.signal,
    })
    const append: Ledger['append'] = async (id, entry) => {
      await meanwhile()
      await remote.append(id, entry).finally(() => {
        cancel.abort(new Error('SIGTERM'))
      })
    }
    return world({ ...remote, append }, cancel.signal)
  }
  test('whose ledger is remote, so that it is out of reach: its leases go back', async () => {
    await add('1', ...regressed)
    await expect(run(plan, 's', await cancelled(async () => undefined))).rejects.toThrow('SIGTERM')
    expect([(await ledger.read('s')).at(-1)?.event, held()[0]]).toEqual(['restart', '-'])
  })
  test('whose ledger is out of reach, and another run goes on: its leases stay', async () => {
    await add('1', ...regressed)
    await expect(run(plan, 's', await cancelled(() => add('2', 'claimed')))).rejects.toMatchObject({
      facts: { code: 'B001' },
    })
    expect([(await ledger.read('s')).at(-1)?.event, held()[0]]).toEqual(['claimed', 's'])
  })

  const first = ['begin', 'confirmed', 'ready', 'built', 'deployed'] as const
  const queued = ['begin', 'confirmed', 'queued', 'claimed', 'ready', 'built', 'deployed'] as const
  test.each<readonly [string, readonly Step[], State, number, readonly [string, number]]>([
    ['the first test', first, 'TEST', hour, ['-', 0]],
    [
      'a checkpoint: held until nobody may take it any more',
      [...first, 'passed', 'due'],
      'TEST',
      6000 + 2 * hour,
      ['s', 23 * 60],
    ],
    [
      'a test that the schedule goes on with: as long as the schedule may come late',
      queued,
      'TEST',
      7000 + hour,
      ['s', 23 * 60],
    ],
    ['what waits for a fleet holds none of it', queued.slice(0, 4), 'SETUP', hour, ['-', 0]],
  ])('in %s', async (_, events, state, now, expected) => {
    await add('1', ...events)
    expect(fold('s', await ledger.read('s')).state).toBe(state)
    await expect(run(plan, 's', world(ledger, AbortSignal.abort(new Error('SIGINT')), now))).rejects.toThrow('SIGINT')
    expect(held()).toEqual(expected)
  })
})
