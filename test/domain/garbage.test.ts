/** What gc may take away, and which runs a stop may cancel: decisions on values. */
import { describe, expect, test } from 'vitest'
import { ledgerGoes, releasesThatGo, sortFound, type Garbage } from '../../src/domain/garbage.ts'
import { ownRuns } from '../../src/domain/session-runs.ts'
import { runWriter, story } from '../kit/session.ts'

const found = (more: Partial<Garbage> = {}): Garbage => ({
  kind: 'evidence',
  path: '/x',
  bytes: 1,
  at: 10,
  project: 'p',
  ...more,
})

describe('what goes', () => {
  const alive = new Map([['living', 's1']])
  test('is older than the limit', () => {
    const all = [found({ at: 99 }), found({ at: 100 }), found({ at: 101 })]
    expect(sortFound(all, { before: 100, alive }).goes.map((f) => f.at)).toEqual([99])
  })
  test('is no build directory of a project of which a session lives; that is told', () => {
    const all = [found({ kind: 'build', project: 'living' }), found({ kind: 'build', project: 'other' })]
    const { goes, kept } = sortFound(all, { before: 100, alive })
    expect(goes.map((f) => f.project)).toEqual(['other'])
    expect(kept.map((k) => `${String(k.found.project)}: ${k.why}`)).toEqual(['living: session s1 lives'])
  })
  test('a ledger only as a whole, when all of it ended long ago and can be read', () => {
    const ended = { id: 'a', ended: true, changedAt: 10 }
    expect(ledgerGoes([ended, { ...ended, id: 'b' }], 0, 100)).toBe(true)
    expect(ledgerGoes([ended, { ...ended, changedAt: 100 }], 0, 100)).toBe(false)
    expect(ledgerGoes([ended, { ...ended, ended: false }], 0, 100)).toBe(false)
    expect(ledgerGoes([ended], 1, 100)).toBe(false)
    expect(ledgerGoes([], 0, 100)).toBe(false)
  })
  test('never the current release, the one before it, or the one that runs', () => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((sha256, i) => ({ sha256, at: i === 4 ? 200 : 10 }))
    expect(releasesThatGo(all, ['a', 'b', null, 'c'], 100).map((r) => r.sha256)).toEqual(['d'])
  })
})

describe('runs of a session that was stopped', () => {
  const steps = ['begin', 'confirmed', 'ready'] as const
  const of = (session: string, ...runs: readonly string[]) =>
    story(
      steps.map((event, i) => [event, {}, { by: runWriter(runs[i] ?? runs.at(-1) ?? '') }]),
      { session },
    )
  test('each once, the newest first; a process is none', () => {
    expect(ownRuns(of('s', '1', '2', '1'), []).map((r) => r.run)).toEqual(['1', '2'])
    const process = { kind: 'process', host: 'h', pid: 1 } as const
    expect(ownRuns(story([['begin', {}, { by: process }], 'confirmed'], { session: 's', by: process }), [])).toEqual([])
  })
  test('a run that works on another living session too is not cancelled for this one', () => {
    const both = of('other', '2')
    expect(ownRuns(of('s', '1', '2'), [{ entries: both, ended: false }]).map((r) => r.run)).toEqual(['1'])
    expect(ownRuns(of('s', '1', '2'), [{ entries: both, ended: true }]).map((r) => r.run)).toEqual(['2', '1'])
  })
})
