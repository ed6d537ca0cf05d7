/** Who could have caused it: a self test that fails acquits the program, a flood of its own does not. */
import { describe, expect, test } from 'vitest'
import { notRead, thereIs, type Control } from '../../src/domain/evidence.ts'
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

describe('what the network does not let pass', () => {
  const way = (from: string, back: boolean) => ({
    from,
    to: 'saorsa-2',
    family: 4 as const,
    event: {
      event: 'reach',
      trials: [
        { bytes: 600, whole: false, sent: 1, acked: true, echoed: true },
        { bytes: 4096, whole: false, sent: 4, acked: true, echoed: back },
      ],
    },
    servicePort: 0,
    delivered: notRead('not asked'),
  })
  const lost = (input: ReturnType<typeof run>) => ({
    ...input,
    needs: { datagramBytes: 4096, ipv6: false },
    preflight: {
      nodes: [],
      paths: [way('saorsa-7', true), way('saorsa-8', false)],
    },
  })
  const text = '4096-byte datagrams do not pass saorsa-2 → saorsa-8: fragments are dropped'

  test('is the reason of a pair that failed, and no failure of the program', () => {
    const v = judged(lost(run(failing)))
    const pair = v.samples.find((s) => s.subject.pair.from === 'saorsa-7' && s.subject.pair.to === 'saorsa-8')
    expect([pair?.outcome, pair?.sentence]).toEqual(['infra', `saorsa-7 → saorsa-8: not counted: ${text}`])
    expect(v.reasons.map((r) => r.kind)).not.toContain('failed')
    expect(v.findings.filter((f) => f.kind === 'network-obstacle').map((f) => f.message)).toEqual([text])
  })
  test('fails it all the same where the program needs no such datagram, or another pair failed', () => {
    expect(judged({ ...lost(run(failing)), needs: { datagramBytes: 1200, ipv6: false } }).result).toBe('failed')
    const other = judged(lost(run({ attempts: { 'saorsa-7→saorsa-2': { path: 'none' } } })))
    expect(other.samples.find((s) => s.outcome === 'failed')?.subject.pair).toEqual({
      from: 'saorsa-7',
      to: 'saorsa-2',
    })
  })
  test('takes no success away', () => {
    const v = judged(lost(run()))
    expect(v.result).toBe('passed')
    expect(v.findings.map((f) => f.kind)).toEqual(['network-obstacle'])
  })
})
