/** Who could have caused it: a self test that fails acquits the program, a flood of its own does not. */
import { describe, expect, test } from 'vitest'
import { thereIs, type Control } from '../../src/domain/evidence.ts'
import {
  attemptsOf,
  countersAt,
  flow,
  judged,
  run,
  servicePort,
  withAttempts,
  withReading,
  type Changes,
} from './fixtures.ts'

const selfTest = (node: string, name: 'self-test' | 'self-test-after', trouble: string | null): Control => ({
  name,
  from: node,
  to: node,
  expected: 'through',
  seen: trouble === null ? 'through' : 'error',
  witnessed: trouble === null,
  detail: trouble ?? '',
  raw: [],
})
const withControls = (changes: Changes, ...more: readonly Control[]) => {
  const input = run(changes)
  return { ...input, evidence: { ...input.evidence, controls: [...input.evidence.controls, ...more] } }
}
const failing: Changes = { attempts: { 'saorsa-7→saorsa-8': { path: 'none' } } }

describe('before a blame', () => {
  test('instruments that work all through change nothing', () => {
    const fine = ['saorsa-7', 'saorsa-8'].flatMap((n) => [
      selfTest(n, 'self-test', null),
      selfTest(n, 'self-test-after', null),
    ])
    expect(judged(withControls({}, ...fine)).result).toBe('passed')
    expect(judged(withControls(failing, ...fine))).toMatchObject({ result: 'failed', invalidControls: [] })
  })
  test('a node whose instruments no longer work blames nobody', () => {
    const v = judged(withControls(failing, selfTest('saorsa-8', 'self-test-after', 'its packet witness is gone')))
    expect(v.result).toBe('inconclusive')
    expect(v.reasons[0]?.text).toBe('saorsa-8: self test after the rounds: its packet witness is gone')
    expect(v.samples.find((s) => s.subject.pair.to === 'saorsa-8')?.outcome).toBe('unwitnessed')
  })
  test('a node that was left out by its self test is no reason besides', () => {
    const v = judged(
      withControls({ absent: { 'saorsa-8': 'self test' } }, selfTest('saorsa-8', 'self-test', 'no cgroup2')),
    )
    expect(v.reasons.map((r) => r.text).filter((t) => t.includes('cgroup2'))).toEqual([])
  })
})

describe('full packet counters', () => {
  const flooded = (port: (own: number) => number) => {
    const input = run()
    return withAttempts(
      input,
      attemptsOf(input).map((a) => {
        if (a.pair.from !== 'saorsa-7' || a.pair.to !== 'saorsa-8') return a
        const flows = Array.from({ length: 65_535 }, (_, i) => flow('10.0.0.1', 1000 + i, port(a.localPort), 1, 60))
        const seen = countersAt(a, 'saorsa-7')
        return withReading(a, 'saorsa-7', (r) => ({
          ...r,
          counters: thereIs({ ...seen, out: [...seen.out, ...flows], overflow: true }),
        }))
      }),
    )
  }
  test('by a port of the program’s are its failure', () => {
    const v = judged(flooded((own) => own))
    expect(v.result).toBe('failed')
    expect(v.samples.find((s) => s.outcome === 'failed')?.sentence).toMatch(
      /^saorsa-7 → saorsa-8: the program filled the packet counters of saorsa-7: \d+ flows are its own$/,
    )
  })
  test('by the rest of the machine are nobody’s', () => {
    expect(judged(flooded(() => 53))).toMatchObject({ result: 'inconclusive' })
    expect(servicePort).not.toBe(53)
  })
})
