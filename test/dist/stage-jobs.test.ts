/**
 * The Action as the runner starts it, without a lab: a stage's job that is run again beside what goes on with its
 * session, and whose leases `stop` gives back.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { madeKey } from '../made-key.ts'
import { root } from './runner.ts'
import { hour, ago, stories, writerOf, type Step } from './sessions.ts'
import { answers, errors, openTested, type Tested } from './tested.ts'

let t: Tested
beforeAll(async () => {
  t = await openTested()
})
afterAll(async () => {
  await t.runner.close()
})
afterEach(() => {
  t.settled()
})

test.each([
  ['its own run', '60', 2],
  ['another run', '61', 1],
])(
  "a checkpoint that a job of %s claimed is no other job's, also when that attempt has ended",
  async (_, run, attempt) => {
    const claim: Step = ['due', {}, ago(hour / 2)]
    t.runner.api.state.runs.push({ id: 60, attempt: 1, status: 'completed', conclusion: 'cancelled' })
    const session = t.put([...stories.due, claim], writerOf('60'))
    const end = await t.runner.step('test', {
      inputs: { session },
      run,
      attempt,
      env: { VPS_TEST_PROBE: process.execPath },
    })
    expect(end.code).toBe(10)
    expect(errors(end).join()).toMatch(/B005.*WAIT_1HR is the schedule's/)
    expect((await t.path(session)).at(-1)).toBe('due')
  },
)

test('stop gives back also the leases of nodes that DEPLOY left out, not of those that SETUP did', async () => {
  const excluded = (stage: string, node: string): Step => [
    stage === 'SETUP' ? 'ready' : 'deployed',
    { excluded: [{ node, stage, code: 'I142', message: 'no room' }] },
  ]
  const session = t.put([
    'begin',
    ['confirmed', { soak: ['WAIT_1HR'], proof: 'logs' }],
    excluded('SETUP', 'saorsa-3'),
    'built',
    excluded('DEPLOY', 'saorsa-2'),
    'passed',
  ])
  const end = await t.runner.step('stop', { inputs: { session }, run: '204' })
  const told = [...end.out.matchAll(/(saorsa-\d+): the lease was not given back/g)].map((m) => m[1])
  expect(told).toContain('saorsa-2')
  expect(told).not.toContain('saorsa-3')
})

/** Ten nodes of which each refuses at once. */
function nobodyThere(): string {
  let n = 0
  const text = readFileSync(join(root, 'fleets/saorsa.yaml'), 'utf8')
    .replace(/^name: .*$/m, 'name: nobody')
    .replace(
      /^( +)host: .*\n +ip: .*$/gm,
      (_, indent: string) => `${indent}host: 127.0.1.${++n}\n${indent}ip: 127.0.1.${n}\n${indent}ssh_port: 1`,
    )
  expect(n).toBe(10)
  return text
}

test('what the schedule may take as well is claimed before a job that is run again works on it', async () => {
  mkdirSync(join(t.runner.workspace, 'target'), { recursive: true })
  writeFileSync(join(t.runner.workspace, 'target/nobody.yaml'), nobodyThere())
  const begun = await t.runner.step('plan', { inputs: { ...answers, fleet: 'target/nobody.yaml' }, run: '205' })
  const [begin] = await t.runner.entries(begun.outputs['session'] ?? '')
  if (begin?.event !== 'begin') throw new Error('the plan job wrote no begin')
  const { plan, planDigest } = begin.facts
  const session = t.put([['begin', { plan, planDigest }], ...stories.queued.slice(1)], writerOf('206'))
  t.runner.api.state.runs.push({ id: 206, attempt: 1, status: 'completed', conclusion: 'failure' })
  const end = await t.runner.step('setup', {
    inputs: { session, 'ssh-key': madeKey().private },
    run: '206',
    attempt: 2,
  })
  expect(end.code, end.out).toBe(10)
  expect((await t.path(session)).slice(2)).toEqual(['queued', 'claimed', 'recovered', 'unrecoverable'])
  expect((await t.runner.entries(session)).at(3)).toMatchObject({
    why: 'run 206 (attempt 2) goes on with it',
    facts: { by: { run: '206', attempt: 2 } },
  })
})
