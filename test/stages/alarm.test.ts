/** A run and the rules that fire in it: what reaches its ledger, and that an alarm ends the session in any stage. */
import { expect, test } from 'vitest'
import { firingQueue } from '../../src/adapters/firing-queue.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { firingsOf } from '../../src/domain/recovery/firing.ts'
import { isCheckpoint } from '../../src/domain/states.ts'
import type { FiringQueue } from '../../src/ports/recoveries.ts'
import type { Ledger, World } from '../../src/ports.ts'
import { run } from '../../src/run.ts'
import { planOf } from '../kit/plan.ts'
import { runWriter, story, type Step } from '../kit/session.ts'

const plan = planOf({ nodes: ['a', 'b', 'c', 'd'] })
const changed = new Failure({ code: 'T011', node: 'c', message: 'c: the host key is not the pinned one' })

/** Nothing answers; the third node shows another key, when it is asked. */
function worldOf(steps: readonly Step[]) {
  const entries: Entry[] = [...story(steps, { plan, by: runWriter('1') })]
  const ledger: Ledger = {
    sessions: async () => ['s'],
    read: async () => [...entries],
    all: async () => [{ id: 's', entries }],
    append: async (_, entry) => void entries.push(entry),
  }
  const log = { info: () => undefined, warn: () => undefined, progress: () => undefined }
  const never = async (_: number, signal: AbortSignal): Promise<void> => {
    await new Promise((_done, stop) => signal.addEventListener('abort', () => stop(signal.reason), { once: true }))
  }
  const clock = { now: () => 1e9, monotonic: () => 1e9, sleep: never }
  const queue = firingQueue(clock, log)
  /** How many entries there were each time that firings were let go on. */
  const released: number[] = []
  const recoveries: FiringQueue = {
    ...queue,
    release: () => {
      released.push(entries.length)
      return queue.release()
    },
  }
  const world: Partial<World> = {
    clock,
    log,
    recoveries,
    ledger,
    fleet: plan.fleet,
    signal: new AbortController().signal,
    who: 'test',
    patienceMs: 0,
    clockShift: 0,
    writer: runWriter('1'),
    remote: async (node) => {
      recoveries.fire('address-failed', { node, recognised: 'no such name', done: 'tries its IP instead', nth: 1 })
      if (node === 'c') {
        recoveries.fire(
          'host-key-changed',
          { node, recognised: changed.message, done: 'the session stops', nth: 0 },
          changed,
        )
        throw changed
      }
      throw new Failure({ code: 'T004', node, message: `${node}: cannot be reached` })
    },
  }
  // The stages that are reached use no more of it.
  return { entries, released, world: world as World }
}

test.each([
  ['SETUP', ['begin', 'confirmed']],
  ['BUILD', ['begin', 'confirmed', 'ready']],
  ['DEPLOY', ['begin', 'confirmed', 'ready', 'built']],
  ['TEST', ['begin', 'confirmed', 'ready', 'built', 'deployed']],
] as const)(
  'a changed host key in %s stops the session with its own failure, and no node is left out by it',
  async (state, steps) => {
    const { entries, world } = worldOf(steps)
    const session = await run(plan, 's', world)
    expect(session.state).toBe('STOPPED')
    expect(isCheckpoint(session.state)).toBe(false)
    expect(entries.at(-1)).toMatchObject({
      from: state,
      event: 'unrecoverable',
      to: 'STOPPED',
      facts: { code: 'T011' },
    })
    const fired = firingsOf(entries)
    expect(fired.filter((f) => f.rule === 'host-key-changed').length).toBeGreaterThan(0)
    expect(fired.filter((f) => f.rule === 'address-failed').map((f) => f.node)).toContain('a')
    expect(session.recoveries['host-key-changed']).toBe(fired.filter((f) => f.rule === 'host-key-changed').length)
  },
)

test('firings are entries of the ledger in the state in which they came', async () => {
  const { entries, world } = worldOf(['begin', 'confirmed'])
  await run(plan, 's', world)
  expect(entries.filter((e) => e.event === 'recovered').map((e) => e.from)).toContain('SETUP')
})

test('what a test held back goes on once the entry of a stage is written', async () => {
  const { entries, released, world } = worldOf(['begin', 'confirmed'])
  await run(plan, 's', world)
  expect(released).toEqual([entries.length])
})
