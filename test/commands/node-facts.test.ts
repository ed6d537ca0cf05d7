/** Facts of a node, asked of this machine by its own shell. */
import { expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { nodeFacts } from '../../src/commands/node-facts.ts'
import { lookAround } from '../../src/commands/node-look.ts'
import { lookParts } from '../../src/domain/node-look.ts'
import { clockOffset, parseNodeFacts } from '../../src/domain/node-facts.ts'
import { isRoot, needsRoot, sandbox } from './sandbox.ts'

test('this machine', async () => {
  const began = Date.now()
  const { code, stdout } = await localRemote('here', []).run(
    nodeFacts({ units: ["no-such unit's"], disks: ['/', "/it's/not there"], errorsWithinSeconds: 60 }),
    { timeoutMs: 60_000, signal: AbortSignal.timeout(60_000) },
  )
  const ended = Date.now()
  const { machine, whole } = parseNodeFacts(stdout)
  expect(code).toBe(0)
  expect(whole).toBe(true)
  for (const key of ['clock', 'bootId', 'kernel', 'load', 'cpus', 'memory'] as const)
    expect(machine[key].kind).toBe('there')
  expect(machine.disks.map((d) => [d.path, d.space.kind])).toEqual([
    ['/', 'there'],
    ["/it's/not there", 'there'],
  ])
  if (machine.clock.kind === 'there')
    // However long the command took: the clock was read somewhere within it.
    expect(Math.abs(clockOffset(machine.clock.value, began, ended).ms)).toBeLessThan(1000 + ended - began)
})

/** A systemctl that tells of this test's own process, and one unit of ours. */
test.skipIf(!isRoot)(`a service's process, by its kernel${needsRoot}`, async () => {
  using box = disposable(sandbox())
  box.program(
    'systemctl',
    `printf 'LoadState=loaded\\nActiveState=active\\nSubState=running\\nResult=success\\nMainPID=%s\\nNRestarts=2\\nTasksCurrent=7\\nInvocationID=%s\\n' ${process.pid} ${'a'.repeat(32)}`,
  )
  box.program(
    'journalctl',
    'echo fine; echo "vps-test-facts end"; echo "an ERROR here"; echo "thread main panicked at"',
  )
  await box.sh("mkdir -p /var/lib/vps-test/owners; printf 'testnet\\nsession-1\\n' >/var/lib/vps-test/owners/testnet")
  const { stdout } = await box.run(nodeFacts({ units: 'ours', errorsWithinSeconds: 60 }))
  const { units, whole } = parseNodeFacts(stdout)
  expect(whole).toBe(true)
  expect(units).toHaveLength(1)
  const [unit] = units
  expect(unit).toMatchObject({
    unit: 'testnet',
    state: { kind: 'there', value: { active: 'active', sub: 'running', result: 'success' } },
    pid: { kind: 'there', value: process.pid },
    restarts: { kind: 'there', value: 2 },
    tasks: { kind: 'there', value: 7 },
    release: { kind: 'absent' },
    errors: { kind: 'there', value: { errors: 2, lines: 4 } },
    owner: { kind: 'there', value: { project: 'testnet', session: 'session-1' } },
  })
  for (const key of ['startedAt', 'residentKiB', 'openFiles', 'sockets', 'cpuMs'] as const)
    expect([key, unit?.[key].kind]).toEqual([key, 'there'])
  if (unit?.startedAt.kind === 'there')
    expect(Math.abs(unit.startedAt.value - (Date.now() - process.uptime() * 1000))).toBeLessThan(5000)
})

test.skipIf(!isRoot)(`a journal that cannot be read holds no errors and no silence${needsRoot}`, async () => {
  using box = disposable(sandbox())
  box.program(
    'systemctl',
    "printf 'LoadState=loaded\\nActiveState=failed\\nSubState=failed\\nResult=exit-code\\nMainPID=0\\n'",
  )
  box.program('journalctl', 'echo half; exit 1')
  const { units } = parseNodeFacts((await box.run(nodeFacts({ units: ['x'], errorsWithinSeconds: 5 }))).stdout)
  expect(units[0]).toMatchObject({
    errors: { kind: 'not-read' },
    pid: { kind: 'absent' },
    residentKiB: { kind: 'absent' },
    cpuMs: { kind: 'absent' },
    restarts: { kind: 'not-read' },
  })
})

const disposable = <T extends { close(): void }>(box: T): T & Disposable =>
  Object.assign(box, { [Symbol.dispose]: () => box.close() })

test('the whole node in one exec: every line is of a part', async () => {
  const { code, stdout } = await localRemote('here', []).run(lookAround, {
    timeoutMs: 60_000,
    signal: AbortSignal.timeout(60_000),
  })
  expect(code).toBe(0)
  const parts = lookParts(stdout)
  for (const line of stdout.split('\n').filter((l) => l !== '')) expect(line).toMatch(/^[a-z]+!?\t/)
  expect(parts.get('disk')?.[0]).toMatch(/^Filesystem/)
  expect(parts.get('memory')?.[0]).toMatch(/^MemTotal:/)
})
