/** What we killed and started again ourselves is no change of the program's; what it does besides is. */
import { describe, expect, test } from 'vitest'
import type { RunningProof } from '../../src/domain/evidence.ts'
import type { Restart } from '../../src/domain/restart.ts'
import { foreignIn } from '../../src/domain/processes.ts'
import { judgeRestarts, judgeRunning } from '../../src/domain/running.ts'
import { thereIs } from '../../src/domain/evidence.ts'
import { binary, emptyCounters, proofOf, reading } from './fixtures.ts'

const node = 'saorsa-9'
const before = proofOf(node)
const again: RunningProof = { ...before, pid: 900, image: '9.9', startedAt: before.startedAt + 60_000 }
const judged = (after: RunningProof, restarted: readonly Restart[]) => {
  const evidence = { runningBefore: [before], runningAfter: [after], restarted }
  const { reasons } = judgeRunning(evidence, [node], { [node]: binary })
  return [...reasons, ...judgeRestarts(evidence, [node], new Map()).reasons].map((r) => `${r.kind}: ${r.text}`)
}

describe('a service that we restarted', () => {
  test('is one that went on', () => expect(judged(again, [{ ended: before, started: again }])).toEqual([]))
  test('is somebody’s restart where nothing says that it was ours', () =>
    expect(judged(again, [])).toEqual([expect.stringContaining('was restarted by somebody during the test')]))
  test('that had died before we killed it has failed', () =>
    expect(judged(again, [{ ended: { ...before, restarts: 1, pid: 700 }, started: again }])).toEqual([
      expect.stringContaining('failed: saorsa-9: '),
    ]))
  test('that died after we started it has failed', () =>
    expect(judged({ ...again, restarts: 2, pid: 950 }, [{ ended: before, started: again }])).toEqual([
      expect.stringContaining('died and was restarted 2 times'),
    ]))
  test('that runs another file since does not count', () =>
    expect(judged(again, [{ ended: before, started: { ...again, exeSha256: 'ff'.repeat(32) } }])[0]).toContain(
      'wrong binary on saorsa-9',
    ))
  test('of another node excuses nothing', () =>
    expect(judged(again, [{ ended: { ...before, node: 'saorsa-8' }, started: again }])).toHaveLength(1))
  test('is known to a look that comes after it, and to none where nobody told', () => {
    const look = thereIs([{ pid: 900, exeSha256: binary, startTicks: 1, image: '9.9', role: 'service' as const }])
    const round = {
      pass: 1,
      round: 1,
      attempts: [],
      readings: { [node]: { ...reading(thereIs(emptyCounters)), processes: look } },
    }
    const of = (startedAgain: readonly RunningProof[]) =>
      foreignIn([round], { before: [before], startedAgain }, { [node]: binary })[0]?.get(node)?.kind
    expect([of([again]), of([])]).toEqual([undefined, 'executed-anew'])
  })
})
