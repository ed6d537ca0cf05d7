// Tests that were begun stay told: cut off ones, failed ones, of this session and of earlier ones, and what they cost.
import { describe, expect, test } from 'vitest'
import { earlierTests, historyOf, judgeHistory, programOf, testsBegunIn } from '../../src/domain/history.ts'
import type { EarlierTest } from '../../src/domain/events/facts.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { planOf } from '../kit/plan.ts'
import { commit } from '../kit/facts.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { story, type Step } from '../kit/session.ts'

const start = ['begin', 'confirmed', 'ready', 'built', 'deployed'] as const
const entries = (session: string, ...more: readonly Step[]): readonly Entry[] => story([...start, ...more], { session })
const ends = (all: readonly EarlierTest[]) => all.map((t) => `${t.session} ${t.test} ${String(t.end)}`)
const judged = (all: readonly Entry[], test: number) => judgeHistory(historyOf(all, test))

describe('tests of a program', () => {
  test('one that was begun keeps its number, whatever became of it; a claim between changes nothing', () => {
    const killed = entries('s', 'begun', 'claimed', 'begun', 'claimed', 'begun', 'inconclusive', 'begun', 'passed')
    expect(ends(testsBegunIn(killed))).toEqual(['s 1 null', 's 2 null', 's 3 inconclusive', 's 4 passed'])
  })

  test('of another session they are told when the program is the same and the project too', () => {
    const others = [
      { id: 'a', entries: entries('a', 'begun', 'claimed', 'begun', 'failed') },
      { id: 'own', entries: entries('own', 'begun') },
      { id: 'b', entries: story([...start, 'begun'], { session: 'b', plan: planOf({ project: 'another' }) }) },
      {
        id: 'c',
        entries: entries('c', ['begun', { binarySha256: sha256('other'), commit: null }]),
      },
      { id: 'd', entries: entries('d', ['begun', { binarySha256: sha256('rebuilt') }], 'stop') },
    ]
    const own = { session: 'own', project: 'p' }
    const program = programOf(entries('own'), 'own')
    expect(program).toEqual({ binarySha256: sha256('binary'), commit })
    expect(ends(earlierTests(others, own, program))).toEqual(['a 1 null', 'd 1 null', 'a 2 failed'])
    // Without a commit only the binary itself tells.
    expect(ends(earlierTests(others, own, { ...program, commit: null }))).toEqual(['a 1 null', 'a 2 failed'])
  })

  test('eight killed tests and then a pass: never plainly passed', () => {
    const killed = Array.from({ length: 8 }, () => ['begun', 'claimed'] as const).flat()
    const { reasons, findings, remarks } = judged(entries('s', ...killed, 'begun'), 9)
    expect(reasons).toEqual([
      {
        kind: 'inconclusive',
        text: '8 tests of this program begun and not ended, 1 recorded with this one: as many must be recorded as were cut off, 7 more',
      },
    ])
    expect(findings.map((f) => f.kind)).toEqual(['not-ended'])
    expect(remarks).toEqual(['8 tests of this program begun before and not ended'])
  })

  test('one crash of a runner is told, and costs nothing; the second costs a test that is recorded', () => {
    expect(judged(entries('s', 'begun', 'claimed', 'begun'), 2)).toMatchObject({
      reasons: [],
      remarks: ['1 test of this program begun before and not ended'],
    })
    const twice = ['begun', 'claimed', 'begun', 'claimed', 'begun'] as const
    expect(judged(entries('s', ...twice), 3).reasons).toHaveLength(1)
    expect(judged(entries('s', ...twice, 'inconclusive', 'begun'), 4).reasons).toEqual([])
  })

  test('tests of earlier sessions that did not end or failed count the same', () => {
    const before = { binarySha256: sha256('binary'), commit: null, at: 1 }
    const earlier = [
      { ...before, session: 'a', test: 1, end: null },
      { ...before, session: 'b', test: 1, end: null },
      { ...before, session: 'c', test: 1, end: null },
      { ...before, session: 'd', test: 1, end: 'failed' },
    ] as const
    const { reasons, findings, remarks } = judged(entries('s', ['begun', { earlier }]), 1)
    expect(reasons).toHaveLength(1)
    expect(findings.map((f) => f.message)).toEqual([
      '3 tests of this program begun before and not ended: a test 1, b test 1, c test 1',
      '1 test of this program failed before: d test 1',
    ])
    expect(remarks).toHaveLength(2)
  })

  test('tests of a few attempts are told, and pay for no whole test that was cut off', () => {
    const only = { session: 's', attempts: [{ suite: 'connectivity', pair: { from: 'a', to: 'b' } }] } as const
    const part = story([...start, 'begun', 'inconclusive'], { session: 'part', plan: { ...planOf({}), only } })
    expect(testsBegunIn(part)).toMatchObject([{ part: true, end: 'inconclusive' }])
    const repeated = earlierTests(
      [{ id: 'part', entries: part }],
      { session: 's', project: 'p' },
      programOf(part, 'part'),
    )
    const twice = ['begun', 'claimed', 'begun', 'claimed'] as const
    const paid = judged(entries('s', ...twice, ['begun', { earlier: [...repeated, ...repeated] }]), 3)
    expect(paid.reasons.map((r) => r.text)).toEqual([
      '2 tests of this program begun and not ended, 1 recorded with this one and 2 of a few attempts, which pay for no whole one: as many must be recorded as were cut off, 1 more',
    ])
    const cut = repeated.map((t) => ({ ...t, end: null }))
    expect(judged(entries('s', 'begun', 'claimed', ['begun', { earlier: [...repeated, ...cut] }]), 2).reasons).toEqual(
      [],
    )
  })

  test('another program of the same session does not count, and a test that the ledger never saw begin is none', () => {
    const fixed = entries('s', ['begun', { binarySha256: sha256('old'), commit: null }], 'claimed', 'begun')
    expect(judged(fixed, 2)).toEqual({ reasons: [], findings: [], remarks: [] })
    expect(judged(entries('s'), 1).reasons.map((r) => r.kind)).toEqual(['inconclusive'])
  })
})
