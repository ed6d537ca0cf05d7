import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { layoutOf } from '../../src/lab/layout.ts'
import { cgroupOf, clearCgroup, makeCgroups } from '../../src/lab/cgroup.ts'
import { perform } from '../../src/lab/perform.ts'
import { exec } from '../../src/lab/process.ts'
import { leftovers, needRoot } from './leftovers.ts'

const l = layoutOf('t3')
const signal = AbortSignal.timeout(30_000)
beforeAll(needRoot)

test('a step that still runs when the lab is cleared dies with it; one that comes too late does not start', async () => {
  await makeCgroups(l, ['work'])
  const cgroup = `${cgroupOf(l)}/work`
  const straggler = exec(['sleep', '300'], { cgroup, signal, timeoutMs: 20_000 })
  await expect.poll(() => readFileSync(`${cgroup}/cgroup.procs`, 'utf8')).not.toBe('')
  await clearCgroup(cgroupOf(l), true, signal)
  expect((await straggler).code).toBeNull()
  expect(await exec(['true'], { cgroup, signal, timeoutMs: 5000 })).toMatchObject({ code: 125 })
  expect(leftovers('t3')).toEqual([])
})

test('a program that does not end in time is killed, and so is what it started', async () => {
  let child = ''
  const running = exec(['sh', '-c', 'sleep 300 & echo $!; wait'], {
    signal,
    timeoutMs: 1000,
    onText: (text) => {
      child += text
    },
  })
  await expect(running).rejects.toMatchObject({ facts: { kind: 'infra', code: 'I201' } })
  await expect
    .poll(() => {
      try {
        return readFileSync(`/proc/${child.trim()}/stat`, 'utf8').split(' ')[2]
      } catch {
        return 'Z'
      }
    })
    .toBe('Z')
})

test("an abort ends a program with the abort's own reason", async () => {
  const stop = new AbortController()
  const running = exec(['sleep', '300'], { signal: stop.signal, timeoutMs: 20_000 })
  stop.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
})

test('a program that said what was waited for is ended as a success', async () => {
  expect(
    await exec(['sh', '-c', 'echo SSH-2.0; sleep 300'], { signal, timeoutMs: 5000, until: /^SSH-/ }),
  ).toMatchObject({ code: 0, stdout: 'SSH-2.0\n' })
})

test('a program that is not there is a failure of this machine', async () => {
  await expect(exec(['/no/such/program'], { signal, timeoutMs: 5000 })).rejects.toMatchObject({
    facts: { code: 'I202' },
  })
})

test('a step that fails says which, and the others of its stage have ended by then', async () => {
  await makeCgroups(l, ['work'])
  const began = performance.now()
  const stage = [
    { kind: 'run', why: 'fail', argv: ['sh', '-c', 'echo broken >&2; exit 3'] },
    { kind: 'run', why: 'go on a little', argv: ['sleep', '0.3'] },
  ] as const
  await expect(perform([stage], { cgroup: `${cgroupOf(l)}/work`, signal })).rejects.toMatchObject({
    facts: {
      code: 'I203',
      step: 'fail',
      message: 'could not fail: sh -c echo broken >&2; exit 3 ended with 3: broken',
    },
  })
  expect(performance.now() - began).toBeGreaterThan(290)
  await clearCgroup(cgroupOf(l), true, signal)
})
