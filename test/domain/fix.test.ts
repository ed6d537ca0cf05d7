/** What keeps a fix from being tried, and a change from being committed: each row as a value. */
import { expect, test } from 'vitest'
import { diagnosed, symptomsOf } from '../../src/domain/failed/diagnosis.ts'
import type { FixConfig } from '../../src/domain/fix/config.ts'
import {
  changeFault,
  endFault,
  repeatFault,
  testsFault,
  type Changed,
  type ChangeLook,
  guardedBy,
  guardedIn,
} from '../../src/domain/fix/guards.ts'
import { mendedFaults, mendedPlan } from '../../src/domain/fix/mended.ts'
import { planDigest, type Plan } from '../../src/domain/plan.ts'
import { rederivedFaults } from '../../src/domain/rederive/test.ts'
import { bundleOf } from '../kit/sealed.ts'
import { planOf } from '../kit/plan.ts'
import { fixBody, fixSubject } from '../../src/domain/fix/message.ts'
import { redNow } from '../../src/domain/fix/red.ts'
import { beforeIn, fixesOf, fixRefusal } from '../../src/domain/fix/refusals.ts'
import { executedTests } from '../../src/domain/fix/test-counts.ts'
import { fold } from '../../src/domain/session.ts'
import type { SuiteResults } from '../../src/domain/suites/suite.ts'
import { story, type Step } from '../kit/session.ts'

const file = (path: string, kind: Changed['kind'] = 'changed', allowed = true): Changed => ({ path, kind, allowed })
const look = (...changed: readonly Changed[]): ChangeLook => ({
  changed,
  irregular: [],
  tooLarge: null,
  secret: [],
  workflows: false,
})

test.each<readonly [string, ChangeLook, string | null]>([
  ['a file within the globs', look(file('src/a.rs')), null],
  ['nothing', look(), 'no change'],
  ['a file outside of them', look(file('src/a.rs'), file('b', 'added', false)), 'outside its paths'],
  ['a workflow, whatever the globs say', look(file('.github/workflows/ci.yml')), 'outside its paths'],
  ['an action', look(file('x/action.yml')), 'outside its paths'],
  ['a workflow that is allowed', { ...look(file('.github/workflows/ci.yml')), workflows: true }, null],
  [
    'the profile that the plan names',
    { ...look(file('sub/profiles/Mine.yaml')), guarded: guardedBy(['./profiles/mine.yaml', 'saorsa']) },
    'outside its paths',
  ],
  ['another profile', { ...look(file('profiles/other.yaml')), guarded: guardedBy(['./profiles/mine.yaml']) }, null],
  [
    'the list of known failures that the configuration names',
    {
      ...look(file('sub/Known.yaml')),
      guarded: guardedIn({ profile: 'testnet', knownFailuresFile: 'known.yaml' }, 'saorsa'),
    },
    'outside its paths',
  ],
  [
    'a file of that name, where the list stands in the configuration',
    {
      ...look(file('known.yaml')),
      guarded: guardedIn({ profile: 'testnet', knownFailuresFile: null }, 'saorsa'),
    },
    null,
  ],
  ['our configuration', { ...look(file('vps-test.yaml')), workflows: true }, 'outside its paths'],
  ['our configuration below', look(file('examples/p/vps-test.yaml')), 'outside its paths'],
  ['our configuration in its other place', look(file('.claude/vps-test/config.yaml')), 'outside its paths'],
  ["git's own", look(file('src/.git/hooks/post-checkout', 'added')), 'outside its paths'],
  ["git's own, written in capitals", look(file('src/.GIT/config', 'added')), 'outside its paths'],
  ["git's own, by its short name on NTFS", look(file('src/git~1/config', 'added')), 'outside its paths'],
  ["git's own, with dots that Windows drops", look(file('src/.git. ./config', 'added')), 'outside its paths'],
  ["git's own, with a stream of NTFS", look(file('src/.git::$INDEX_ALLOCATION/config', 'added')), 'outside its paths'],
  ["git's own, with a character that HFS+ drops", look(file('src/\u200c.git/config', 'added')), 'outside its paths'],
  ['a workflow, by a name that HFS+ reads so', look(file('.git\u200chub/workflows/ci.yml')), 'outside its paths'],
  ['our configuration by its other ending', look(file('vps-test.yml', 'added')), 'outside its paths'],
  ['and in its other place', look(file('.claude/vps-test.yml', 'added')), 'outside its paths'],
  ['what git makes of files', look(file('.gitattributes')), 'outside its paths'],
  ['a test that is gone', look(file('crates/a/tests/b.rs', 'deleted')), 'tests weakened'],
  ['another test that is gone', look(file('src/parse_test.go', 'deleted')), 'tests weakened'],
  ['a file that is gone and no test', look(file('src/latest.rs', 'deleted')), null],
  ['a link', { ...look(file('src/a.rs')), irregular: ['src/link'] }, 'no regular file'],
  ['a key that it was given', { ...look(file('src/a.rs')), secret: ['src/a.rs'] }, 'a secret'],
  ['too much', { ...look(), tooLarge: 'x is larger' }, 'too large'],
])('%s', (_, changes, reason) => expect(changeFault(changes)?.reason ?? null).toBe(reason))

test.each([
  [{ kind: 'exited', code: 0 }, null],
  [{ kind: 'exited', code: 7 }, 'command failed'],
  [{ kind: 'signalled', signal: 'SIGSEGV' }, 'command failed'],
  [{ kind: 'not started', why: 'no sh' }, 'command failed'],
  [{ kind: 'late' }, 'too long'],
  [{ kind: 'too much output' }, 'too much output'],
  [{ kind: 'too much memory' }, 'too much memory'],
  [{ kind: 'too many processes' }, 'too many processes'],
] as const)('a command that ended as %j', (ended, reason) => expect(endFault(ended)?.reason ?? null).toBe(reason))

test('a state that was tested before, and the same lines again, are no fix', () => {
  const before = { trees: ['t0', 't1'], diffs: ['d1'] }
  expect(repeatFault(before, { tree: 't0', diff: 'd2' })?.reason).toBe('same again')
  expect(repeatFault(before, { tree: 't2', diff: 'd1' })?.reason).toBe('same again')
  expect(repeatFault(before, { tree: 't2', diff: 'd2' })).toBeNull()
})

test('executed tests are counted, ignored ones are not', () => {
  const cargo = [
    'running 3 tests',
    'test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.00s',
    'test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out',
  ]
  expect(executedTests(cargo.join('\n'))).toBe(5)
  expect(executedTests('# tests 4\n# pass 2\n# fail 1\n# skipped 1')).toBe(3)
  expect(executedTests('==== 3 passed, 1 failed, 2 skipped in 0.12s ====')).toBe(4)
  expect(executedTests('all is well')).toBeNull()
})

test('fewer executed tests than before, or none that can be counted, weaken them; then they must pass', () => {
  const of = (before: number | null, after: number | null, code = 0) =>
    testsFault([{ command: 'cargo test', before, after, ended: { kind: 'exited', code } }])?.reason ?? null
  expect([of(3, 3), of(3, 4), of(null, null), of(null, 2)]).toEqual([null, null, null, null])
  expect([of(3, 2), of(3, null), of(3, 2, 101)]).toEqual(['tests weakened', 'tests weakened', 'tests weakened'])
  expect([of(3, 3, 101), of(null, null, 1)]).toEqual(['tests failed', 'tests failed'])
})

const config: FixConfig = {
  command: 'true',
  paths: ['**'],
  workflows: false,
  tests: [],
  maxAttempts: 2,
  timeoutMinutes: 1,
  memoryMb: 64,
  outputMb: 1,
  network: false,
  env: [],
  publish: null,
}
const commit = 'c0ffee'.repeat(6) + 'beef'
const source = { kind: 'build', workspace: '.', revision: commit } as const
const failed: readonly Step[] = ['begin', 'confirmed', 'ready', 'built', 'deployed', 'failed']
const again: readonly Step[] = ['fixed', 'built', 'deployed', 'failed']
const product = diagnosed(symptomsOf({ stage: 'TEST', why: 'direct: 1/2' }))
const standing = { plan: { source }, config, diagnosis: product, entries: story(failed), able: true }

test('a fix is tried for the program alone, by a machine that may, from a clean commit, so many times', () => {
  const harness = diagnosed(symptomsOf({ stage: 'TEST', why: '', reasons: [{ kind: 'invalid', text: 'the control' }] }))
  const infra = diagnosed(
    symptomsOf({ stage: 'DEPLOY', why: '', leftOut: [{ node: 'a', code: 'I150', why: 'no space' }] }),
  )
  expect(fixRefusal(standing)).toBeNull()
  expect(fixRefusal({ ...standing, diagnosis: harness })?.reason).toBe('not the program')
  expect(fixRefusal({ ...standing, diagnosis: infra })?.reason).toBe('not the program')
  expect(fixRefusal({ ...standing, able: false })?.reason).toBe('another machine')
  const dirty = { ...source, revision: `${commit}+0123456789ab` }
  expect(fixRefusal({ ...standing, plan: { source: dirty } })?.reason).toBe('no commit')
  expect(fixRefusal({ ...standing, plan: { source: { kind: 'file', path: '/p', sha256: '' } } })?.reason).toBe(
    'no commit',
  )
  expect(fixRefusal({ ...standing, entries: story([...failed, ...again]) })).toBeNull()
  const twice = [...failed, ...again, ...again]
  expect(fixRefusal({ ...standing, entries: story(twice) })?.reason).toBe('attempts used up')
  const pushed: readonly Step[] = [...twice, 'gave-up', 'pushed', 'built', 'deployed', 'failed']
  expect(fixRefusal({ ...standing, entries: story(pushed) })).toBeNull()
})

test('a fix is a plan of its own: its commit is what is built, tested and waited on', () => {
  const entries = story([...failed, 'fixed'])
  expect(fold('s', entries)).toMatchObject({ state: 'BUILD', counters: { fixes: 1 } })
  expect(fold('s', entries).newest).not.toHaveProperty('DEPLOY')
  expect(fixesOf(entries).map((f) => f.number)).toEqual([1])
  expect(beforeIn(entries)).toEqual({ trees: ['d'.repeat(40), 'b'.repeat(40)], diffs: [expect.any(String)] })
})

test('green is what was tried again and always succeeded', () => {
  const sample = (from: string, outcome: string) => ({ subject: { kind: 'pair', pair: { from, to: 'z' } }, outcome })
  const samples = [sample('a', 'success'), sample('b', 'success'), sample('b', 'failed'), sample('c', 'infra')]
  const suites = JSON.parse(JSON.stringify({ connectivity: { samples, retries: [], groups: [] } })) as SuiteResults
  const red = ['a', 'b', 'c', 'd'].map((from) => ({
    suite: 'connectivity',
    group: 'direct',
    subject: `${from} → z`,
    pair: { from, to: 'z' },
  }))
  const named = (...all: readonly string[]): readonly string[] => all.map((from) => `connectivity: ${from} → z`)
  expect(redNow(red, { suites })).toEqual({ green: named('a'), red: named('b'), unknown: named('c', 'd') })
})

test('of what is no pair, each group of a node is one; a pair is one whatever its group is now, in each suite alone', () => {
  const at = { kind: 'node', node: 'a' }
  const pair = { kind: 'pair', pair: { from: 'a', to: 'z' } }
  const of = (...samples: readonly object[]) => ({ samples, retries: [], groups: [] })
  const suites = JSON.parse(
    JSON.stringify({
      command: of(
        { group: 'health', subject: at, outcome: 'success' },
        { group: 'flaky', subject: at, outcome: 'failed' },
      ),
      connectivity: of({ group: 'relay', subject: pair, outcome: 'success' }),
      gossip: of({ group: 'direct', subject: pair, outcome: 'failed' }),
    }),
  ) as SuiteResults
  const ends = { from: 'a', to: 'z' }
  const red = [
    { suite: 'command', group: 'health', subject: 'a', pair: null },
    { suite: 'command', group: 'flaky', subject: 'a', pair: null },
    { suite: 'connectivity', group: 'direct', subject: 'a → z', pair: ends },
    { suite: 'gossip', group: 'direct', subject: 'a → z', pair: ends },
  ]
  expect(redNow(red, { suites })).toEqual({
    green: ['command: health: a', 'connectivity: a → z'],
    red: ['command: flaky: a', 'gossip: a → z'],
    unknown: [],
  })
})

test('subject and body are one line each where a line is meant, whatever a stranger wrote', () => {
  const hostile = diagnosed(symptomsOf({ stage: 'BUILD', why: 'x\n\nSigned-off-by: root\u202e', buildFaults: [] }))
  expect(fixSubject(hostile)).toBe('Fix after BUILD: the program does not compile')
  expect(fixBody(hostile, 's-1')).toContain('What failed: x Signed-off-by: root')
  expect(fixBody(hostile, 's-1')).not.toMatch(/^Signed-off-by/m)
  const words = { ...hostile, why: 'Closes #12, @all [skip ci] [ci skip] [no ci] skip-checks: true' }
  expect(fixBody(words, 's-1')).not.toMatch(/#\d|@\w|\[(skip|ci|no)\b|skip-checks:/)
  expect(fixSubject(hostile).length).toBeLessThan(73)
})

test('a fix brings another commit into its session, and no other plan', () => {
  const bundle = bundleOf()
  const plan = { ...planOf({}), source }
  const other = 'beef'.repeat(10)
  const after = mendedPlan(plan, other) ?? expect.fail('nothing is built')
  const [made = expect.fail('no fix')] = fixesOf(story([...failed, 'fixed']))
  const { at: _, ...facts } = { ...made, commit: other, parent: commit, first: true }
  const of = (by: Plan) => {
    const fixed: Step = ['fixed', { plan: by, planDigest: planDigest(by), fix: facts }]
    return story([...failed, fixed, 'built', 'deployed', 'begun'], { plan, session: bundle.facts.session })
  }
  expect(mendedFaults(of(after))).toEqual([])
  const weaker: Plan = { ...after, config: { ...after.config, knownFailures: [everything] } }
  expect(mendedFaults(of(weaker))).toHaveLength(1)
  expect(mendedFaults(of(plan))).toHaveLength(1)
  const told = rederivedFaults({ ...bundle, entries: of(weaker) })
  expect(told).toContainEqual(expect.stringContaining('differs from the one before it by more than its commit'))
})
const everything = { suite: 'connectivity', group: null, pair: null, reason: 'none', until: '2099-12-31' }
