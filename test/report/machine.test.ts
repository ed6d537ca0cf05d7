/** What programs read: titles, annotations, the in-toto predicate, comparisons and facts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold } from '../../src/domain/session.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { annotations } from '../../src/report/annotations.ts'
import { compare, lastProofOf, type Comparison } from '../../src/report/comparison.ts'
import { demandsOf, weakerThan } from '../../src/domain/demands.ts'
import type { BuildRecord } from '../../src/domain/build.ts'
import { entryShape } from '../../src/domain/events/check.ts'
import { originOf, subjectOf, testsOf } from '../../src/domain/events/readers.ts'
import { buildRecord } from '../kit/facts.ts'
import { planOf } from '../kit/plan.ts'
import { foreignEntry } from '../kit/session.ts'
import { httpsUrl } from '../../src/report/link.ts'
import { blocksMarkdown } from '../../src/report/markdown.ts'
import { link, paragraph } from '../../src/report/section.ts'
import { testResultPredicate } from '../../src/report/predicate.ts'
import { comparisonSection } from '../../src/report/sections/comparison.ts'
import { verdictTitle } from '../../src/report/verdict-title.ts'
import { nineNodes, run } from '../domain/fixtures.ts'
import {
  begun,
  buildFailed,
  claimed,
  commit,
  deployed,
  evil,
  failed,
  passed,
  planOf as planFor,
  runUrl,
  soaked,
  started,
  story,
  type Step,
} from './surfaces.ts'

const comparisonMarkdown = (c: Comparison): string => blocksMarkdown(comparisonSection(c).blocks)
const linkMarkdown = (label: string, to: string): string => blocksMarkdown([paragraph(link(label, to))])

const mixed = run({
  attempts: {
    'saorsa-5→saorsa-6': { path: 'none' },
    'saorsa-8→saorsa-2': { counters: 'null' },
    'saorsa-7→saorsa-2': { path: 'none', fault: 'infra' },
  },
  absent: { 'saorsa-9': 'unreachable' },
})
const of = (steps: readonly Step[]) => {
  const entries = story(steps)
  return { entries, session: fold('s1', entries) }
}

describe('a title', () => {
  const inconclusive: readonly Step[] = [...deployed, ['inconclusive', { reasons: ['no attempt was counted'] }]]
  test.each<[string, Parameters<typeof verdictTitle>[0], string]>([
    ['passed, soak to come', of(passed), 'passed: direct 40/40, relay 9/10; WAIT_1HR is due 2026-01-31T09:05:00.000Z'],
    ['failed', of(failed), 'failed: relay: 9/10 = 90 %, target 100 % (direct 40/40, relay 9/10)'],
    ['inconclusive', of(inconclusive), 'inconclusive (counts as a failure): no attempt was counted'],
    [
      'the end of a soak',
      of([...soaked, 'due', 'passed']),
      'passed: direct 40/40, relay 9/10; soak checkpoints taken: WAIT_1HR, WAIT_6HR',
    ],
    ['a failed build', of(buildFailed), 'failed: BUILD: src/main.rs:12: mismatched types'],
    [
      'a failed deploy',
      of([...deployed.slice(0, -1), ['failed', {}, { why: 'saorsa-4: disk full' }]]),
      'failed: DEPLOY: saorsa-4: disk full',
    ],
    [
      'a stop',
      of([...begun, ['stop', {}, { why: 'by alice' }]]),
      'stopped (counts as a failure): stopped by a person; by alice',
    ],
    [
      'a missed checkpoint',
      of([...passed, ['missed', {}, { why: 'missed' }]]),
      'stopped (counts as a failure): a checkpoint was missed; missed',
    ],
    ['a build that runs', of(begun), 'no verdict yet: BUILD: because ready'],
    [
      'a verdict that is not recorded yet',
      { ...of(deployed), verdict: verdict(run()) },
      'passed: direct 40/40, nat_traversed 30/30, relay 10/10; rests on grade A: the payload itself, found with the receiver',
    ],
    [
      'a checkpoint that is not recorded yet',
      { ...of(claimed), verdict: verdict(run({ attempts: { 'class:relay': { path: 'none' } } })) },
      'failed: relay: 0/10 = 0 %, target 100 % (direct 40/40, nat_traversed 30/30, relay 0/10)',
    ],
    [
      'entries that say better than the evidence',
      { ...of(passed), verdict: verdict(run({ attempts: { 'class:relay': { path: 'none' } } })) },
      'failed: relay: 0/10 = 0 %, target 100 % (direct 40/40, nat_traversed 30/30, relay 0/10); WAIT_1HR is due 2026-01-31T09:05:00.000Z',
    ],
    [
      'confirm: modify',
      { session: null, entries: [], notTested: 'confirm: modify' },
      'nothing was tested (confirm: modify)',
    ],
    ['nothing', { session: null, entries: [] }, 'nothing was tested'],
  ])('%s', (_, input, expected) => expect(verdictTitle(input)).toBe(expected))
  test('remarks are cut before what is due, or still counts as a failure', () => {
    const remarks = ['1 test of this program begun before and not ended', 'r'.repeat(200)]
    for (const [proof, end] of [
      ['logs', '; WAIT_1HR is due 2026-01-31T09:05:00.000Z'],
      [
        'manual-verify',
        "; WAIT_1HR is due 2026-01-31T09:05:00.000Z, and then a person's approval (counts as a failure until then)",
      ],
    ] as const) {
      const confirmed: Step = ['confirmed', { soak: ['WAIT_1HR'], proof }]
      const steps: readonly Step[] = ['begin', confirmed, 'ready', 'built', 'deployed', ['passed', { remarks }]]
      const title = verdictTitle(of(steps))
      expect(title.length).toBe(200)
      expect(title).toMatch(/^passed: direct 40\/40, relay 9\/10; 1 test of this program begun before/)
      expect(title.endsWith(end), title).toBe(true)
    }
  })
  test('is one short line of visible characters, whatever it tells', () => {
    for (const why of [evil, '\u{1f642}'.repeat(500), `a${'\u{1f642}'.repeat(500)}`]) {
      const title = verdictTitle(of([...begun, ['stop', {}, { why }]]))
      expect(title.length).toBeLessThanOrEqual(200)
      expect(title.isWellFormed()).toBe(true)
      expect(title).not.toMatch(/[\n\u001b\u202e]/)
    }
  })
})

describe('annotations', () => {
  test('a compile error at its file and line; a path out of the checkout has none', () => {
    const { session, entries } = of(buildFailed)
    expect(annotations(session, entries, null)).toEqual([
      { level: 'error', title: 'the build failed', message: 'mismatched types', file: 'src/main.rs', line: 12 },
      { level: 'error', title: 'the build failed', message: 'out' },
      { level: 'error', title: 'the build failed', message: 'no place', file: 'Cargo.toml' },
    ])
  })
  test('reasons, failed pairs together, pairs that do not count', () => {
    const { session, entries } = of(deployed)
    const list = annotations(session, entries, verdict(mixed))
    expect(list.map((a) => [a.level, a.title])).toEqual(
      expect.arrayContaining([
        ['error', '1 of 72 pairs failed'],
        ['warning', '2 of 72 pairs were tried and could not be counted'],
      ]),
    )
    expect(list.find((a) => a.title.includes('pairs failed'))?.message).toContain(
      'saorsa-5 → saorsa-6: expected end-to-end, saw nothing delivered',
    )
  })
  test('at most nine, because the end of the step is the tenth, the worst first, the rest told in the last', () => {
    const { session, entries } = of(failed)
    const many = verdict({
      ...mixed,
      findings: Array.from({ length: 30 }, (_, n) => ({
        kind: 'skewed-clock' as const,
        message: `${evil} ${n} ${'x'.repeat(500)}`,
        attempts: [],
      })),
    })
    const list = annotations(session, entries, many)
    expect(list).toHaveLength(9)
    expect(list.map((a) => a.level)).toEqual(
      list
        .map((a) => a.level)
        .toSorted((a, b) => ['error', 'warning', 'notice'].indexOf(a) - ['error', 'warning', 'notice'].indexOf(b)),
    )
    expect(list.at(-1)?.title).toMatch(/^\d+ more$/)
    for (const a of list) {
      expect(a.message.length).toBeLessThanOrEqual(4000)
      expect(a.message + a.title).not.toMatch(/[\u001b\u202e\r]|[\ud800-\udfff](?![\udc00-\udfff])/u)
    }
  })
  test('what a person did comes after what went wrong', () => {
    const { session, entries } = of([...begun, ['stop', {}, { why: 'by alice' }]])
    expect(
      annotations(session, entries, verdict(mixed))
        .map((a) => a.level)
        .at(-1),
    ).toBe('notice')
  })
  test('nothing wrong, nothing said; a native build instead is', () => {
    const { session, entries } = of(passed)
    expect(annotations(session, entries, null)).toEqual([])
    const again = of([...begun, ['toolchain', {}, { why: 'zig was not found' }]])
    expect(annotations(again.session, again.entries, null)).toEqual([
      {
        level: 'notice',
        title: 'zigbuild failed, built natively',
        message: 'natively on the build host; zig was not found',
      },
    ])
  })
  test('a stop by the program is an error', () => {
    const { session, entries } = of([...begun, ['unrecoverable', {}, { why: 'no node answers' }]])
    expect(annotations(session, entries, null)).toEqual([
      { level: 'error', title: 'stopped in BUILD', message: 'no node answers' },
    ])
  })
})

describe('the predicate', () => {
  const judged = verdict(mixed)
  const predicate = testResultPredicate({ verdict: judged, plan: planFor(mixed), url: runUrl })
  test('has what in-toto test-result v0.1 asks for', () => {
    expect(Object.keys(predicate)).toEqual([
      'result',
      'configuration',
      'url',
      'passedTests',
      'warnedTests',
      'failedTests',
    ])
    expect(['PASSED', 'FAILED']).toContain(predicate.result)
    for (const { name, digest } of predicate.configuration)
      expect([name, digest['sha256']]).toEqual([expect.any(String), expect.stringMatching(/^[0-9a-f]{64}$/)])
  })
  test('a pair that nobody counted is no test that passed with a warning; one that was not tried is no test', () => {
    expect(predicate.failedTests).toEqual(
      expect.arrayContaining(['saorsa-5 → saorsa-6', 'saorsa-7 → saorsa-2', 'saorsa-8 → saorsa-2']),
    )
    expect(
      [...predicate.passedTests, ...predicate.warnedTests, ...predicate.failedTests].filter((n) =>
        n.includes('saorsa-9'),
      ),
    ).toEqual([])
    const relays = testResultPredicate({ verdict: verdict(run({ attempts: {} })), plan: planFor(mixed), url: null })
    expect([relays.result, relays.passedTests.length, relays.failedTests.length, 'url' in relays]).toEqual([
      'PASSED',
      72,
      0,
      false,
    ])
  })
  test.each([
    ['passed', 'PASSED'],
    ['inconclusive', 'FAILED'],
    ['failed', 'FAILED'],
  ] as const)('%s is %s', (result, expected) =>
    expect(testResultPredicate({ verdict: { ...judged, result }, plan: planFor(mixed), url: 'http://x' }).result).toBe(
      expected,
    ),
  )
})

describe('a comparison', () => {
  const counted = (successes: number, attempts: number) => ({ attempts, successes, planned: 0, tried: 0, recovered: 0 })
  const base = {
    counts: { connectivity: { direct: counted(40, 40), relay: counted(1, 3) } },
    session: 's0',
    commit: null,
    at: started,
    branch: 'main',
    project: 'ant-quic',
    fleet: 'lab',
    checkpoint: null,
    demands: { nodes: 9, 'connectivity: target of relay': 100 },
  }
  const asked = base.demands
  test('counts on both sides and points between them', () => {
    const md = comparisonMarkdown(
      compare(
        { connectivity: { direct: counted(39, 40), relay: counted(2, 3), nat_traversed: counted(0, 0) } },
        base,
        asked,
      ),
    ).split('\n')
    expect(md.slice(-3)).toEqual([
      '| direct | 39/40 = 97.5 % | 40/40 = 100 % | −2.5 points |',
      '| nat\\_traversed | 0/0 | – | – |',
      '| relay | 2/3 = 66.7 % | 1/3 = 33.3 % | +33.3 points |',
    ])
  })
  test('every suite and group, with the suite before it where there are several', () => {
    const now = { connectivity: { direct: counted(39, 40) }, command: { smoke: counted(2, 3) } }
    expect(
      comparisonMarkdown(compare(now, base, asked))
        .split('\n')
        .slice(-3),
    ).toEqual([
      '| command: smoke | 2/3 = 66.7 % | – | – |',
      '| connectivity: direct | 39/40 = 97.5 % | 40/40 = 100 % | −2.5 points |',
      '| connectivity: relay | – | 1/3 = 33.3 % | – |',
    ])
  })
  test('a difference is never rounded away', () =>
    expect(
      comparisonMarkdown(
        compare(
          { connectivity: { direct: counted(9999, 10_000) } },
          { ...base, counts: { connectivity: { direct: counted(1, 1) } } },
          asked,
        ),
      ),
    ).toContain('−0.1 points'))
  test('where less is demanded than of the base, it says what, and what is demanded more is no matter', () => {
    const { weaker, ...rest } = compare({}, base, { nodes: 10, 'connectivity: target of relay': 0 })
    expect(weaker).toEqual(['connectivity: target of relay 0, was 100'])
    expect(compare({}, base, { nodes: 9 }).weaker).toEqual(['connectivity: target of relay not asked for, was 100'])
    expect(comparisonMarkdown({ ...rest, weaker })).toContain('Less is demanded here than there')
    expect(comparisonMarkdown(compare({}, base, asked))).not.toContain('Less is demanded')
  })
  test('the demands are those of the plan, and all-pass asks for everything', () => {
    const plan = planOf()
    const threshold = {
      ...plan,
      answers: { ...plan.answers, criteria: { ...plan.answers.criteria, value: 'threshold' as const } },
    }
    const allPass = {
      ...plan,
      answers: { ...plan.answers, criteria: { ...plan.answers.criteria, value: 'all-pass' as const } },
    }
    expect(weakerThan(demandsOf(threshold), demandsOf(allPass))).toContain('connectivity: target of direct 99, was 100')
    expect(weakerThan(demandsOf(allPass), demandsOf(allPass))).toEqual([])
  })
  test('without a base it says so', () =>
    expect(comparisonMarkdown(compare({ connectivity: { direct: counted(1, 1) } }, null, asked))).toBe(
      'The base branch has no recorded test of this project on this fleet: nothing to compare with.',
    ))
  describe('the base', () => {
    /** A session as a plan job begins it. */
    const at = (
      id: string,
      steps: readonly Step[],
      when: number,
      { project = 'testnet', fleet = 'lab', branch = 'main', event = 'push' } = {},
    ) => {
      const begin: Step = ['begin', { origin: { branch, commit, event, repository: null, actor: null } }]
      const plan = planOf({ project, fleet: { ...nineNodes, name: fleet } })
      return { entries: story([begin, ...steps.slice(1)], id, when, plan) }
    }
    const alike = { branch: 'main', project: 'testnet', fleet: 'lab' }
    test("is the branch's newest recorded test, and no pull request's", () => {
      expect(
        lastProofOf(
          [
            at('old', passed, started),
            at('new', failed, started + 1e6),
            at('pr', passed, started + 1e7, { event: 'pull_request' }),
            at('building', begun, started + 1e8),
          ],
          alike,
        )?.session,
      ).toBe('new')
      expect(lastProofOf([at('old', passed, started)], { ...alike, branch: 'other' })).toBeNull()
    })
    const three = [
      at('same', passed, started),
      at('another project', failed, started + 1e6, { project: 'ant-quic' }),
      at('another fleet', failed, started + 1e7, { fleet: 'saorsa' }),
      at('release', failed, started + 1e8, { branch: 'release' }),
    ]
    test.each([
      [{}, 'same'],
      [{ project: 'ant-quic' }, 'another project'],
      [{ fleet: 'saorsa' }, 'another fleet'],
      [{ branch: 'release' }, 'release'],
      [{ project: 'ant-quic', fleet: 'saorsa' }, undefined],
      [{ fleet: null }, undefined],
      [{ project: null }, undefined],
    ])('of %j is of the same project and fleet: %s', (asked, session) =>
      expect(lastProofOf(three, { ...alike, ...asked })?.session).toBe(session),
    )
    test('says which fleet, which branch, which checkpoint', () => {
      const shown = (steps: readonly Step[]): string =>
        comparisonMarkdown(compare({}, lastProofOf([at('s0', steps, started)], alike), {}))
      expect(shown(passed)).toMatch(
        /^Compared with session `s0` of commit `c0ffeec0ffee` on `main`, fleet `lab`, recorded /,
      )
      expect(shown(soaked)).toMatch(/fleet `lab`, soak checkpoint WAIT\\_1HR, recorded /)
    })
    test('is of the commit that was tested, not of one that was pushed since', () => {
      const pushed: Step = [
        'pushed',
        { origin: { branch: 'main', commit: 'd'.repeat(40), event: 'push', repository: null, actor: null } },
      ]
      expect(lastProofOf([at('s0', [...failed, 'no-fix-command', pushed], started)], alike)?.commit).toBe(commit)
    })
  })
})

describe('facts are checked', () => {
  test('the subject is that of the tested commit, as BUILD writes it down', () => {
    const built = (from: BuildRecord['from']): Step => ['built', { build: { ...buildRecord, from } }]
    const git = buildRecord.from
    if (git.kind !== 'git') throw new Error('the record is of no commit')
    expect(subjectOf(story([...begun, 'built']))).toBe('mend it')
    for (const from of [
      { ...git, commit: 'd'.repeat(40), subject: 'a merge' },
      { kind: 'release', repository: 'o/r', tag: 'v1', asset: 'a', digest: 'matched' },
      { kind: 'none', why: 'no git' },
    ] as const)
      expect(subjectOf(story([...begun, built(from)]))).toBeNull()
    expect(subjectOf(story(begun))).toBeNull()
  })
  test('a claim or a stop is no test', () => expect(testsOf(story([...claimed, 'claimed', 'stop']))).toHaveLength(1))
  test('anything may stand in an entry: it is refused when it is read, or no reader falls over it', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.dictionary(
            fc.constantFrom(
              'counts',
              'by',
              'origin',
              'plan',
              'answers',
              'checkpoint',
              'artifact',
              'faults',
              'fences',
              'reasons',
            ),
            fc.jsonValue({ maxDepth: 3 }),
          ),
          { maxLength: 4 },
        ),
        (all) => {
          const good = story(failed).at(-1)
          const read = all
            .map((own) => foreignEntry([], { ...good, facts: { ...good?.facts, ...own } }))
            .filter((entry) => entryShape(entry) === null)
          const entries = [...story(deployed), ...read]
          expect(() => [
            testsOf(entries),
            originOf(entries),
            annotations(fold('s1', entries), entries, null),
            verdictTitle({ session: fold('s1', entries), entries }),
          ]).not.toThrow()
        },
      ),
    )
  })
})

describe('links', () => {
  test.each([
    ['http://x.example'],
    ['javascript:alert(1)'],
    ['https://a:b@x.example'],
    [7],
    [''],
    ['https://'],
    [`https://x.example/${'a'.repeat(3000)}`],
  ])('%j is none', (url) => expect(httpsUrl(url)).toBeNull())
  test('nothing ends one early, and a strange site is named', () => {
    expect(linkMarkdown('run', 'https://github.com/a/b')).toBe('[run](https://github.com/a/b)')
    expect(linkMarkdown('a]b', 'https://evil.example/x)|y <z> "')).toBe(
      '[a\\]b at evil.example](https://evil.example/x%29%7Cy%20%3Cz%3E%20%22)',
    )
  })
})
