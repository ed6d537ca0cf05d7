/**
 * One session whose every job is killed, or cancelled, at several points and run again: one session, each transition
 * once, and tests that were cut off count against one that passes.
 */
import { randomInt } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isTest } from '../../src/domain/events/entry.ts'
import { chainFaults } from '../../src/domain/ledger.ts'
import { holderOn } from '../e2e/subject.ts'
import { until } from '../e2e/wait.ts'
import type { ActResult, ActRun } from './act.ts'
import { attemptsOf, withFollowers, type Attempts } from './again.ts'
import { serveGit, type GitServer } from './held.ts'
import { tell } from './log.ts'
import { openScene, type Scene } from './scene.ts'
import { sessionsOf, steps } from './soaking.ts'

const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7']
/** As a session comes to its test whom nobody disturbs. */
const undisturbed = [
  'IDLE begin INTERVIEW',
  'INTERVIEW confirmed SETUP',
  'SETUP ready BUILD',
  'BUILD built DEPLOY',
  'DEPLOY deployed TEST',
]
const begun = 'TEST begun TEST'
/** Two tests were cut off: the one that then passes does not outweigh both, the next one does. */
const cutOff = [...undisturbed, begun, begun, begun, 'TEST inconclusive TEST']
const whole = [...cutOff, begun, 'TEST passed COMPLETE']
const seed = Number(process.env['VPS_TEST_SEED'] ?? randomInt(1 << 16))
let scene: Scene
let attempts: Attempts
let server: GitServer

beforeAll(async () => {
  scene = await openScene({ lab: 'g1', nodes })
  server = await serveGit(scene.remote)
  attempts = attemptsOf(scene, {
    env: { VPS_TEST_LEDGER_REMOTE: server.url },
    inputs: { soak: 'off', project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence' },
  })
})
afterAll(async () => {
  await server?.close()
  await scene?.close()
})

type How = 'killed' | 'cancelled'
const end = (run: ActRun, job: string, how: How): void => {
  if (how === 'killed') return run.kill(job, 'SIGKILL')
  run.kill(job, 'SIGINT')
  // What follows the first signal finds the step, unless that one was enough.
  try {
    run.kill(job, 'SIGTERM')
  } catch {
    /* it has ended */
  }
}

/** Appends of a job that come before its work. */
const notesOf = (job: string): number => (job === 'test' ? 1 : 0)

/** What the ledger says now; one session, and its chain is whole. */
async function story(): Promise<readonly string[]> {
  const [only, ...more] = await sessionsOf(scene)
  expect(more).toEqual([])
  expect(chainFaults(only?.entries ?? [])).toEqual([])
  return steps(only?.entries ?? [])
}

/** Ends the job's step where it says `line`, before what came of it is in the ledger. */
async function early(job: string, line: string | RegExp, how: How, jobs?: readonly string[]): Promise<ActResult> {
  const held = await server.hold('before', { pass: notesOf(job) })
  const run = await attempts.start(jobs)
  await run.seen(job, line).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\n${tell((await run.done).raw)}`)
  })
  end(run, job, how)
  await held.end('refused')
  return run.done
}

/**
 * Ends the job's step while it appends: its work is done and its artifact uploaded. Whether the append lands is not its
 * doing any more.
 */
async function appending(
  job: string,
  where: 'before' | 'after',
  what: 'lands' | 'refused',
  how: How,
  jobs: readonly string[] = [job],
): Promise<ActResult> {
  const held = await server.hold(where, { pass: notesOf(job) })
  const run = await attempts.start(jobs)
  await held.reached(run.done)
  end(run, job, how)
  await held.end(what)
  return run.done
}

const failedIn = (result: ActResult, job: string): void => {
  expect(result.job(job)?.result, tell(result.raw)).toBe('failure')
  expect(result.code).not.toBe(0)
}
/** Chosen by the seed, so that many runs see many points. */
const pick = <T>(salt: number, all: readonly [T, ...T[]]): T => all[(seed + salt) % all.length] ?? all[0]

describe(`a run whose jobs die (VPS_TEST_SEED=${seed})`, () => {
  test('plan: before it begins a session, after it began one, after it confirmed it', async () => {
    const first = await appending('plan', 'before', 'refused', 'killed', withFollowers('plan'))
    failedIn(first, 'plan')
    expect(first.job('gate')?.result).toBe('failure')
    expect(await story()).toEqual([])
    failedIn(await appending('plan', 'before', 'lands', 'killed'), 'plan')
    expect(await story()).toEqual(undisturbed.slice(0, 1))
    failedIn(await appending('plan', 'after', 'lands', pick(1, ['killed', 'cancelled'])), 'plan')
    expect(await story()).toEqual(undisturbed.slice(0, 2))
  })

  const stages: readonly {
    readonly job: string
    readonly from: string
    readonly lines: readonly [RegExp, ...RegExp[]]
    readonly recorded: number
  }[] = [
    { job: 'setup', from: 'plan', lines: [/^setup: \d+ nodes/], recorded: 2 },
    { job: 'build', from: 'setup', lines: [/^build: testnet-peer from build/], recorded: 3 },
    {
      job: 'deploy',
      from: 'build',
      lines: [/^fetching artifact vps-test-binary-/, /^deploy: testnet-peer /],
      recorded: 4,
    },
    {
      job: 'test',
      from: 'deploy',
      lines: [/^test: measuring NATs/, /control open-path/, /^test: \d+ attempts/],
      recorded: 5,
    },
  ]
  test.each(stages)(
    '$job: in the middle of its work, before its entry lands, and after',
    async ({ job, from, lines, recorded }) => {
      const before = undisturbed.slice(0, recorded)
      const testing = job === 'test'
      // The job before died after its entry: it is run again too and says that it is done. The jobs after find a
      // session that stands still.
      const first = await early(
        job,
        pick(recorded, lines),
        pick(recorded, ['killed', 'cancelled']),
        withFollowers(from),
      )
      failedIn(first, job)
      expect(first.job(from)?.result).toBe('success')
      expect(first.job('gate')?.result).toBe('failure')
      expect(await story()).toEqual(testing ? cutOff.slice(0, recorded + 1) : before)
      const refused = await appending(job, 'before', 'refused', pick(recorded + 1, ['killed', 'cancelled']))
      failedIn(refused, job)
      if (job === 'build' || job === 'test')
        expect(refused.job(job)?.log.join('\n')).toMatch(/^artifact vps-test-(binary|evidence)-/m)
      expect(await story()).toEqual(testing ? cutOff.slice(0, recorded + 2) : before)
      failedIn(await appending(job, pick(recorded, ['before', 'after']), 'lands', 'killed'), job)
      expect(await story()).toEqual(testing ? cutOff : undisturbed.slice(0, recorded + 1))
    },
  )

  test('collect-proof, advance and gate, after the test that is enough: nothing is recorded there, and nothing lost', async () => {
    const run = await attempts.start(withFollowers('test'))
    await run.seen('collect-proof', 'fetching artifact vps-test-evidence-')
    run.kill('collect-proof', 'SIGKILL')
    for (const command of ['advance', 'gate']) process.kill(await stepOf(command, run), 'SIGKILL')
    const result = await run.done
    expect(result.job('test')?.result, tell(result.raw)).toBe('success')
    for (const job of ['collect-proof', 'advance', 'gate']) failedIn(result, job)
    expect(await story()).toEqual(whole)
  })

  test('run again to its end: the same verdict, each transition once, each beginning told, leases given back, the gate green', async () => {
    const result = await (await attempts.start(withFollowers('test'))).done
    expect(result.code, tell(result.raw)).toBe(0)
    expect(result.job('test')).toMatchObject({
      result: 'success',
      log: expect.arrayContaining([
        expect.stringMatching(/^TEST is done already: session \S+ is in COMPLETE$/),
      ]) as string[],
    })
    expect(result.job('gate')?.result).toBe('success')
    expect(result.job('collect-proof')?.outputs).toMatchObject({ 'prove.verdict': 'passed', 'prove.state': 'COMPLETE' })
    expect(await story()).toEqual(whole)
    expect(await Promise.all(nodes.filter((n) => n !== 'saorsa-1').map((n) => holderOn(scene.lab, n)))).toEqual([
      '-',
      '-',
      '-',
    ])
    const [only] = await sessionsOf(scene)
    const last = only?.entries.at(-1)
    expect(only?.entries.filter((e) => e.event === 'begun').map((e) => e.facts)).toMatchObject([
      { test: 1, interrupted: [] },
      { test: 2, interrupted: [{ test: 1 }] },
      { test: 3, interrupted: [{ test: 1 }, { test: 2 }] },
      { test: 4, interrupted: [{ test: 1 }, { test: 2 }] },
    ])
    const named = last !== undefined && isTest(last) ? last.facts.artifact : null
    expect(named).not.toBeNull()
    expect(scene.results.artifacts().find((a) => a.id === named?.id)?.name).toBe(named?.name)
    expect(scene.api.faults()).toEqual([])
  })
})

/** The process of our action that does this command for this scene. */
async function stepOf(command: string, run: ActRun): Promise<number> {
  let over = false
  const ended = (): void => {
    over = true
  }
  run.done.then(ended, ended)
  let found: number | undefined
  await until(`the step of ${command}`, () => {
    found = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .find((pid) => {
        try {
          const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
          return (
            variables.includes(`INPUT_COMMAND=${command}`) &&
            variables.includes(`VPS_TEST_LEDGER_REMOTE=${server.url}`) &&
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.js')
          )
        } catch {
          return false
        }
      })
    return found !== undefined || over
  })
  if (found === undefined) throw new Error(`${command} did not run`)
  return found
}
