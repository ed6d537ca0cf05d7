/**
 * The suite `command` in action and on its page, by the real `sh` of this machine; a node that cannot be reached is no
 * fault of the program.
 */
import { describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { CustomTest } from '../../src/domain/project.ts'
import type { CommandRun, CommandSample } from '../../src/domain/suites/command/run.ts'
import { command as suite } from '../../src/domain/suites/command/suite.ts'
import type { RunContext } from '../../src/domain/suites/run-context.ts'
import type { World } from '../../src/ports.ts'
import { pageMarkdown } from '../../src/report/markdown.ts'
import { commandPages } from '../../src/report/suites/command.ts'
import type { Bench } from '../../src/suites/bench.ts'
import { command } from '../../src/suites/command.ts'
import { isRoot, needsRoot } from '../commands/sandbox.ts'
import { nineNodes } from '../domain/fixtures.ts'

const nodes = ['saorsa-2', 'saorsa-3', 'saorsa-7']
const fleet = {
  ...nineNodes,
  nodes: nineNodes.nodes
    .filter((n) => nodes.includes(n.name))
    .map((n) => ({ ...n, runtime: { kind: 'systemd' } as const })),
}
const asked = (more: Partial<CustomTest>): CustomTest => ({
  name: 'version',
  command: 'echo "peer 1.2"',
  successPattern: '\\d+\\.\\d+',
  timeoutSeconds: 5,
  expectedExit: 0,
  ...more,
})
let now = Date.UTC(2026, 0, 1)
const world = {
  fleet,
  signal: AbortSignal.timeout(60_000),
  log: { info: () => undefined },
  clock: { now: () => now++ },
  remote: (name: string) =>
    name === 'saorsa-7'
      ? Promise.reject(new Failure({ code: 'T001', node: name, message: `${name}: cannot be reached` }))
      : Promise.resolve(localRemote(name, [])),
} as unknown as World
const bench = { world, plan: {} as Plan, test: 1, nodes } as unknown as Bench

async function ran(commands: readonly CustomTest[], failed: readonly CommandSample[] | null = null) {
  const kept: CommandRun[] = []
  const keep = (one: CommandRun): Promise<void> => {
    kept.push(one)
    return Promise.resolve()
  }
  await (failed === null
    ? command.run(bench, { commands }, keep)
    : command.again(bench, { commands }, failed, [], keep))
  return kept
}
const context = { fleet, nodes: fleet.nodes, peers: fleet.nodes, excluded: [], barred: new Map(), checkpoint: false }
const judged = (items: readonly CommandRun[], commands: readonly CustomTest[]) => {
  const judging = suite.judge({ commands }, context as unknown as RunContext)
  items.forEach(judging.add)
  return judging.end()
}

describe.skipIf(!isRoot)(`really${needsRoot}`, () => {
  test.each<[string, Partial<CustomTest>, CommandRun['end'], string]>([
    ['succeeds', {}, { kind: 'exit', code: 0, matched: true }, 'peer 1.2\n'],
    ['does not match', { command: 'echo none' }, { kind: 'exit', code: 0, matched: false }, 'none\n'],
    ['has no pattern', { successPattern: null }, { kind: 'exit', code: 0, matched: null }, 'peer 1.2\n'],
    ['ends otherwise', { command: 'echo 1.2; exit 4' }, { kind: 'exit', code: 4, matched: true }, '1.2\n'],
    ['does not end', { command: 'echo 1.2; sleep 60', timeoutSeconds: 3 }, { kind: 'timeout' }, '1.2\n'],
  ])('a command that %s', async (_, more, end, output) => {
    const items = await ran([asked(more)])
    expect(items.map((i) => [i.id, i.repeats])).toEqual([
      ['1.1.saorsa-2', undefined],
      ['1.1.saorsa-3', undefined],
      ['1.1.saorsa-7', undefined],
      ['1.1.saorsa-7.2', '1.1.saorsa-7'],
      ['1.1.saorsa-7.3', '1.1.saorsa-7.2'],
    ])
    expect(items[0]).toMatchObject({ end, output })
    expect(items[2]?.end).toEqual({ kind: 'fault', by: 'infra', message: 'saorsa-7: cannot be reached' })
    expect(items.map((i) => suite.item(JSON.parse(JSON.stringify(i))))).toEqual(items.map(() => null))
  })
  test('only what failed is run again, and marked', async () => {
    const commands = [asked({ name: 'good' }), asked({ name: 'bad', command: 'exit 1' })]
    const first = judged(await ran(commands), commands)
    const failed = first.samples.filter((s) => s.outcome === 'failed')
    expect((await ran(commands, failed)).map((i) => [i.id, i.retry])).toEqual([
      ['1.2.saorsa-2.retry', true],
      ['1.2.saorsa-3.retry', true],
    ])
  })
})

test('the page has a table, and the output of what failed, from which nothing gets out', () => {
  const hostile = '```\n# <script>alert(1)</script> | **x**\n[a](javascript:x)\u202e\n```'
  const base = { command: 'a | *b*', startedAt: 1, endedAt: 2, errors: '' }
  const items: CommandRun[] = [
    { ...base, id: '1', node: 'saorsa-2', end: { kind: 'exit', code: 0, matched: null }, output: 'kept to itself' },
    { ...base, id: '2', node: 'saorsa-3', end: { kind: 'exit', code: 1, matched: null }, output: hostile },
    { ...base, id: '3', node: 'saorsa-7', end: { kind: 'timeout' }, output: '' },
  ]
  const commands = [asked({ name: base.command, successPattern: null }), asked({ name: 'never', command: 'x' })]
  const { samples, figures, groups } = judged(items, commands)
  const { overview, sentences, terms } = commandPages(
    { samples, retries: [], groups, figures, error: null } as unknown as Parameters<typeof commandPages>[0],
    {} as Parameters<typeof commandPages>[1],
  )
  const md = pageMarkdown({ id: 'x', title: 'x', blocks: [] }, 1, [...overview, ...sentences])
  expect(terms).not.toBeNull()
  expect(md).toMatch(/\| a \\\| .*b.* \| ok \| failed \| failed \|/)
  expect(md).toContain('| never | not run | not run | not run |')
  expect(md).not.toContain('kept to itself')
  expect(md).toContain('exit 1; expected was 0')
  expect(md).toContain('did not end within 5 s')
  expect(md).not.toContain('\u202e')
  const fence = /^(`{4,})/m.exec(md)?.[1] ?? expect.fail('the block has no longer fence than its text')
  expect(md.split(`\n${fence}\n`).length).toBeGreaterThan(1)
})
