/** What ran beside the deployed program: found by values, barred from passing, and no excuse for a failure. */
import { describe, expect, test } from 'vitest'
import { notRead, thereIs, type NodeReading, type ProcessLook, type RoundEvidence } from '../../src/domain/evidence.ts'
import { foreignIn } from '../../src/domain/processes.ts'
import { verdict, type Verdict } from '../../src/domain/verdict.ts'
import { resultsOf } from '../../src/domain/suites/suite.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { binary, proofOf, run } from './fixtures.ts'

const node = 'saorsa-7'
const main: ProcessLook = { pid: 400, exeSha256: binary, startTicks: 9, image: '4096.8192', role: 'service' }
const owner: ProcessLook = { ...main, role: 'port-owner' }
const good = [main, owner]
const of = (look: ProcessLook, change: Partial<ProcessLook>): ProcessLook => ({ ...look, ...change })
const foreign = { pid: 401, exeSha256: 'f'.repeat(64), image: '1.2' }

const rounds = (input: VerdictInput): readonly RoundEvidence[] => input.items.connectivity ?? []
const called = (r: RoundEvidence): boolean => r.attempts.some((a) => a.pair.to === node)
/** The honest run, with these processes of one node in the rounds from the first in which it was called. */
const seen = (...looks: readonly NodeReading['processes'][]): VerdictInput => {
  const input = run()
  let at = -1
  const items = rounds(input).map((r) => {
    if (!called(r) && at < 0) return r
    at++
    const processes = looks[Math.min(at, looks.length - 1)] ?? null
    const readings = Object.entries(r.readings).map(([n, reading]) => [
      n,
      n === node ? { ...reading, processes } : reading,
    ])
    return { ...r, readings: Object.fromEntries(readings) as RoundEvidence['readings'] }
  })
  return { ...input, items: { ...input.items, connectivity: items } }
}
const kinds = (v: Verdict) => [...new Set(v.findings.map((f) => f.kind))].filter((k) => k !== 'not-counted')
const samples = (v: Verdict) => resultsOf(v.suites).flatMap((r) => r.samples)
const judge = (looks: readonly ProcessLook[]) =>
  foreignIn(rounds(seen(thereIs(looks))), { before: [proofOf(node)], startedAgain: [] }, { [node]: binary })
    .flatMap((r) => [...r.values()])
    .map((f) => `${f.kind}: ${f.text}`)[0]

test('the deployed program alone is no finding, and passes', () => {
  const judged = verdict(seen(thereIs(good)))
  expect([judged.result, kinds(judged)]).toEqual(['passed', []])
})

describe('one look', () => {
  test.each<[string, readonly ProcessLook[], string | undefined]>([
    ['a fork of it', [...good, of(main, { pid: 402, startTicks: 12 })], undefined],
    ['its child has the port', [main, of(main, { pid: 402 }), of(owner, { pid: 402 })], undefined],
    [
      'a child from a memfd serves the port',
      [main, of(main, foreign), of(owner, foreign)],
      'another-program: its port is held by process 401, which runs ffffffffffff',
    ],
    [
      'a child beside it',
      [...good, of(main, foreign)],
      'another-program: process 401 of its service runs ffffffffffff',
    ],
    [
      'the same process executes another program',
      [of(main, { exeSha256: foreign.exeSha256 }), of(owner, { exeSha256: foreign.exeSha256 })],
      'another-program: its port is held by process 400, which runs ffffffffffff',
    ],
    [
      'what could not be read',
      [...good, of(main, { pid: 0, exeSha256: null })],
      'another-program: process 0 of its service runs a program that could not be read',
    ],
    [
      'the same program outside of the service has the port',
      [main, of(owner, { pid: 77 })],
      'another-program: its port is held by process 77, which is none of its service',
    ],
    [
      'executed and back again',
      [of(main, { image: '1.2' }), of(owner, { image: '1.2' })],
      'executed-anew: process 400',
    ],
    ['started anew', [of(main, { pid: 9, image: '1.2' }), of(owner, { pid: 9 })], 'executed-anew: process 9'],
    ['nobody has the port', [main], 'port-closed: no process had its port'],
    ['nothing runs', [], 'not-running: no process of its service ran'],
  ])('%s', (_, looks, text) => {
    if (text === undefined) expect(judge(looks)).toBeUndefined()
    else expect(judge(looks)).toMatch(new RegExp(`^${text}`))
  })
})

describe('a verdict', () => {
  test('another program in one round only keeps the run from passing, and that round from counting', () => {
    const judged = verdict(seen(thereIs([...good, of(main, foreign)]), thereIs(good)))
    expect([judged.result, kinds(judged)]).toEqual(['inconclusive', ['another-program']])
    const barred = samples(judged).filter((s) => s.outcome === 'unwitnessed')
    expect(barred.length).toBeGreaterThan(0)
    expect(new Set(barred.map((s) => s.sentence.replace(/^.*?: /, '')))).toEqual(
      new Set([
        `not counted: ${node}: process 401 of its service runs ffffffffffff, deployed was ${binary.slice(0, 12)}`,
      ]),
    )
  })
  test('a failure is not excused by it', () => {
    const input = run({ attempts: { [`${node}→saorsa-2`]: { path: 'none' } } })
    const failures = samples(verdict(input)).filter((s) => s.outcome === 'failed').length
    const items = rounds(input).map((r) => ({
      ...r,
      readings: Object.fromEntries(
        Object.entries(r.readings).map(([n, x]) => [n, { ...x, processes: thereIs([...good, of(main, foreign)]) }]),
      ),
    }))
    const judged = verdict({ ...input, items: { connectivity: items } })
    expect(samples(judged).filter((s) => s.outcome === 'failed')).toHaveLength(failures)
    expect(failures).toBeGreaterThan(0)
    expect(judged.result).not.toBe('passed')
  })
  test('what was not read blames nobody and does not count', () => {
    const judged = verdict(seen(notRead('what runs there was not told in full')))
    expect([judged.result, kinds(judged)]).toEqual(['inconclusive', []])
    expect(samples(judged).some((s) => s.outcome === 'failed')).toBe(false)
  })
  test('… nor does what went through a relay of which that was not read', () => {
    const input = run()
    const items = rounds(input).map((r) => ({
      ...r,
      readings: Object.fromEntries(
        Object.entries(r.readings).map(([n, x]) => [n, n === 'saorsa-2' ? { ...x, processes: notRead('cut') } : x]),
      ),
    }))
    const relayed = samples(verdict({ ...input, items: { connectivity: items } })).filter((s) => s.group === 'relay')
    expect(new Set(relayed.map((s) => s.outcome))).toEqual(new Set(['unwitnessed']))
    expect(relayed[0]?.sentence).toContain('what ran on saorsa-2 could not be read')
  })
  test.each(['e'.repeat(64), null])('a dial by another file, or by one that is not known: %s', (sha256) => {
    const input = run()
    const items = rounds(input).map((r) => ({
      ...r,
      attempts: r.attempts.map((a) => (a.pair.from === node ? { ...a, diallerSha256: sha256 } : a)),
    }))
    const judged = verdict({ ...input, items: { connectivity: items } })
    expect([judged.result, kinds(judged)]).toEqual(['inconclusive', ['another-program']])
  })
  test('the main process had its port before and not after', () => {
    const judged = verdict(run({ after: { [node]: { udpPorts: [] } } }))
    expect([judged.result, kinds(judged)]).toEqual(['inconclusive', ['port-closed']])
  })
})

describe('a unit', () => {
  const dropIns = ['/etc/systemd/system/testnet-peer.service.d/root.conf']
  test.each<[string, Parameters<typeof proofOf>[1], string | null]>([
    ['with a file that adds to it', { dropIns }, 'adds to testnet-peer.service and is not ours'],
    ['whose file was changed', { unitFile: 'changed' }, 'is not the one that was written at DEPLOY'],
    ['of somebody else, as its owner has it', { unitFile: 'foreign', dropIns }, null],
    ['beside what a distribution adds', { dropIns: ['/usr/lib/systemd/system/service.d/10-timeout-abort.conf'] }, null],
  ])('%s', (_, change, text) => {
    for (const when of ['before', 'after'] as const) {
      const judged = verdict(run({ [when]: { [node]: change } }))
      expect([judged.result, kinds(judged)]).toEqual(
        text === null ? ['passed', []] : ['inconclusive', ['unit-changed']],
      )
      expect(judged.reasons.map((r) => r.text).join()).toContain(text ?? '')
    }
  })
})
