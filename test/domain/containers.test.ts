/** A container that was started anew between two looks: named, and nothing that follows from it is the program's fault. */
import { expect, test } from 'vitest'
import type { RunningProof } from '../../src/domain/evidence.ts'
import { judgeRestarts, judgeRunning } from '../../src/domain/running.ts'
import { proofOf } from './fixtures.ts'

const judged = (before: Partial<RunningProof>, after: Partial<RunningProof> | null) => {
  const evidence = { runningBefore: [proofOf('n', before)], runningAfter: after === null ? [] : [proofOf('n', after)] }
  const { barred, ...running } = judgeRunning(evidence, ['n'], { n: proofOf('n').exeSha256 })
  const both = [running, judgeRestarts(evidence, ['n'], new Map())]
  return {
    barred: [...barred.values()],
    found: both.flatMap((b) => b.findings.map((f) => f.kind)),
    results: both.flatMap((b) => b.reasons.map((r) => r.kind)),
  }
}
const lives = (place: string | null, box: string | null) => ({ lives: { place, box } })

test('the same containers: nothing is said', () => {
  expect(judged(lives('7.1', '8.1'), lives('7.1', '8.1'))).toEqual({ barred: [], found: [], results: [] })
  expect(judged(lives(null, null), lives(null, null))).toEqual({ barred: [], found: [], results: [] })
})
test('the service’s container anew: its crash and its restart are no failure of the program', () => {
  expect(judged(lives('7.1', '8.1'), { ...lives('9.5', '8.1'), pid: 9, restarts: 3 })).toEqual({
    barred: ['n: the container of its service was started anew during the test'],
    found: ['container-restarted'],
    results: ['inconclusive'],
  })
})
test('its NAT anew, or gone', () => {
  expect(judged(lives('7.1', '8.1'), lives('7.1', '8.9')).barred).toEqual([
    'n: the container that is its NAT was started anew during the test',
  ])
  expect(judged(lives('7.1', '8.1'), lives('7.1', 'none')).barred).toEqual([
    'n: the container that is its NAT ended during the test',
  ])
})
test('a service that stayed behind in a network of before', () => {
  const left = 'n: its service runs in another network than the one that is measured: its container was started anew'
  expect(judged({ network: 'another' }, {}).barred).toEqual([left])
  expect(judged({}, { network: 'another' }).barred).toEqual([left])
})
test('what could not be read is no change', () =>
  expect(judged(lives('7.1', null), lives(null, '8.1'))).toEqual({ barred: [], found: [], results: [] }))
test('without containers a crash stays the program’s', () =>
  expect(judged({ restarts: 0 }, { restarts: 2 })).toEqual({ barred: [], found: ['restarted'], results: ['failed'] }))
