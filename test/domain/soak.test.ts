/** A soak that is watched: what the recorders' lines tell of deaths, growth and gaps, and what they cannot tell. */
import { describe, expect, test } from 'vitest'
import { checkpointInput, judgeCheckpoint } from '../../src/domain/checkpoint.ts'
import type { RunningMark } from '../../src/domain/continuity.ts'
import { notRead, type RunningProof } from '../../src/domain/evidence.ts'
import { sampleIn, type SoakNotes } from '../../src/domain/soak/sample.ts'
import { trendOf, type Point } from '../../src/domain/soak/trend.ts'
import { judgeWatch, type WatchInput } from '../../src/domain/soak/watch.ts'
import { rederivedFaults } from '../../src/domain/rederive/test.ts'
import { bundleOf } from '../kit/sealed.ts'
import { boot, notesOf, soakLine, soakOf, type Said } from '../kit/soak.ts'
import { goodCounts, proofOf } from './fixtures.ts'

const minute = 60_000
const began = 1_700_000_000_000
const upAtFirst = 1000 * 1000
const clockAt = (ms: number) => ({ wallMs: began + ms, uptimeMs: upAtFirst + ms })
const node = 'saorsa-7'
const proofAt = (ms: number, more: Partial<RunningProof> = {}): RunningProof => ({
  ...proofOf(node),
  bootId: boot,
  clock: clockAt(ms),
  ...more,
})
/** A sample each five minutes of an hour, each changed as a test says. */
const hour = (edit: (minutes: number) => Partial<Said> = () => ({})): readonly string[] =>
  Array.from({ length: 12 }, (_, i) => {
    const at = (i * 5 + 1) * minute
    return soakLine({ ...clockAt(at), ...edit(i * 5 + 1) })
  })
const watch = (notes: readonly SoakNotes[], more: Partial<WatchInput> = {}) =>
  judgeWatch({
    notes,
    since: [proofAt(0)],
    now: [proofAt(61 * minute)],
    tests: [],
    peers: [node],
    intervalMs: 5 * minute,
    limits: { memory: null, files: null },
    ...more,
  })
const told = (lines: readonly string[], more: Partial<WatchInput> = {}) => {
  const { reasons, findings } = watch([notesOf(node, lines)], more)
  return { reasons: reasons.map((r) => [r.kind, r.text]), findings: findings.map((f) => f.kind) }
}

describe('nothing happened', () => {
  const { rows, reasons, findings, notCovered, remarks } = watch([
    notesOf(
      node,
      hour((m) => ({ cpuTicks: m * 60 })),
    ),
  ])
  test('nothing is told', () => expect([reasons, findings, notCovered, remarks]).toEqual([[], [], [], []]))
  test('figures', () =>
    expect(rows).toMatchObject([
      { node, samples: 12, ms: 61 * minute, gaps: [], changes: [], cpu: 0.01, clockMovedMs: 0 },
    ]))
})

describe('what the two ends of a wait do not show', () => {
  const crashed = hour((m) =>
    m > 20 ? { restarts: m < 40 ? 3 : 0, pid: m < 40 ? 403 : 400, invocation: 'b'.repeat(32) } : {},
  )
  test('a service that died three times, and was set back to look like new', () =>
    expect(told(crashed)).toEqual({
      reasons: [
        [
          'failed',
          `${node}: the service died and was restarted 3 times between 16 min 00 s and 21 min 00 s after the last test that passed`,
        ],
        [
          'inconclusive',
          `${node}: the service was started anew by somebody between 36 min 00 s and 41 min 00 s after the last test that passed`,
        ],
      ],
      findings: ['restarted', 'restarted'],
    }))
  test('the checkpoint fails by it', () => {
    const of = (soak: readonly SoakNotes[] | undefined) =>
      judgeCheckpoint({
        input: { ...checkpointInput([], soakOf()), baseline: goodCounts, since: [proofAt(0)] },
        counts: goodCounts,
        evidence: {
          controls: [],
          runningBefore: [proofAt(61 * minute)],
          runningAfter: [],
        },
        soak: soak ?? null,
        peers: [node],
        tried: [node],
        sampleFloorOf: () => 1,
        retriesUnseenOf: () => 0,
      }).reasons.map((r) => r.kind)
    expect(of(undefined)).toEqual([])
    expect(of([notesOf(node, hour())])).toEqual([])
    expect(of([notesOf(node, crashed)])).toEqual(['failed', 'inconclusive'])
  })
  test('what the ends show as well is told once', () => {
    const now = proofAt(61 * minute, { restarts: 2, pid: 410 })
    const { reasons } = judgeCheckpoint({
      input: { ...checkpointInput([], soakOf()), baseline: goodCounts, since: [proofAt(0)] },
      counts: goodCounts,
      evidence: {
        controls: [],
        runningBefore: [now],
        runningAfter: [],
      },
      soak: [
        notesOf(
          node,
          hour((m) => (m > 20 ? { restarts: 2, pid: 410, invocation: 'b'.repeat(32) } : {})),
        ),
      ],
      peers: [node],
      tried: [node],
      sampleFloorOf: () => 1,
      retriesUnseenOf: () => 0,
    })
    expect(reasons).toHaveLength(1)
  })
  describe('a restart that both the ends and the recorder show', () => {
    const run = 'b'.repeat(32)
    const kinds = (edit: (m: number) => Partial<Said>, restarts: number, lines = hour(edit)) =>
      judgeCheckpoint({
        input: { ...checkpointInput([], soakOf()), baseline: goodCounts, since: [proofAt(0)] },
        counts: goodCounts,
        evidence: {
          controls: [],
          runningBefore: [proofAt(61 * minute, { restarts, pid: 400 + restarts })],
          runningAfter: [],
        },
        soak: [notesOf(node, lines)],
        peers: [node],
        tried: [node],
        sampleFloorOf: () => 1,
        retriesUnseenOf: () => 0,
      }).reasons.map((r) => r.kind)
    const killed = (m: number): Partial<Said> => (m < 20 ? {} : { restarts: 1, pid: 401, oom: 1, invocation: run })
    test('killed for memory that others held is inconclusive', () => expect(kinds(killed, 1)).toEqual(['inconclusive']))
    test('killed for memory that it held itself fails', () =>
      expect(kinds((m) => ({ memoryKiB: 3_900_000, ...killed(m) }), 1)).toEqual(['failed']))
    test('restarted with its container is inconclusive', () =>
      expect(
        kinds((m) => (m < 20 ? { lives: '100.7 -' } : { lives: '200.9 -', restarts: 2, pid: 402, invocation: run }), 2),
      ).toEqual(['inconclusive']))
    test('a NAT that goes down takes no service with it', () =>
      expect(
        kinds((m) => (m < 20 ? { lives: '- 100.7' } : { lives: '- 200.9', restarts: 1, pid: 401, invocation: run }), 1),
      ).toEqual(['failed']))
    test('a death beside it fails', () =>
      expect(
        kinds((m) => (m < 40 ? killed(m) : { restarts: 2, pid: 402, oom: 1, invocation: 'c'.repeat(32) }), 2),
      ).toEqual(['failed']))
    test('what nobody looked at may be a death', () =>
      expect(
        kinds(
          killed,
          1,
          hour(killed).filter((_, i) => i < 7 || i > 10),
        ),
      ).toEqual(['failed']))
    test('a restart that no sample counts may be a death', () =>
      expect(
        kinds((m) => (m < 40 ? killed(m) : { restarts: -1, pid: 402, oom: 1, invocation: 'c'.repeat(32) }), 2),
      ).toContain('failed'))
    test('after somebody started it anew its count begins again', () =>
      expect(
        kinds(
          (m) =>
            m < 10
              ? {}
              : m < 20
                ? { pid: 390, invocation: 'c'.repeat(32) }
                : { restarts: 1, pid: 401, oom: 1, invocation: run },
          1,
        ),
      ).toEqual(['inconclusive', 'inconclusive']))
  })
  test.each<[string, (m: number) => Partial<Said>, string, string, string[]]>([
    [
      'a death seen lying there is one',
      (m) =>
        m < 20
          ? {}
          : m < 25
            ? { pid: 0, state: 'loaded activating auto-restart exit-code' }
            : { pid: 401, restarts: 1, invocation: 'b'.repeat(32) },
      'failed',
      'died (exit-code)',
      ['restarted'],
    ],
    [
      'stopped, and started again by somebody',
      (m) => (m < 20 ? {} : m < 40 ? { pid: 0, state: 'loaded inactive dead success' } : {}),
      'inconclusive',
      'was stopped, or ended by itself',
      ['not-running', 'restarted'],
    ],
    [
      'killed for memory that others held',
      (m) => (m < 20 ? {} : { restarts: 1, pid: 401, oom: 4, invocation: 'b'.repeat(32) }),
      'inconclusive',
      'killed for lack of memory; it held 49 of 3906 MiB before',
      ['restarted'],
    ],
    [
      'killed for memory that it held itself',
      (m) => ({
        memoryKiB: 3_900_000,
        ...(m < 20 ? {} : { restarts: 1, pid: 401, oom: 4, invocation: 'b'.repeat(32) }),
      }),
      'failed',
      'it held 3809 of 3906 MiB before',
      ['restarted'],
    ],
    [
      "its NAT's container restarted",
      (m) => ({ lives: m < 20 ? '- 100.7' : '- 200.9' }),
      'inconclusive',
      "the container of the node's NAT was stopped or started anew",
      ['container-restarted'],
    ],
    [
      'a service that ends with its container',
      (m) => (m < 20 ? { lives: '100.7 -' } : { lives: '200.9 -', pid: 401, invocation: 'b'.repeat(32) }),
      'inconclusive',
      'the container of the service',
      ['container-restarted'],
    ],
  ])('%s', (_, edit, kind, words, findings) => {
    const { reasons, findings: found } = told(hour(edit), { now: [proofAt(61 * minute, { pid: 401, restarts: 1 })] })
    expect([reasons[0]?.[0], found.slice(0, findings.length)]).toEqual([kind, findings])
    expect(reasons[0]?.[1]).toContain(words)
  })
  test('a reboot is no death, and the recorder ends with it', () => {
    const other = '99999999-2222-3333-4444-555555555555'
    const { reasons, findings } = told(hour().slice(0, 4), {
      now: [proofAt(61 * minute, { bootId: other, pid: 90, clock: { wallMs: began + 61 * minute, uptimeMs: 9000 } })],
    })
    expect(reasons.map(([kind]) => kind)).toEqual(['inconclusive'])
    expect(findings).toEqual(['rebooted', 'not-watched'])
  })
  test('the registry is no peer: a finding, no reason', () =>
    expect(told(crashed, { peers: [] })).toEqual({ reasons: [], findings: ['restarted', 'restarted'] }))
})

describe('a test of this checkpoint before', () => {
  const own = { marks: [proofAt(31 * minute, { pid: 777 })], tookMs: 4 * minute }
  const lines = hour((m) => (m < 28 ? {} : { pid: 777, invocation: 'c'.repeat(32) }))
  test('restarted services itself: nobody died', () =>
    expect(told(lines, { tests: [own], now: [proofAt(61 * minute, { pid: 777 })] }).reasons).toEqual([]))
  test('what died after it, before the first sample, did not die in it', () =>
    expect(
      told(
        hour((m) =>
          m < 28
            ? {}
            : m < 32
              ? { pid: 777, invocation: 'c'.repeat(32) }
              : { pid: 778, restarts: 1, invocation: 'd'.repeat(32) },
        ).filter((_, i) => i !== 6),
        { tests: [own], now: [proofAt(61 * minute, { pid: 778, restarts: 1 })] },
      ).reasons,
    ).toEqual([
      [
        'failed',
        `${node}: the service died and was restarted once between 31 min 00 s and 36 min 00 s after the last test that passed`,
      ],
    ]))
  test('what was restarted right after it, with no sample since, is told too', () =>
    expect(
      told(
        hour().filter((_, i) => i < 5),
        { tests: [own], now: [proofAt(33 * minute, { pid: 778 })] },
      ).reasons.map(([k]) => k),
    ).toEqual(['inconclusive']))
  test('a gap after it is one', () =>
    expect(
      told(
        lines.filter((_, i) => i < 5 || i > 9),
        { tests: [own], now: [proofAt(61 * minute, { pid: 777 })] },
      ).findings,
    ).toEqual(['not-watched']))
  test('without one it was somebody', () =>
    expect(told(lines, { now: [proofAt(61 * minute, { pid: 777 })] }).reasons.map(([k]) => k)).toEqual([
      'inconclusive',
    ]))
})

describe('nobody looked', () => {
  test('a gap is not covered, and said beside the result', () => {
    const { reasons, findings, notCovered, remarks, rows } = watch([
      notesOf(
        node,
        hour().filter((_, i) => i < 3 || i > 8),
      ),
    ])
    expect(reasons).toEqual([])
    expect(rows[0]?.gaps).toEqual([{ from: 11 * minute, to: 46 * minute }])
    expect(findings.map((f) => f.kind)).toEqual(['not-watched'])
    expect(notCovered).toHaveLength(1)
    expect(remarks).toEqual(['watched with gaps on 1 node of 1'])
  })
  test('one sample that is missing is none', () =>
    expect(
      watch([
        notesOf(
          node,
          hour().filter((_, i) => i !== 5),
        ),
      ]).rows[0]?.gaps,
    ).toEqual([]))
  test.each<[string, readonly SoakNotes[], string]>([
    ['no recorder', [{ node, lines: { kind: 'absent' } }], 'no recorder ran there'],
    ['not read', [{ node, lines: notRead('it was away') }], 'it was away'],
    ['no line', [], 'no recorder ran there'],
  ])('%s', (_, notes, why) => expect(watch(notes).notCovered).toMatchObject([{ why }]))
  test('a limit that cannot be judged is not met', () =>
    expect(watch([], { limits: { memory: 10, files: null } }).reasons.map((r) => r.kind)).toEqual(['inconclusive']))
  test('what was written before the last test that passed is of no account', () =>
    expect(
      watch([notesOf(node, [soakLine({ ...clockAt(-5 * minute), pid: 9, restarts: 7 }), ...hour()])]).rows,
    ).toMatchObject([{ samples: 12, changes: [] }]))
  test.each([
    ['torn', soakLine(clockAt(9 * minute)).slice(0, -4)],
    ['no clock', soakLine(clockAt(9 * minute)).replace(/node clock [^\t]*/, 'node clock soon')],
    ['empty', ''],
    ['a stranger', '<script>\tunit peer restarts 9'],
  ])('a line that is none: %s', (_, line) => {
    expect(sampleIn(line)).toBeNull()
    expect(watch([notesOf(node, [...hour(), line])]).rows).toMatchObject([{ samples: 12, changes: [] }])
  })
})

describe('growth', () => {
  const leak = (perHour: number) =>
    hour((m) => ({ memoryKiB: 50_000 + Math.round((perHour * m * 1e6) / 60 / 1024) + (m % 3) }))
  const files = hour((m) => ({ files: 20 + m, sockets: 10 + m }))
  test('is reported, and decides nothing without a limit', () =>
    expect(told(leak(30))).toEqual({ reasons: [], findings: ['growth'] }))
  test('of files and sockets', () => expect(told(files)).toEqual({ reasons: [], findings: ['growth', 'growth'] }))
  test('of little is not worth an eye', () => expect(told(leak(1)).findings).toEqual([]))
  test('beyond the limit fails, with slope and interval', () =>
    expect(told(leak(30), { limits: { memory: 10, files: null } }).reasons).toEqual([
      [
        'failed',
        `${node}: resident memory grows by 30 MB an hour (95 % interval 30 to 30, 51.7 → 79.2 in 12 samples): soak.max_growth_mb_per_hour allows 10`,
      ],
    ]))
  test('files beyond theirs', () =>
    expect(told(files, { limits: { memory: null, files: 30 } }).reasons.map(([k]) => k)).toEqual(['failed']))
  test('above the limit within the noise is no failure', () => {
    const noisy = hour((m) => ({ memoryKiB: 50_000 + m * 200 + ((m * m * 37) % 61) * 300 }))
    expect(
      told(noisy, { limits: { memory: 5, files: null } }).reasons.map(([k, t]) => [k, t?.includes('may be noise')]),
    ).toEqual([['inconclusive', true]])
  })
  test('one jump is no growth', () =>
    expect(
      told(
        hour((m) => ({ memoryKiB: m > 50 ? 300_000 : 50_000 })),
        { limits: { memory: 1, files: null } },
      ),
    ).toEqual({
      reasons: [],
      findings: [],
    }))
  test('of the process that ran longest: a new one begins small', () =>
    expect(
      told(
        hour((m) => (m < 12 ? { memoryKiB: 900_000 } : { pid: 401, restarts: 1, invocation: 'd'.repeat(32) })),
        { now: [proofAt(61 * minute, { pid: 401, restarts: 1 })], limits: { memory: 1, files: null } },
      ).reasons.map(([k]) => k),
    ).toEqual(['failed']))
  test('errors over time, by sixths', () =>
    expect(
      watch([
        notesOf(
          node,
          hour((m) => ({ errors: m > 40 ? 9 : 1 })),
        ),
      ]).rows[0]?.errors,
    ).toEqual([2, 2, 2, 2, 18, 18]))
})

describe('Theil and Sen', () => {
  const line = (n: number, slope: number, noise: (i: number) => number): readonly Point[] =>
    Array.from({ length: n }, (_, i) => ({ hours: i / 12, value: 100 + (slope * i) / 12 + noise(i) }))
  test('a straight line is its slope', () => {
    const trend = trendOf(line(20, 6, () => 0))
    expect([trend?.perHour, trend?.low, trend?.high].map((x) => Math.round((x ?? 0) * 1e6) / 1e6)).toEqual([6, 6, 6])
  })
  test('too few, or all of one moment', () => {
    expect(trendOf(line(7, 1, () => 0))).toBeNull()
    expect(trendOf(Array.from({ length: 20 }, () => ({ hours: 1, value: 2 })))).toBeNull()
  })
  test('three wild readings of thirty change little', () => {
    const trend = trendOf(line(30, 0, (i) => (i % 10 === 3 ? 1000 : (i * 7919) % 5)))
    expect(Math.abs(trend?.perHour ?? 99)).toBeLessThan(2)
  })
  /** Each figure is drawn by a generator of its own seed, so that the counts are the same each time. */
  const drawn = (seed: number): (() => number) => {
    let state = seed >>> 0
    return () => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    }
  }
  const missed = (n: number, follow: number): number => {
    let missing = 0
    for (let run = 0; run < 400; run++) {
      const random = drawn(run * 31 + n)
      const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      let carried = 0
      const trend = trendOf(line(n, 3, () => (carried = follow * carried + normal())))
      if (trend === null || trend.low > 3 || trend.high < 3) missing++
    }
    return missing / 400
  }
  test('the interval misses the slope about as often as it says', () => {
    expect(missed(12, 0)).toBeLessThan(0.08)
    expect(missed(60, 0)).toBeLessThan(0.08)
  })
  test('readings that follow each other widen it', () => {
    expect(missed(60, 0.6)).toBeLessThan(0.16)
  })
})

test('a mark without a clock: nothing tells when the wait began', () => {
  const since: readonly RunningMark[] = [{ ...proofAt(0), clock: null }]
  expect(watch([notesOf(node, hour())], { since }).notCovered).toMatchObject([
    { why: 'nothing tells when the wait began there' },
  ])
})

test('lines of recorders belong to a checkpoint, of its nodes once each', () => {
  const bundle = bundleOf()
  const faults = (soak: readonly SoakNotes[] | null) =>
    rederivedFaults({ ...bundle, soak }).filter((f) => f.startsWith('soak.json: '))
  expect(faults(null)).toEqual([])
  expect(faults([notesOf('saorsa-7', []), notesOf('saorsa-7', []), notesOf('elsewhere', [])])).toEqual([
    'soak.json: the test is no checkpoint, and nobody read recorders',
    'soak.json: a node stands twice',
    'soak.json: elsewhere is no node of the plan',
  ])
})
