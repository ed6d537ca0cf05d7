/** How long a deploy waits for a program that does not come up: no longer than something may still come of it. */
import { expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import { parseProcess } from '../../src/instruments/process.ts'
import { awaitRunning } from '../../src/stages/parts/await-running.ts'
import { deployedUnitOf } from '../../src/stages/parts/units.ts'
import { labFleet, planOf } from '../kit/plan.ts'

const plan = planOf({ nodes: ['a'] })
const { node, unit } =
  plan.fleet.nodes.flatMap((n) => {
    const planned = deployedUnitOf(plan, n)
    return planned === null ? [] : [{ node: n, unit: planned }]
  })[0] ?? expect.fail('the plan has no node to deploy to')
const sha256 = 'ab'.repeat(32)

const show = (state: string, restarts: number, status = 1): string =>
  `MainPID=0\nNRestarts=${restarts}\nActiveState=${state}\nSubState=x\nResult=exit-code\nExecMainStatus=${status}\n`
const runs = (restarts: number, port = unit.listens.port): string =>
  [
    `MainPID=7\nNRestarts=${restarts}\nActiveState=active\nSubState=running\nResult=success\nExecMainStatus=0`,
    `Exe=${sha256}\nStartTicks=1 Hz=100 Btime=1\nNetwork=net:[1] net:[1]`,
    `Socket udp UNCONN 0 0 127.0.0.1:${port} 0.0.0.0:*`,
  ].join('\n')

/** What came of it, and after how many milliseconds; the last look repeats for ever. */
async function awaited(container: string | undefined, ...looks: readonly string[]) {
  let ms = 0
  let at = 0
  const look = () => parseProcess('a', 'peer', looks[Math.min(at++, looks.length - 1)] ?? '')
  const clock = { now: () => ms, monotonic: () => ms, sleep: async (pause: number) => void (ms += pause) }
  const world = { fleet: labFleet(['a']), clock, signal: new AbortController().signal }
  const wanted = { ...unit, unit: { ...unit.unit, ...(container === undefined ? {} : { container }) }, sha256 }
  const came = await awaitRunning(world, node, wanted, look(), async () => look()).catch((e: unknown) => e)
  return came instanceof Failure ? { ms, code: came.facts.code, message: came.message } : { ms, came }
}

test('a program that ends again and again is given up at the third end', async () => {
  const looks = [show('activating', 0), show('activating', 1), runs(1, 1), show('activating', 2)]
  expect(await awaited(undefined, ...looks)).toEqual({
    ms: 300,
    code: 'P011',
    message: expect.stringContaining('it ended again and again, 3 times'),
  })
})

test.each(['inactive', 'failed'])('one that is left %s is given up at once', async (state) => {
  expect(await awaited(undefined, show(state, 0, 0))).toMatchObject({ ms: 0, code: 'P011' })
})

test('one that systemd itself cannot start is told as such, at once', async () => {
  expect(await awaited(undefined, show('activating', 2, 203))).toMatchObject({ ms: 0, code: 'I155' })
})

test('one that comes up at its second or third start is taken', async () => {
  expect(await awaited(undefined, show('activating', 0), show('activating', 1), runs(2))).toMatchObject({
    came: { pid: 7, restarts: 2 },
  })
})

test('one that runs and does not listen yet, or ended with its container, has its fifteen seconds', async () => {
  expect(await awaited(undefined, runs(0, 1))).toMatchObject({ ms: 15_100, code: 'P011' })
  expect(await awaited('box', show('inactive', 0))).toMatchObject({ ms: 15_100, code: 'P011' })
  expect(await awaited('box', show('inactive', 0), runs(0))).toMatchObject({ ms: 100, came: { pid: 7 } })
})
