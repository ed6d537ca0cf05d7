/** Each file in test/cases/command changes one thing of a command that succeeds on nine nodes; and its plan. */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { CustomTest } from '../../src/domain/project.ts'
import type { CommandRun } from '../../src/domain/suites/command/run.ts'
import { command } from '../../src/domain/suites/command/suite.ts'
import { verdict } from '../../src/domain/verdict.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { run, type Changes } from './fixtures.ts'

const folder = new URL('../cases/command/', import.meta.url)
const Case = z.strictObject({
  why: z.string(),
  given: z.record(z.string(), z.unknown()).nullable(),
  expect: z.strictObject({
    verdict: z.enum(['passed', 'failed', 'inconclusive']).optional(),
    /** `successes/attempts of nodes`. */
    group: z.string(),
    reasons: z.array(z.string()).default([]),
    sentences: z.array(z.string()).default([]),
    outcomes: z.record(z.string(), z.number()).optional(),
    notCovered: z.array(z.string()).default([]),
  }),
})

interface Given extends Pick<Changes, 'absent' | 'deployed'> {
  readonly command?: Partial<CustomTest>
  readonly runs?: Readonly<Record<string, Partial<CommandRun> | 'dropped'>>
  readonly retries?: Readonly<Record<string, Partial<CommandRun>>>
  readonly copied?: string
  readonly checkpoint?: object
}

const version: CustomTest = {
  name: 'version',
  command: 'peer --version',
  successPattern: '\\d+\\.\\d+',
  timeoutSeconds: 60,
  expectedExit: 0,
}
const begun = Date.UTC(2026, 0, 1)
const good = (node: string): CommandRun => ({
  id: `1.1.${node}`,
  command: 'version',
  node,
  startedAt: begun,
  endedAt: begun + 1000,
  end: { kind: 'exit', code: 0, matched: true },
  output: 'peer 1.2\n',
  errors: '',
})

function commandRun(given: Given): VerdictInput {
  const { absent, deployed } = given
  const whole = { attempts: 9, successes: 9, planned: 9, tried: 9, recovered: 0 }
  const base = run({
    ...(absent === undefined ? {} : { absent }),
    ...(deployed === undefined ? {} : { deployed }),
    ...(given.checkpoint === undefined ? {} : { checkpoint: { baseline: { command: { version: whole } } } }),
  })
  const peers = base.planned.filter((n) => base.fleet.nodes.find((f) => f.name === n)?.role !== 'registry')
  const runs = peers.flatMap((node) => {
    const edit = given.runs?.[node]
    return edit === 'dropped' ? [] : [{ ...good(node), ...edit }]
  })
  const copies = runs.filter((r) => r.node === given.copied)
  const again = Object.entries(given.retries ?? {}).map(([node, edit]): CommandRun => ({
    ...good(node),
    id: `1.1.${node}.retry`,
    startedAt: begun + 2000,
    endedAt: begun + 3000,
    ...edit,
    retry: true,
  }))
  const work = { commands: [{ ...version, ...given.command }] }
  return {
    ...base,
    suites: [{ suite: 'command', work, attempts: 9, seconds: 2, detail: '', thresholds: '' }],
    items: { command: [...runs, ...copies, ...again] },
  }
}

describe.each(
  readdirSync(folder)
    .filter((f) => f.endsWith('.yaml'))
    .sort(),
)('%s', (file) => {
  const { why, given, expect: wanted } = Case.parse(parse(readFileSync(new URL(file, folder), 'utf8')))
  test(why, () => {
    const input = commandRun((given ?? {}) as Given)
    const v = verdict(input)
    const share = v.suites.command ?? expect.fail()
    expect(share.error).toBeNull()
    if (wanted.verdict !== undefined)
      expect({ result: v.result, reasons: v.reasons.map((r) => r.text) }).toMatchObject({ result: wanted.verdict })
    if (wanted.verdict === 'passed') expect(v.reasons).toEqual([])
    expect(share.groups.map((g) => `${g.name} ${g.successes}/${g.attempts} of ${g.planned}`)).toEqual([
      `version ${wanted.group}`,
    ])
    for (const part of wanted.reasons)
      expect(v.reasons.map((r) => r.text)).toContainEqual(expect.stringContaining(part))
    for (const text of wanted.sentences) expect(share.samples.map((s) => s.sentence)).toContain(text)
    if (wanted.outcomes) {
      const tally = Object.entries(Object.groupBy(share.samples, (s) => s.outcome)).map(([o, l]) => [o, l.length])
      expect(Object.fromEntries(tally)).toEqual(wanted.outcomes)
    }
    for (const text of wanted.notCovered)
      expect(v.notCovered.map((n) => JSON.stringify(n))).toContainEqual(expect.stringContaining(text))
  })
})

test('a line of evidence has its shape', () => {
  expect(command.item(good('a'))).toBeNull()
  expect(command.item({ ...good('a'), end: { kind: 'exit', code: '0', matched: true } })).toBe('.end.code is no number')
  expect(command.item({ ...good('a'), end: { kind: 'passed' } })).toContain('.end.kind is none of')
  expect(command.work({ commands: [version] })).toBeNull()
  expect(command.work({ commands: [{ ...version, timeoutSeconds: null }] })).toContain('timeoutSeconds')
})
