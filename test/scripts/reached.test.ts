/** Every transition that the table can give is reached by its own name, and the table of what tests reached tells no lie. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { testFiles } from '../../scripts/layers.mjs'
import { nameOf, rowsOf, transitions, unreached, verbsOf, type Reached } from '../../scripts/reached/rows.ts'
import { entryShape } from '../../src/domain/events/check.ts'
import { chainFaults, type Entry } from '../../src/domain/ledger.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import { table } from '../../src/domain/transitions.ts'
import { planOf } from '../kit/plan.ts'
import { reached } from '../kit/reached.ts'
import { entryAfter, type Step } from '../kit/session.ts'

/** What a next transition can depend on. */
const standing = (s: Session): string =>
  JSON.stringify([
    s.state,
    s.checkpointsLeft,
    s.checkpoint?.name,
    s.manualVerify,
    s.selection,
    Math.min(s.inconclusiveInARow, 2),
    s.failedBuildsInARow,
    s.counters.restarts,
  ])

/** A way to each transition, found by trying every event of every state that the machine comes to. */
function ways(): ReadonlyMap<string, readonly Entry[]> {
  const found = new Map<string, readonly Entry[]>()
  const seen = new Set<string>()
  const whole = planOf()
  const confirmed = (['logs', 'manual-verify'] as const).flatMap((proof) =>
    ([[], ['WAIT_1HR', 'WAIT_6HR']] as const).map((soak): Step => ['confirmed', { soak, proof }]),
  )
  const plans = [
    whole,
    planOf({ more: { only: { session: 's-1', attempts: [{ suite: 'connectivity', pair: null }] } } }),
  ]
  for (const plan of plans) {
    const waiting: (readonly Entry[])[] = [[]]
    for (let entries = waiting.shift(); entries !== undefined; entries = waiting.shift()) {
      const before = fold('s', entries)
      for (const event of Object.keys(table[before.state]))
        for (const step of event === 'confirmed' ? confirmed : [event as Step]) {
          const entry = entryAfter(entries, step, { plan, folded: before })
          const after = [...entries, entry]
          const name = nameOf(entry)
          if (!found.has(name)) found.set(name, after)
          const key = standing(fold('s', after))
          if (!seen.has(key)) {
            seen.add(key)
            waiting.push(after)
          }
        }
    }
  }
  return found
}

const found = ways()
const root = join(import.meta.dirname, '../..')

describe('each transition of the table, by a session that comes to it', () => {
  test.each(transitions.map(nameOf))('%s', (name) => {
    const entries = found.get(name) ?? []
    expect(entries.length, 'no session comes to it').toBeGreaterThan(0)
    expect(chainFaults(entries)).toEqual([])
    for (const entry of entries) expect(entryShape(entry)).toBeNull()
    reached({ kind: 'transition', name })
  })
  test('and there are no others', () => {
    expect([...found.keys()].filter((name) => !transitions.map(nameOf).includes(name))).toEqual([])
  })
})

describe('the table of what tests reached', () => {
  const line = (kind: Reached['kind'], name: string, file: string, words = 'a test'): Reached => ({
    kind,
    name,
    file,
    test: words,
  })
  const lines = [
    line('transition', 'WAIT_1HR due TEST', 'test/cli/soak.test.ts'),
    line('transition', 'WAIT_1HR due TEST', 'test/act/soak.test.ts', 'on time'),
    line('transition', 'WAIT_1HR due TEST', 'test/act/soak.test.ts', 'on time'),
    line('verb', 'nodes trust', 'test/e2e/green.test.ts', ''),
    line('verb', 'stop testnet', 'test/cli/cli.test.ts'),
    line('command', 'gate', 'test/dist/action.test.ts'),
  ]
  const row = (name: string) => rowsOf(lines).find((one) => one.name === name)

  test('counts tests by layer, a transition for both of its states, and names one of the dearest layer', () => {
    expect(row('WAIT_1HR due TEST')).toEqual({
      kind: 'transition',
      name: 'WAIT_1HR due TEST',
      by: { pure: 0, local: 1, lab: 0, act: 1 },
      test: 'test/act/soak.test.ts: on time',
    })
    expect(row('WAIT_1HR')?.by).toEqual({ pure: 0, local: 1, lab: 0, act: 1 })
    expect(row('TEST')?.by).toEqual({ pure: 0, local: 1, lab: 0, act: 1 })
    expect(row('gate')?.test).toBe('test/dist/action.test.ts: a test')
  })
  test('a verb is reached by its own words only', () => {
    expect(row('nodes trust')?.test).toBe('test/e2e/green.test.ts: its set-up')
    expect(row('nodes')?.test).toBeNull()
    expect(row('stop')?.by['local']).toBe(1)
  })
  test('what no test reached is named', () => {
    const missing = unreached(rowsOf(lines)).map((one) => `${one.kind} ${one.name}`)
    for (const name of ['state IDLE', 'transition TEST passed COMPLETE', 'verb nodes', 'verb plan', 'command stop'])
      expect(missing).toContain(name)
    for (const name of ['state WAIT_1HR', 'state TEST', 'transition WAIT_1HR due TEST', 'verb stop', 'command gate'])
      expect(missing).not.toContain(name)
    expect(unreached(rowsOf([]))).toHaveLength(rowsOf([]).length)
  })
})

test('each verb stands as words of a call in a test that runs the real command line', () => {
  const called = callsIn(testFiles().filter((path) => /^test\/(?:cli|e2e|lab|act|dist|crash)\//.test(path)))
  expect(verbsOf().filter((verb) => !called.has(verb))).toEqual([])
})

/** Words that begin a list or a call in these files: `['lab', 'up', …`, `cli('stop', …`. */
function callsIn(paths: readonly string[]): ReadonlySet<string> {
  const words = paths.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(/[[(]\s*'([a-z]+)'(?:,\s*'([a-z]+)')?/g)].flatMap(
      ([, verb = '', below]) => (below === undefined ? [verb] : [verb, `${verb} ${below}`]),
    ),
  )
  return new Set(words)
}
