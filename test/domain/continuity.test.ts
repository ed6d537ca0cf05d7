/** One process from look to look: what a change of each part of a running proof means. */
import { describe, expect, test } from 'vitest'
import { changeBetween, judgeContinuity, markOf, sameStart } from '../../src/domain/continuity.ts'
import { runningMarks } from '../../src/domain/events/facts.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { proofOf } from './fixtures.ts'

const then = markOf(proofOf('saorsa-7'))

describe('between two looks', () => {
  test.each([
    ['nothing changed', {}, undefined],
    ['start times jitter', { startedAt: then.startedAt + 2000 }, undefined],
    ['a later start', { startedAt: then.startedAt + 2001 }, ['restarted', 'inconclusive']],
    ['an earlier start', { startedAt: then.startedAt - 2001 }, ['restarted', 'inconclusive']],
    ['another pid', { pid: 401 }, ['restarted', 'inconclusive']],
    ['a crash', { pid: 401, restarts: 1 }, ['restarted', 'failed']],
    ['a count that was set back', { pid: 401, restarts: -1 }, ['restarted', 'inconclusive']],
    ['a reboot, whatever else', { bootId: 'another', pid: 401, restarts: 3 }, ['rebooted', 'inconclusive']],
  ])('%s', (_, change, wanted) => {
    const found = changeBetween(then, { ...proofOf('saorsa-7'), ...change }, 'during the test')
    expect(found === undefined ? undefined : [found.finding, found.result]).toEqual(wanted)
  })
  test('the time of it is in the text', () =>
    expect(changeBetween(then, { ...proofOf('saorsa-7'), restarts: 2 }, 'over night')?.text).toBe(
      'testnet-peer.service died and was restarted 2 times over night',
    ))
  test('starts are the same within two seconds', () =>
    expect([0, 2000, 2001].map((ms) => sameStart(then, { ...then, startedAt: then.startedAt + ms }))).toEqual([
      true,
      true,
      false,
    ]))
})

describe('since the test before', () => {
  const judge = (
    since: Parameters<typeof judgeContinuity>[0],
    now: Parameters<typeof judgeContinuity>[1],
    tried = ['saorsa-7'],
  ) => judgeContinuity(since, now, ['saorsa-7', 'saorsa-8'], tried)
  test('one process went on', () =>
    expect(judge([then], [proofOf('saorsa-7')])).toEqual({
      rows: [{ node: 'saorsa-7', since: then, now: then, change: null }],
      reasons: [],
      findings: [],
      unproven: [],
    }))
  test('another binary is told as such, not as the restart that it needed', () => {
    const { reasons, findings } = judge(
      [{ ...then, exeSha256: sha256('other') }],
      [proofOf('saorsa-7', { pid: 9, restarts: 1 })],
    )
    expect([reasons[0]?.kind, findings[0]?.kind]).toEqual(['inconclusive', 'wrong-binary'])
  })
  test('a peer that is gone', () =>
    expect(judge([then, { ...then, node: 'saorsa-8' }], [proofOf('saorsa-7')]).reasons).toEqual([
      { kind: 'inconclusive', text: expect.stringMatching(/^saorsa-8: its service ran/) },
    ]))
  test('the registry is no peer: a finding and no reason', () => {
    const registry = { ...then, node: 'saorsa-1' }
    for (const now of [[], [proofOf('saorsa-1', { restarts: 1, pid: 8 })], [proofOf('saorsa-1', { bootId: 'b' })]]) {
      const judged = judge([then, registry], [proofOf('saorsa-7'), ...now])
      expect([judged.reasons, judged.findings.map((f) => f.node)]).toEqual([[], ['saorsa-1']])
    }
  })
  test('a peer without earlier proof is named; none with one is a reason', () => {
    expect(judge([then], [proofOf('saorsa-7'), proofOf('saorsa-8')], ['saorsa-7', 'saorsa-8'])).toMatchObject({
      reasons: [],
      unproven: ['saorsa-8'],
    })
    expect(judge([], [proofOf('saorsa-7')]).reasons).toHaveLength(1)
    expect(
      judge([{ ...then, node: 'saorsa-1' }], [proofOf('saorsa-7'), proofOf('saorsa-1')]).reasons.map((r) => r.text),
    ).toEqual(['nothing proves what ran at the end of the last test that passed'])
  })
  test('the ledger keeps a piece of a boot id that is none, and compares that piece', () => {
    const endless = proofOf('saorsa-7', { bootId: 'x'.repeat(10_000_000) })
    expect(markOf(endless).bootId).toHaveLength(64)
    expect(judge([markOf(endless)], [endless]).reasons).toEqual([])
  })
})

test('marks are read back from JSON; anything else proves nothing', () => {
  expect(runningMarks.parse(JSON.parse(JSON.stringify([then])))).toEqual([then])
  for (const fact of [undefined, null, 'x', {}, [null], [{ ...then, pid: '400' }], [then, {}]])
    expect(runningMarks.safeParse(fact).success).toBe(false)
})
