/**
 * The state machine of spec §4: every state and event as a case, soak and regression as stories, and chance against the
 * fold.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chainFaults, type Entry } from '../../src/domain/ledger.ts'
import type { EventName } from '../../src/domain/events/entry.ts'
import { entryShape } from '../../src/domain/events/check.ts'
import { rows } from '../../src/domain/events/rows.ts'
import { fixFacts } from '../kit/facts.ts'
import * as kit from '../kit/session.ts'
import type { Step } from '../kit/session.ts'
import { isFinal, stateNames, traitsOf, type State } from '../../src/domain/states.ts'
import { fold, type Session } from '../../src/domain/session.ts'
import { next } from '../../src/domain/next.ts'
import type { StageResult } from '../../src/domain/events/entry.ts'
import { table } from '../../src/domain/transitions.ts'

const hour = 3_600_000
const soaking = {
  soak: ['WAIT_1HR', 'WAIT_6HR'],
  proof: 'logs',
} as const
/** Entries of a session that soaks; each takes one second. */
const story = (...steps: readonly Step[]): readonly Entry[] =>
  kit.story(steps.map((step) => (step === 'confirmed' ? (['confirmed', soaking] as const) : step)))
const at = (...events: readonly Step[]): Session => fold('s', story(...events))
const path = (entries: readonly Entry[]): string => [entries[0]?.from, ...entries.map((e) => e.to)].join(' ')

const redFix = { ...fixFacts(fold('s', [])), first: true }
const started = ['begin', 'confirmed', 'ready'] as const
const tested = [...started, 'built', 'deployed'] as const
const noSoak = ['confirmed', { soak: [], proof: 'logs' }] as const
const mended = [...tested, 'failed', ['fixed', { fix: redFix }], 'built', 'deployed'] as const
const approving = [
  'begin',
  ['confirmed', { soak: [], proof: 'manual-verify' }],
  'ready',
  'built',
  'deployed',
  'passed',
] as const

/** The diagram, line by line: how to get into a state, the event, where it leads. */
const diagram: readonly (readonly [readonly Step[], EventName, State])[] = [
  [[], 'begin', 'INTERVIEW'],
  [['begin'], 'confirmed', 'SETUP'],
  [['begin', 'confirmed'], 'queued', 'SETUP'],
  [['begin', 'confirmed'], 'claimed', 'SETUP'],
  [['begin', 'confirmed'], 'recovered', 'SETUP'],
  [started, 'recovered', 'BUILD'],
  [[...started, 'built'], 'recovered', 'DEPLOY'],
  [tested, 'recovered', 'TEST'],
  [[...tested, 'failed'], 'recovered', 'FIX'],
  [[...tested, 'passed', 'due', 'failed'], 'recovered', 'RESTART'],
  [started, 'toolchain', 'BUILD'],
  [started, 'claimed', 'BUILD'],
  [[...started, 'built'], 'claimed', 'DEPLOY'],
  [[...started, 'built'], 'queued', 'SETUP'],
  [tested, 'claimed', 'TEST'],
  [tested, 'begun', 'TEST'],
  [[...tested, 'failed'], 'claimed', 'FIX'],
  [[...tested, 'passed'], 'missed', 'STOPPED'],
  [[...tested, 'passed', 'due'], 'missed', 'STOPPED'],
  [[...tested, 'passed', 'due', 'passed'], 'missed', 'STOPPED'],
  [[...tested, 'passed', 'due', 'failed'], 'claimed', 'RESTART'],
  [approving, 'expired', 'STOPPED'],
  [['begin', 'confirmed'], 'ready', 'BUILD'],
  [started, 'built', 'DEPLOY'],
  [started, 'failed', 'FIX'],
  [[...started, 'built'], 'deployed', 'TEST'],
  [[...started, 'built'], 'failed', 'FIX'],
  [tested, 'passed', 'WAIT_1HR'],
  [tested, 'failed', 'FIX'],
  [tested, 'inconclusive', 'TEST'],
  [[...tested, 'inconclusive'], 'inconclusive', 'STOPPED'],
  [[...tested, 'inconclusive'], 'passed', 'WAIT_1HR'],
  [[...tested, 'failed'], 'fixed', 'BUILD'],
  [mended, 'green', 'TEST'],
  [[...mended, 'green'], 'passed', 'WAIT_1HR'],
  [[...mended, 'green'], 'failed', 'FIX'],
  [mended, 'still-red', 'FIX'],
  [mended, 'unclear', 'TEST'],
  [[...mended, 'unclear'], 'unclear', 'STOPPED'],
  [[...mended, 'unclear'], 'green', 'TEST'],
  [[...mended, 'unclear', 'green'], 'inconclusive', 'TEST'],
  [[...tested, 'failed'], 'gave-up', 'AWAIT_PUSH'],
  [[...tested, 'failed'], 'no-fix-command', 'AWAIT_PUSH'],
  [[...tested, 'failed', 'no-fix-command'], 'pushed', 'BUILD'],
  [[...tested, 'passed'], 'due', 'TEST'],
  [[...tested, 'passed', 'due'], 'passed', 'WAIT_6HR'],
  [[...tested, 'passed', 'due'], 'failed', 'RESTART'],
  [[...tested, 'passed', 'due', 'passed'], 'due', 'TEST'],
  [[...tested, 'passed', 'due', 'passed', 'due'], 'passed', 'COMPLETE'],
  [[...tested, 'passed', 'due', 'passed', 'due'], 'failed', 'RESTART'],
  [[...tested, 'passed', 'due', 'failed'], 'restart', 'SETUP'],
  [approving.slice(0, -1), 'passed', 'AWAIT_APPROVAL'],
  [approving, 'approved', 'COMPLETE'],
  [approving, 'rejected', 'STOPPED'],
]

const ends = ['stop', 'superseded', 'unrecoverable'] as const

describe('the diagram', () => {
  test.each(diagram.map(([before, event, to]) => [`${at(...before).state} ${event}`, before, event, to] as const))(
    '%s',
    (_, before, event, to) => {
      const session = at(...before, event)
      expect(session).toMatchObject({ state: to, changedAt: 1000 * (before.length + 1) })
      // What a rule did is no reason why the session stands where it does.
      const told = event === 'recovered' ? fold('s', story(...before)).why : `because ${event}`
      expect(session.why).toContain(told)
    },
  )

  test('has a case for every state and event of the table', () => {
    const drawn = new Set(diagram.map(([before, event]) => `${at(...before).state} ${event}`))
    const known = stateNames.flatMap((state) => Object.keys(table[state]).map((event) => `${state} ${event}`))
    const anywhere = (k: string): boolean => ends.some((e) => k.endsWith(` ${e}`))
    expect(known.filter((k) => !drawn.has(k) && !anywhere(k))).toEqual([])
    expect(known, 'each event has facts and a meaning').toEqual(
      stateNames
        .flatMap((state) => Object.keys(rows[state]).map((event) => `${state} ${event}`))
        .sort((a, b) => known.indexOf(a) - known.indexOf(b)),
    )
  })

  test('knows nothing else: any other event of any state is refused', () => {
    const events = new Set([...stateNames.flatMap((s) => Object.keys(table[s])), 'toString', 'constructor', ''])
    for (const [before] of diagram) {
      const session = at(...before)
      const known = [...events].filter(
        (event) => next(story(...before), session, { event, why: '', facts: {} } as StageResult, 1) !== undefined,
      )
      expect(known.sort()).toEqual(Object.keys(table[session.state]).sort())
    }
  })

  test.each(ends)('%s ends every state but the finals, and counts as no work', (event) => {
    for (const [before] of diagram) {
      const [was, now] = [at(...before), at(...before, event)]
      expect(now).toMatchObject({
        state: 'STOPPED',
        counters: was.counters,
        lastTestAt: was.lastTestAt,
        checkpointsTaken: was.checkpointsTaken,
      })
      expect(next(story(...before, event), now, { event, why: '', facts: {} }, 9)).toBeUndefined()
    }
    expect(stateNames.filter(isFinal)).toEqual(['COMPLETE', 'STOPPED'])
    const complete = [...tested, 'passed', 'due', 'passed', 'due', 'passed'] as const
    expect(next(story(...complete), at(...complete), { event, why: '', facts: {} }, 9)).toBeUndefined()
  })
})

describe('soak', () => {
  test('1 h, then 6 h, then complete, each due from entering the wait', () => {
    const entries = story(...tested, 'passed', 'due', 'passed', 'due', 'passed')
    expect(path(entries)).toBe('IDLE INTERVIEW SETUP BUILD DEPLOY TEST WAIT_1HR TEST WAIT_6HR TEST COMPLETE')
    expect(at(...tested, 'passed').waitUntil).toBe(6000 + hour)
    expect(at(...tested, 'passed', 'due').waitUntil).toBeNull()
    expect(at(...tested, 'passed', 'due', 'passed').waitUntil).toBe(8000 + 6 * hour)
    expect(fold('s', entries)).toMatchObject({
      checkpointsLeft: [],
      checkpointsTaken: ['WAIT_1HR', 'WAIT_6HR'],
      counters: { builds: 1, deploys: 1, tests: 3, fixes: 0 },
      lastTestAt: 10_000,
    })
  })
  test.each([
    [['WAIT_6HR'], 'WAIT_6HR TEST COMPLETE'],
    [['WAIT_6HR', 'WAIT_1HR'], 'WAIT_1HR TEST WAIT_6HR'],
    [['WAIT_1HR', 'WAIT_1HR'], 'WAIT_1HR TEST COMPLETE'],
    [[], 'COMPLETE'],
  ] as const)('a plan that says %j', (soak, expected) => {
    const start = ['begin', ['confirmed', { soak, proof: 'logs' }], 'ready', 'built', 'deployed', 'passed'] as const
    const rest = expected.includes(' ') ? (['due', 'passed'] as const) : []
    expect(path(story(...start, ...rest))).toBe(`IDLE INTERVIEW SETUP BUILD DEPLOY TEST ${expected}`)
  })
  test.each([['NEVER', 5], 'WAIT_1HR', null])('a soak of %j is refused when it is read', (soak) => {
    const [begin] = story('begin')
    const entry = kit.foreignEntry(begin === undefined ? [] : [begin], {
      from: 'INTERVIEW',
      event: 'confirmed',
      to: 'SETUP',
      facts: {
        planDigest: 'd'.repeat(64).replaceAll('d', 'a'),
        confirmedBy: 'x',
        onBusy: 'queue',
        restarts: 3,
        preemptible: false,
        proof: 'logs',
        soak,
      },
    })
    expect(entryShape(entry)).toContain('.facts.soak')
  })
  test('manual-verify: the approval comes after the last checkpoint', () => {
    const start = [
      'begin',
      ['confirmed', { soak: ['WAIT_1HR'], proof: 'manual-verify' }],
      'ready',
      'built',
      'deployed',
      'passed',
    ] as const
    expect(path(story(...start, 'due', 'passed', 'approved'))).toMatch(/TEST WAIT_1HR TEST AWAIT_APPROVAL COMPLETE$/)
  })
  test('a checkpoint that may be noise is tested once more, and twice at most', () => {
    const once = [...tested, 'passed', 'due', 'inconclusive'] as const
    expect(at(...once)).toMatchObject({ state: 'TEST', checkpoint: { name: 'WAIT_1HR' }, checkpointsTaken: [] })
    expect(path(story(...once, 'passed', 'due', 'passed'))).toMatch(/WAIT_1HR TEST TEST WAIT_6HR TEST COMPLETE$/)
    expect(at(...once, 'failed').state).toBe('RESTART')
    expect(at(...once, 'inconclusive').state).toBe('STOPPED')
    // A checkpoint begins anew: what an earlier one left open is forgotten.
    expect(at(...once, 'passed', 'due', 'inconclusive').state).toBe('TEST')
  })
  test('a regression starts the full loop, with all checkpoints ahead again', () => {
    const restarted = at(...tested, 'passed', 'due', 'passed', 'due', 'failed', 'restart')
    expect(restarted).toMatchObject({ state: 'SETUP', checkpointsLeft: ['WAIT_1HR', 'WAIT_6HR'], checkpointsTaken: [] })
    const again = ['ready', 'built', 'deployed', 'passed', 'due', 'passed', 'due', 'passed'] as const
    expect(path(story(...tested, 'passed', 'due', 'failed', 'restart', ...again))).toMatch(
      /RESTART SETUP BUILD DEPLOY TEST WAIT_1HR TEST WAIT_6HR TEST COMPLETE$/,
    )
    expect(at(...tested, 'passed', 'due', 'failed', 'restart', 'ready', 'built', 'deployed', 'failed').state).toBe(
      'FIX',
    )
  })
})

describe('budgets', () => {
  const failedBuild = ['failed', 'fixed'] as const
  test('three failed builds in a row stop the session and ask a person', () => {
    const session = at(...started, ...failedBuild, ...failedBuild, 'failed')
    expect(session).toMatchObject({ state: 'STOPPED', counters: { builds: 3, fixes: 2 } })
    expect(session.why).toContain('3 failed builds')
  })
  test('good builds between them, and a push by a person, start the count anew', () => {
    const good = ['built', 'deployed', 'failed', 'fixed'] as const
    expect(at(...started, ...good, ...good, ...good, 'failed').state).toBe('FIX')
    expect(at(...started, ...failedBuild, ...failedBuild, ...good, ...failedBuild, 'failed').state).toBe('FIX')
    expect(at(...started, ...failedBuild, 'failed', 'no-fix-command', 'pushed', ...failedBuild, 'failed').state).toBe(
      'FIX',
    )
  })
  test('inconclusive counts in a row only', () => {
    const start = ['begin', noSoak, 'ready', 'built', 'deployed'] as const
    expect(at(...start, 'inconclusive', 'failed', 'fixed', 'built', 'deployed', 'inconclusive').state).toBe('TEST')
    expect(at(...start, 'inconclusive', 'inconclusive').why).toContain('inconclusive twice')
  })
})

const out = (node: string) => ({ node, stage: 'SETUP', code: 'T001', message: 'gone' })

describe('what a session has learned', () => {
  const setup = ['ready', { excluded: [out('a')] }] as const
  const deployed = ['deployed', { excluded: [out('b')] }] as const
  test('a new build forgets the old deploy, so that a node it failed on is tried again', () => {
    expect(at('begin', 'confirmed', setup, 'built', deployed).newest).toMatchObject({
      SETUP: { facts: { excluded: [out('a')] } },
      DEPLOY: { facts: { excluded: [out('b')] } },
    })
    const rebuilt = at('begin', 'confirmed', setup, 'built', ['failed', { excluded: [out('b')] }], 'fixed').newest
    expect(rebuilt.SETUP?.facts).toMatchObject({ excluded: [out('a')] })
    expect([rebuilt.DEPLOY, rebuilt.BUILD]).toEqual([undefined, undefined])
  })
  test('a restart forgets the old setup, never the interview', () => {
    const { newest } = at('begin', 'confirmed', setup, 'built', deployed, 'passed', 'due', 'failed', 'restart')
    expect([newest.SETUP, newest.DEPLOY]).toEqual([undefined, undefined])
    expect(newest.INTERVIEW?.facts).toMatchObject(soaking)
  })
  test('checkpoint tests keep the deploy they measure', () => {
    expect(at('begin', 'confirmed', setup, 'built', deployed, 'passed', 'due').newest.DEPLOY?.facts).toMatchObject({
      excluded: [out('b')],
    })
  })
})

test('states that wait say who goes on with them, and only such', () => {
  expect(stateNames.filter((s) => traitsOf(s).waitsFor !== undefined).sort()).toEqual([
    'AWAIT_APPROVAL',
    'AWAIT_PUSH',
    'WAIT_1HR',
    'WAIT_6HR',
  ])
})

describe('notes and claims', () => {
  test('a claim does no work and forgets nothing; the next transition ends the count', () => {
    const before = at(
      'begin',
      'confirmed',
      ['ready', { excluded: [out('a')] }],
      'built',
      ['deployed', { peerIds: {} }],
      'passed',
      'due',
    )
    const after = at(
      'begin',
      'confirmed',
      ['ready', { excluded: [out('a')] }],
      'built',
      ['deployed', { peerIds: {} }],
      'passed',
      'due',
      ['claimed', {}, { by: { kind: 'process', host: 'h', pid: 1 } }],
    )
    expect(after).toMatchObject({
      state: 'TEST',
      counters: before.counters,
      newest: before.newest,
      checkpoint: { name: 'WAIT_1HR', dueAt: before.checkpoint?.dueAt },
      claimsInARow: 1,
      by: { pid: 1 },
    })
    expect(at(...tested, 'passed', 'due', 'claimed', 'claimed', 'passed')).toMatchObject({
      claimsInARow: 0,
      checkpoint: null,
      checkpointsTaken: ['WAIT_1HR'],
    })
  })
  test('lateness follows from the times of the chain, not from what the claimant says', () => {
    const late = next(
      story(...tested, 'passed'),
      at(...tested, 'passed'),
      { event: 'due', why: '', facts: { checkpoint: { name: 'WAIT_6HR', dueAt: 1, takenAt: 1, latenessMs: 0 } } },
      6000 + hour + 5 * hour,
    )
    expect(fold('s', [...story(...tested, 'passed'), ...(late === undefined ? [] : [late])]).checkpoint).toEqual({
      name: 'WAIT_1HR',
      dueAt: 6000 + hour,
      takenAt: 6000 + 6 * hour,
      latenessMs: 5 * hour,
    })
    const over = late === undefined ? [] : [...story(...tested, 'passed'), late]
    const again = next(over, fold('s', over), { event: 'claimed', why: '', facts: {} }, 6000 + 20 * hour)
    expect(fold('s', [...over, ...(again === undefined ? [] : [again])]).checkpoint, 'taken over').toEqual({
      name: 'WAIT_1HR',
      dueAt: 6000 + hour,
      takenAt: 6000 + 20 * hour,
      latenessMs: 19 * hour,
    })
  })
  test('who holds the fleet is known until something else happens', () => {
    const queued = ['queued', { holder: 'other', who: 'ann', until: 5 }] as const
    expect(at('begin', 'confirmed', queued)).toMatchObject({
      state: 'SETUP',
      queued: { holder: 'other', who: 'ann', until: 5 },
      unattended: true,
      newest: { INTERVIEW: { facts: soaking } },
    })
    expect(at('begin', 'confirmed', queued, 'claimed').queued).not.toBeNull()
    expect(at('begin', 'confirmed', queued, 'claimed', 'ready')).toMatchObject({ queued: null, unattended: true })
  })
  test('a fleet that is busy at DEPLOY is waited for in SETUP, and what was built for it is not known any more', () => {
    const waits = at('begin', 'confirmed', ['ready', { excluded: [out('a')] }], 'built', [
      'queued',
      { holder: 'other', who: 'ann', until: 5 },
    ])
    expect(waits).toMatchObject({
      state: 'SETUP',
      queued: { holder: 'other' },
      unattended: true,
      counters: { builds: 1, deploys: 0 },
      newest: { INTERVIEW: { facts: soaking } },
    })
    expect([waits.newest.SETUP, waits.newest.BUILD, waits.newest.DEPLOY]).toEqual([undefined, undefined, undefined])
  })
  test('a toolchain reason is no failed build, and is known to the next one', () => {
    const before = [{ source: 'zigbuild', reason: 'toolchain', message: 'z' }] as const
    expect(at(...started, ['toolchain', { before }])).toMatchObject({
      state: 'BUILD',
      counters: { builds: 0 },
      failedBuildsInARow: 0,
      newest: { BUILD: { facts: { before } } },
    })
    expect(at(...started, ['toolchain', { before }], 'failed', 'fixed').newest.BUILD).toBeUndefined()
  })
  test('a program that regresses each time does not hold a fleet for ever', () => {
    const loop = ['ready', 'built', 'deployed', 'passed', 'due', 'failed'] as const
    const again = ['restart', ...loop] as const
    expect(at('begin', 'confirmed', ...loop, ...again, ...again).state).toBe('RESTART')
    expect(at('begin', 'confirmed', ...loop, ...again, ...again, ...again)).toMatchObject({
      state: 'STOPPED',
      counters: { restarts: 3 },
    })
  })
})

const happened = (entries: readonly Entry[], event: string, why: string, own: object): StageResult => {
  const usual = kit.resultOf(entries, event as EventName)
  return { ...usual, why, facts: { ...usual.facts, ...own } } as StageResult
}

test('whatever happens, the fold is where the last entry leads, and the chain is whole', () => {
  const events = [...new Set(stateNames.flatMap((s) => Object.keys(table[s])))]
  const soak = fc.subarray(['WAIT_1HR', 'WAIT_6HR'] as const)
  const wish = fc.oneof(
    { weight: 20, arbitrary: fc.nat(5) },
    { weight: 3, arbitrary: fc.constantFrom(...events) },
    { weight: 1, arbitrary: fc.constantFrom('stop', 'unrecoverable') },
  )
  const happening = fc.record({ wish, at: fc.nat(), why: fc.string(), note: fc.jsonValue({ maxDepth: 1 }) })
  const ended: string[] = []
  fc.assert(
    fc.property(
      fc.array(happening, { maxLength: 60, size: 'max' }),
      soak,
      fc.constantFrom('logs', 'manual-verify'),
      (happenings, plan, proof) => {
        let entries: readonly Entry[] = []
        for (const h of happenings) {
          const session = fold('s', entries)
          const known = Object.keys(table[session.state])
          const likely = known.filter((k) => !ends.some((e) => e === k))
          const event = typeof h.wish === 'string' ? h.wish : (likely[h.wish % likely.length] ?? 'begin')
          const entry = next(
            entries,
            session,
            // Also events that the state does not know, with whatever beside the facts.
            happened(
              entries,
              event,
              h.why,
              event === 'confirmed' ? { soak: plan, proof, note: h.note } : { note: h.note },
            ),
            h.at,
          )
          expect(entry === undefined).toBe(!known.includes(event))
          if (entry !== undefined) entries = [...entries, entry]
        }
        const session = fold('s', entries)
        expect(session.state).toBe(entries.at(-1)?.to ?? 'IDLE')
        expect(entries.every((e, i) => e.from === (entries[i - 1]?.to ?? 'IDLE'))).toBe(true)
        expect(chainFaults(entries)).toEqual([])
        expect(fold('s', JSON.parse(JSON.stringify(entries)) as Entry[])).toEqual(JSON.parse(JSON.stringify(session)))
        expect(session.failedBuildsInARow).toBeLessThanOrEqual(3)
        expect(session.inconclusiveInARow).toBeLessThanOrEqual(2)
        expect([...session.checkpointsTaken, ...session.checkpointsLeft].length).toBeLessThanOrEqual(plan.length)
        if (session.state === 'COMPLETE') expect(session.checkpointsTaken).toEqual(plan)
        ended.push(session.state)
      },
    ),
    { numRuns: 300 },
  )
  expect(new Set(ended).size).toBeGreaterThan(6)
})
