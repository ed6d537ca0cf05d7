/** What a node that is not registered is left out for: the last that was heard, and whose fault it is. */
import { expect, test } from 'vitest'
import { failures as rows } from '../../src/domain/failures/failures.ts'
import { Failure } from '../../src/domain/failure.ts'
import { awaitRegistration } from '../../src/stages/parts/registration.ts'
import type { HttpAnswer, RunResult, World } from '../../src/ports.ts'
import { labFleet, planOf } from '../kit/plan.ts'

const id = 'ab'.repeat(16)
const plan = planOf({ nodes: ['registry', 'a'] })
const said = (stdout: string, code = 0, stderr = ''): RunResult => ({
  code,
  signal: null,
  stdout,
  stderr,
  truncated: false,
  ms: 1,
})
const answer = (status: number, body: string): HttpAnswer => ({ status, headers: {}, body: Buffer.from(body) })

/** The clock leaps over the patience at its second look. */
function missingOf(run: () => RunResult, http: () => HttpAnswer) {
  let now = 0
  const world: Pick<World, 'clock' | 'fleet' | 'http' | 'log' | 'signal' | 'remote'> = {
    clock: { now: () => (now += 1e9), monotonic: () => (now += 1e9), sleep: async () => undefined },
    fleet: labFleet(['registry', 'a']),
    log: { info: () => undefined, warn: () => undefined, progress: () => undefined },
    signal: new AbortController().signal,
    http: async () => http(),
    remote: async (name) => ({
      name,
      run: async () => run(),
      read: () => Promise.reject(new Error('not needed')),
      forward: () => Promise.reject(new Error('not needed')),
      close: async () => undefined,
    }),
  }
  return awaitRegistration(world, plan, ['a']).then((r) => r.missing.get('a'))
}

const there = () => said(`${id}\n`)
const fails = (code: 'T015' | 'T001' | 'I040') => () => {
  throw new Failure({ code, message: `it says ${code}` })
}

test.each([
  ['a registry that nobody may forward to', there, fails('T015'), 'T015', 'it says T015'],
  ['a connection that is lost', there, fails('T001'), 'T001', 'it says T001'],
  ['a registry that does not listen', there, fails('I040'), 'P012', 'it says I040'],
  ['an answer of failure', there, () => answer(503, 'busy'), 'P012', 'with 503: "busy"'],
  ['an answer that is no JSON', there, () => answer(200, '<html>'), 'P012', 'with no JSON: "<html>"'],
  ['a list without the node', there, () => answer(200, '[]'), 'P012', 'not registered within 30 s'],
  ['no peer id', () => said('', 1, 'cat: No such file'), () => answer(200, '[]'), 'P012', 'cat: No such file'],
  ['a peer id that is none', () => said('soon\n'), () => answer(200, '[]'), 'P012', 'holds no peer id, but: "soon"'],
  ['a node that does not answer', fails('T001'), () => answer(200, '[]'), 'T001', 'it says T001'],
] as const)('%s', async (_, run, http, code, text) => {
  const missing = await missingOf(run, http)
  expect(missing?.code).toBe(code)
  expect(missing?.message).toContain(text)
  expect(rows[code]).toBeDefined()
})
