/**
 * Asked for and not done is said, whatever it is; a test among it keeps a run from passing, and an answer is refused.
 */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { criteriaKinds, proofKinds, type Answers } from '../../src/domain/plan.ts'
import { isActing, refuseUnsupported, undoneTests, unsupportedParts, type Asked } from '../../src/domain/unsupported.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { callerWorkflows } from '../../src/inputs/init-workflows.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { questions } from '../../src/inputs/questions.ts'
import { failureOf, fileText, profiles, saorsa } from '../inputs/read.ts'
import { run } from './fixtures.ts'

interface Form {
  readonly on: {
    readonly workflow_dispatch: { readonly inputs: Readonly<Record<string, { readonly options?: readonly string[] }>> }
  }
}

const sample = fileText('test/inputs/files/project.yaml')
const answers = (more: Partial<Record<keyof Answers, string>> = {}): Answers => {
  const all = { project: 'ant-quic', focus: 'connectivity', criteria: 'threshold', proof: 'logs', ...more }
  return Object.fromEntries(Object.entries(all).map(([q, value]) => [q, { value, from: 'x' }])) as unknown as Answers
}
const asked = (text: string, more: Partial<Record<keyof Answers, string>> = {}): Asked => {
  const config = parseProject(text, 'f', { profiles, fleet: saorsa })
  const profile = profiles.find((p) => p.name === config.profile)
  if (profile === undefined) throw new Error(config.profile)
  return { config, profile, answers: answers(more) }
}
const head = 'project: ant-quic\nbinary: { name: p, target: t/p }\ndeploy: { install_path: /opt/p, service_name: p }\n'
const named = (text: string, more: Partial<Record<keyof Answers, string>> = {}) =>
  unsupportedParts(asked(text, more)).map((p) => `${p.what}${p.test === true ? ' (test)' : ''}`)

describe('a plan names', () => {
  test.each<[string, string, Partial<Record<keyof Answers, string>>, string[]]>([
    ['nothing, when nothing is asked for', 'tests: {}', {}, []],
    ['no command, since those run', 'tests: { custom: [{ name: x, command: "true" }] }', {}, []],
    ['a suite', 'tests: { channel_creation: { enabled: true } }', {}, ['tests.channel_creation (test)']],
    [
      'every suite',
      `tests:
  message_delivery: { enabled: true }
  crdt_consistency: { enabled: true }
  channel_creation: { enabled: true }
`,
      {},
      ['tests.channel_creation (test)'],
    ],
    ['what is no test', 'tests: {}\nsoak: { check_interval_minutes: 5 }\nnotifications: { voice: true }', {}, []],
    ['metrics among all evidence', 'tests: {}', { proof: 'all-evidence' }, []],
  ])('%s', (_, text, more, names) => expect(named(head + text, more)).toEqual(names))

  test('nothing of a full suite whose every part acts', () =>
    expect(
      unsupportedParts({
        ...asked(head.replace('ant-quic', 'testnet') + 'tests: {}', { focus: 'full-suite' }),
      }),
    ).toEqual([]))
  test("the seed's module tests that nothing measures, which the full suite would need", () => {
    const workspace = fileText('test/inputs/files/workspace.yaml')
    const of = (project: string, focus: string) => {
      const config = parseProject(workspace, 'f', { profiles, project })
      const profile = profiles.find((p) => p.name === config.profile) ?? expect.fail(config.profile)
      return unsupportedParts({ config, profile, answers: answers({ focus }) }).map(({ what, test: is }) => [what, is])
    }
    expect(of('ant-quic', 'connectivity')).toEqual([['bootstrap.nodes', false]])
    expect(of('saorsa-gossip', 'connectivity').slice(0, 2)).toEqual([
      ['test broadcast of the module', false],
      ['test crdt-sync of the module', false],
    ])
    expect(of('saorsa-gossip', 'full-suite')).toContainEqual(['test membership of the module', true])
  })
  test('nothing of module tests and channels for which the profile has commands', () => {
    const workspace = fileText('test/inputs/files/workspace.yaml')
    const of = (project: string, channels: boolean) => {
      const config = parseProject(workspace, 'f', { profiles, project })
      const profile = profiles.find((p) => p.name === config.profile) ?? expect.fail(config.profile)
      const channelCreation = { enabled: channels, channelsToCreate: 3 }
      const asking = { ...config, tests: { ...config.tests, channelCreation } }
      return unsupportedParts({ config: asking, profile, answers: answers({ focus: 'full-suite' }) })
        .filter((p) => p.test === true)
        .map((p) => p.what)
    }
    expect(of('saorsa-node', false)).toEqual([])
    expect(of('saorsa-core', true)).toEqual(['tests.channel_creation'])
  })
  test("the projects' own sample", () => expect(named(sample)).toEqual(['bootstrap.nodes']))
})

describe('a run that asked for', () => {
  test('a test that was not done is inconclusive, and says so first', () => {
    const undone = { what: 'tests.x', why: 'does not act in this version', test: true }
    const judged = verdict({ ...run(), missing: [...unsupportedParts(asked(sample)), undone] })
    expect([judged.result, judged.reasons[0]?.text]).toEqual(['inconclusive', 'asked for and not done: tests.x'])
    expect(judged.notCovered).toContainEqual({
      kind: 'other',
      what: 'tests.x',
      why: 'does not act in this version',
    })
  })
  test('what is no test still passes', () =>
    expect(verdict({ ...run(), missing: [{ what: 'bootstrap.nodes', why: 'x', test: false }] }).result).toBe('passed'))
  test('nothing has no reason', () => expect(undoneTests([{ what: 'a note', why: 'x' }])).toBeNull())
})

describe('an answer that no run can honour', () => {
  test.each([...criteriaKinds.map((criteria) => ({ criteria })), ...proofKinds.map((proof) => ({ proof }))])(
    '%o is no such answer',
    (more) => expect(failureOf(() => refuseUnsupported(answers(more)))).toBeUndefined(),
  )
  test('every other answer is taken', () => expect(failureOf(() => refuseUnsupported(answers()))).toBeUndefined())
  test.each([
    ['the own form', () => fileText('.github/workflows/vps-test.yml')],
    [
      'the form that init writes',
      () =>
        callerWorkflows({ ref: 'v1', fleet: 'lab', repo: '.', branch: 'main', projects: ['p'] }).find((f) =>
          f.path.endsWith('/vps-test.yml'),
        )?.text ?? '',
    ],
  ])('is offered by no form: %s', (_, text) => {
    const { on } = parse(text()) as Form
    const { inputs } = on.workflow_dispatch
    for (const question of ['focus', 'criteria', 'proof']) {
      expect(inputs[question]?.options?.length).toBeGreaterThan(2)
      expect(inputs[question]?.options?.filter((value) => !isActing(question, value))).toEqual([])
    }
  })
  test('is offered to nobody', () => {
    for (const { id, options } of questions(profiles))
      expect(options.filter((o) => id !== 'project' && !isActing(id, o.value))).toEqual([])
    expect(questions(profiles).map((q) => q.options.length)).toEqual([6, 5, 4, 4])
  })
})
