/** A pull request follows a whole test that passed with a fix: when one is asked for, once, and with every foreign word escaped. */
import { expect, test } from 'vitest'
import { diagnosed, symptomsOf } from '../../src/domain/failed/diagnosis.ts'
import { verdictInputOf } from '../../src/domain/bundle.ts'
import { fold } from '../../src/domain/session.ts'
import { verdict, type Verdict } from '../../src/domain/verdict.ts'
import type { ProposalAsked, Proposed } from '../../src/ports/fixer.ts'
import { proposeFix } from '../../src/stages/parts/propose-fix.ts'
import { planOf } from '../kit/plan.ts'
import { bundleOf } from '../kit/sealed.ts'
import { runWriter, story, type Step } from '../kit/session.ts'

const judged = verdict(verdictInputOf(bundleOf()))
const base = planOf()
const config = {
  command: 'mend',
  paths: ['**'],
  workflows: false,
  tests: [],
  maxAttempts: 3,
  timeoutMinutes: 1,
  memoryMb: 64,
  outputMb: 1,
  network: false,
  env: [],
  publish: { remote: 'origin', pullRequest: true },
}
const failed: readonly Step[] = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'begun', 'failed']
const mended: readonly Step[] = [...failed, 'fixed', 'built', 'deployed', 'begun']
const hostile = '<img src=x onerror=alert(1)> @everyone [x](javascript:alert(1)) \n## forged'

async function proposed(
  steps: readonly Step[],
  more: {
    readonly publish?: typeof config.publish | null
    readonly result?: Verdict['result']
    readonly end?: Proposed | Error
    readonly able?: boolean
  } = {},
) {
  const { publish = config.publish, result = 'passed', able = true } = more
  const { end = { kind: 'proposed', url: 'https://github.com/o/r/pull/1' } } = more
  const plan = { ...base, config: { ...base.config, fix: { ...config, publish } } }
  const entries = story(steps, { plan })
  const [asked, told]: [ProposalAsked[], string[]] = [[], []]
  const diagnosis = diagnosed(symptomsOf({ stage: 'TEST', why: hostile, shared: [hostile] }))
  const world: Parameters<typeof proposeFix>[0] = {
    signal: new AbortController().signal,
    clock: { now: () => 0, monotonic: () => 0, sleep: async () => undefined },
    log: { info: (l) => told.push(l), warn: (l) => told.push(l), progress: () => undefined },
    files: {
      exists: async () => true,
      read: async () => new TextEncoder().encode(JSON.stringify(diagnosis)),
      write: async () => undefined,
      append: async () => undefined,
      list: async () => [],
      digest: () => Promise.reject(new Error('not needed')),
      remove: async () => undefined,
      root: '/',
    },
    ledger: {
      sessions: async () => [],
      read: async () => entries,
      all: async () => [],
      append: () => Promise.reject(new Error('not needed')),
    },
    storeArtifact: async () => null,
    writer: runWriter('1'),
    clockShift: 0,
    fixer: able
      ? {
          fix: () => Promise.reject(new Error('not needed')),
          push: () => Promise.reject(new Error('not needed')),
          propose: async (a) => {
            asked.push(a)
            if (end instanceof Error) throw end
            return end
          },
        }
      : null,
  }
  const test = { verdict: { ...judged, result }, folder: 'test-2', evidenceRoot: 'f'.repeat(64) }
  const url = await proposeFix(world, plan, fold('s', entries), test)
  return { url, asked, told }
}

test('it is asked for with the fix’s branch, into the branch that is tested', async () => {
  const { url, asked } = await proposed(mended)
  expect(url).toBe('https://github.com/o/r/pull/1')
  expect(asked).toMatchObject([{ remote: 'origin', branch: 'vps-test/fix/s/1', base: 'main' }])
})

test.each<readonly [string, readonly Step[], Parameters<typeof proposed>[1]]>([
  ['without a fix', failed.slice(0, -1), {}],
  ['where none is asked for', mended, { publish: { remote: 'origin', pullRequest: false } }],
  ['where nothing is published', mended, { publish: null }],
  ['of a test that is inconclusive', mended, { result: 'inconclusive' }],
  ['of one that failed', mended, { result: 'failed' }],
  ['where fixes are not made', mended, { able: false }],
  ['of a push that a person made since', [...mended, 'failed', 'gave-up', 'pushed', 'built', 'deployed', 'begun'], {}],
  [
    'twice',
    [
      ...mended.map((s) => (s === 'confirmed' ? (['confirmed', { soak: ['WAIT_1HR'] }] as const) : s)),
      ['passed', { pullRequest: 'https://github.com/o/r/pull/1' }],
      'due',
      'begun',
    ],
    {},
  ],
])('none %s', async (_, steps, more) => {
  const { url, asked } = await proposed(steps, more)
  expect([url, asked]).toEqual([null, []])
})

test.each<readonly [string, Proposed | Error]>([
  ['it cannot be made', { kind: 'not proposed', why: 'no token' }],
  ['GitHub is not there', new Error('no answer')],
])('where %s the test has passed all the same, and it is said', async (_, end) => {
  const { url, told } = await proposed(mended, { end })
  expect(url).toBeNull()
  expect(told).toEqual([expect.stringContaining('no pull request')])
})

test('words of others in it mention nobody, link nowhere and are no markup', async () => {
  const [asked] = (await proposed(mended)).asked
  const { body, title } = asked ?? { body: '', title: '' }
  expect(body).toMatch(/^<!-- vps-test:fix\/s -->\n/)
  expect(body).not.toMatch(/<img|(?<![\w\u200b\u2060]|&#64;)@everyone|\]\(javascript|^## forged/m)
  expect(body).toContain('vps-test/fix/s/1')
  expect(title).not.toContain('\n')
})
