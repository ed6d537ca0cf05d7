/**
 * What a person can get wrong before anything is touched: answers, configuration, environments and keys; told at once,
 * and nothing written.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../e2e/cli.ts'
import type { ActResult } from './act.ts'
import { tell } from './log.ts'
import { nodeOnNoNet, pairsOf, privateKey, shown, traces } from './material.ts'
import { openScene, type Dispatch, type Scene } from './scene.ts'

const answers = { project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'all-evidence', soak: 'off' }
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7']
const scratch = mkdtempSync(join(tmpdir(), 'vps-test-answers-'))
let scene: Scene

beforeAll(async () => {
  const fleetFile = join(scratch, 'fleet.yaml')
  writeFileSync(fleetFile, nodeOnNoNet(nodes))
  scene = await openScene({ lab: '', nodes, unreachable: { fleetFile, key: await privateKey(scratch, 'good') } })
})
afterAll(async () => {
  await scene.close()
  rmSync(scratch, { recursive: true, force: true })
})

/** The plan and the gate: nothing else is reached. */
const planned = async (inputs: Readonly<Record<string, string>>, more: Dispatch = {}): Promise<ActResult> =>
  scene.act({ ...more, inputs: { ...answers, ...inputs } })
const errors = (result: ActResult, job: string): readonly string[] =>
  result
    .job(job)
    ?.annotations.filter((a) => a.kind === 'error')
    .map((a) => a.message) ?? []
const ledgerIsEmpty = async (): Promise<boolean> =>
  (await run('git', ['-C', scene.remote, 'for-each-ref'])).stdout === ''

test('bad answers: every fault at once, one annotation each, nothing written, the gate red', async () => {
  const result = await planned({
    focus: 'conectivity',
    criteria: 'perfect',
    proof: 'video',
    nodes: 'saorsa-2,saorsa-77',
    'binary-source': 'release',
    soak: 'sometimes',
    'on-busy': 'shove',
  })
  expect(
    result.jobs.map((j) => [j.id, j.result]),
    tell(result.raw),
  ).toEqual([
    ['plan', 'failure'],
    ['gate', 'failure'],
  ])
  const said = errors(result, 'plan')
  for (const fault of [
    /^soak: "sometimes"/,
    /^on-busy: "shove"/,
    /^release-tag is missing/,
    /^nodes: fleet \S+ has no node saorsa-77/,
    /^focus "conectivity" .*did you mean "connectivity"/,
    /^criteria "perfect"/,
    /^proof "video"/,
  ])
    expect(
      said.filter((s) => fault.test(s)),
      `${String(fault)} in\n${said.join('\n')}`,
    ).toHaveLength(1)
  expect(said).toHaveLength(7)
  expect(result.job('gate')?.annotations[0]).toMatchObject({
    kind: 'error',
    properties: { title: 'nothing was tested (plan: failure)' },
  })
  expect(await ledgerIsEmpty()).toBe(true)
  // Nodes as they are written; what is no tag.
  const second = await planned({
    nodes: 'saorsa-2;reboot, $(reboot)',
    'release-tag': 'a b',
    'binary-source': 'release',
    confirm: 'perhaps',
  })
  expect(errors(second, 'plan')).toEqual([
    expect.stringMatching(/^nodes: .*cannot be names of nodes/),
    expect.stringMatching(/^release-tag: /),
    expect.stringMatching(/^confirm: "perhaps"/),
  ])
  expect(await ledgerIsEmpty()).toBe(true)
})

test('modify prints the same dispatch with every answer; cancel ends; both write nothing, and the gate is red with its own title', async () => {
  // A name that a shell would obey if it stood there unquoted.
  const config = join('configs', `it's "$(touch ${scratch}/pwned)" \`x\`.yaml`)
  await scene.commit('a configuration elsewhere', (dir) => {
    mkdirSync(dirname(join(dir, config)), { recursive: true })
    copyFileSync(join(dir, 'vps-test.yaml'), join(dir, config))
  })
  const modify = await planned({
    confirm: 'modify',
    nodes: 'saorsa-1 saorsa-2,saorsa-6',
    config,
    'on-busy': 'refuse',
  })
  expect(
    modify.jobs.map((j) => [j.id, j.result]),
    tell(modify.raw),
  ).toEqual([
    ['plan', 'success'],
    ['gate', 'failure'],
  ])
  const line = modify.job('plan')?.log.find((l) => l.startsWith('gh workflow run '))
  expect(modify.job('plan')?.summary).toContain(line)
  const { pairs, before } = await pairsOf(line ?? '', scratch)
  expect(before).toEqual(['workflow', 'run', 'vps-test.yml', '--repo', 'someone/program', '--ref', 'main'])
  expect(pairs).toEqual({
    ...answers,
    config,
    nodes: 'saorsa-1,saorsa-2,saorsa-6',
    'binary-source': 'zigbuild',
    'on-busy': 'refuse',
    fleet: scene.fleetFile,
    repo: '.',
    confirm: 'proceed',
  })
  const again = await scene.act({ inputs: { ...pairs, confirm: 'cancel' } })
  const digest = (r: ActResult): string | undefined => r.job('plan')?.log.find((l) => l.startsWith('Plan '))
  expect(digest(modify)).toMatch(/^Plan [0-9a-f]{16}\.$/)
  expect(digest(again)).toBe(digest(modify))
  for (const result of [modify, again])
    expect(result.job('gate')?.annotations).toMatchObject([
      { kind: 'error', properties: { title: 'nothing was tested (the plan was not confirmed)' } },
    ])
  expect(again.jobs.map((j) => j.id)).toEqual(['plan', 'gate'])
  expect(await ledgerIsEmpty()).toBe(true)
})

test('a push without a configuration is told which file to add; a broken one, every fault at its line', async () => {
  const whole = readFileSync(join(scene.workspace, 'vps-test.yaml'), 'utf8')
  await scene.commit('no configuration', (dir) => {
    rmSync(join(dir, 'vps-test.yaml'))
  })
  // The repository's own push names its example; as a caller's push it is the root.
  const push = await scene.act({ event: 'push', inputs: { fleet: scene.fleetFile, repo: '.' } })
  expect(
    push.jobs.map((j) => [j.id, j.result]),
    tell(push.raw),
  ).toEqual([
    ['plan', 'failure'],
    ['gate', 'failure'],
  ])
  expect(errors(push, 'plan')).toEqual([
    expect.stringMatching(/^no configuration in .*: add vps-test\.yaml to the repository/),
  ])
  await scene.commit('a broken configuration', (dir) => {
    writeFileSync(
      join(dir, 'vps-test.yaml'),
      'project: testnet\nprofil: testnet\ndeploy:\n  install_path: opt\n  nodes: [saorsa-1, saorsa-88]\ntests:\n  connectivity:\n    timeout_seconds: soon\n',
    )
  })
  const broken = await planned({})
  const placed =
    broken.job('plan')?.annotations.map((a) => [a.properties['file'], a.properties['line'], a.message]) ?? []
  expect(placed.length, tell(broken.raw)).toBeGreaterThanOrEqual(4)
  expect(placed.map(([file]) => file)).toEqual(placed.map(() => 'vps-test.yaml'))
  expect(placed).toEqual(
    expect.arrayContaining([
      [expect.anything(), '2', expect.stringMatching(/profil/)],
      [expect.anything(), '4', expect.stringMatching(/deploy\.install_path/)],
      [expect.anything(), '5', expect.stringMatching(/deploy\.nodes\[1\].*saorsa-88/)],
      [expect.anything(), '8', expect.stringMatching(/tests\.connectivity\.timeout_seconds/)],
    ]),
  )
  expect(await ledgerIsEmpty()).toBe(true)
  await scene.commit('a whole configuration', (dir) => {
    writeFileSync(join(dir, 'vps-test.yaml'), whole)
  })
})

test('a node that is named $(reboot): refused where it is written, shown as text', async () => {
  const fleet = join(scratch, 'hostile.yaml')
  writeFileSync(fleet, nodeOnNoNet(nodes).replace('name: saorsa-2', `name: "$(touch ${scratch}/pwned)::error::x"`))
  const result = await planned({ fleet })
  expect(result.job('plan')?.result).toBe('failure')
  expect(errors(result, 'plan')).toEqual([expect.stringMatching(/nodes\[1\]\.name: must be a node name/)])
  await expect(traces(scratch)).resolves.not.toContain('pwned')
})

test('an environment that would ask nobody is refused; one that asks confirms with who said yes', async () => {
  // A dispatch of ours has no such input, a call has; here a form with it, as far as the confirmation.
  const asked = (run: number): Promise<ActResult> =>
    planned({ 'confirm-environment': 'people' }, { workflow: 'asking.yml', job: 'confirm', run })
  const outcome = (result: ActResult) => result.jobs.map((j) => `${j.id} ${j.result}`)
  const refused = async (run: number): Promise<readonly string[]> => {
    const result = await asked(run)
    expect(outcome(result), tell(result.raw)).toEqual(['plan failure'])
    expect(await ledgerIsEmpty()).toBe(true)
    return errors(result, 'plan')
  }
  await scene.commit('a form that asks', (dir) => {
    const flows = join(dir, '.github/workflows')
    writeFileSync(
      join(flows, 'asking.yml'),
      readFileSync(join(flows, 'vps-test.yml'), 'utf8').replace(
        '  workflow_call:\n',
        "      confirm-environment:\n        type: string\n        default: ''\n  workflow_call:\n",
      ),
    )
  })
  const { environments, approvals } = scene.api.state
  expect(await refused(900)).toEqual([
    expect.stringMatching(/^environment people does not exist: nobody would be asked/),
  ])
  environments.push({ name: 'people', reviewers: 0, waitMinutes: 60, branchPolicy: true })
  expect(await refused(901)).toEqual([expect.stringMatching(/^environment people has no required reviewers/)])
  environments.splice(0, 1, { name: 'people', reviewers: 1, waitMinutes: 0, branchPolicy: false })
  // Passed by an administrator, say: nobody has said yes.
  const nobody = await asked(902)
  expect(outcome(nobody), tell(nobody.raw)).toEqual(['plan success', 'confirm failure'])
  expect(errors(nobody, 'confirm')).toEqual([
    expect.stringMatching(/^nobody has approved this run in environment people/),
  ])
  expect((await scene.entries()).map((e) => e.to)).toEqual(['INTERVIEW'])
  approvals.push({ run: 903, environment: 'people', state: 'approved', by: 'octocat', comment: 'yes' })
  const yes = await asked(903)
  expect(outcome(yes), tell(yes.raw)).toEqual(['plan success', 'confirm success'])
  const entries = await scene.entries()
  expect(entries.map((e) => e.to)).toEqual(['INTERVIEW', 'SETUP'])
  expect(entries[1]).toMatchObject({
    facts: { confirmedBy: expect.stringMatching(/^octocat \(environment people\), asked for by /) as string },
  })
  expect(scene.api.faults()).toEqual([])
})

test('a key that is missing, encrypted or cut: one clear annotation before a node is asked, and nothing of it shown anywhere', async () => {
  const keys = {
    missing: '',
    encrypted: await privateKey(scratch, 'encrypted', 'a passphrase'),
    cut: (await privateKey(scratch, 'cut')).split('\n').slice(0, 3).join('\n'),
  }
  const wanted = {
    missing: [/needs the input ssh-key, which is empty/, /gh secret set VPS_TEST_SSH_KEY/, 'U069'],
    encrypted: [/encrypted with a passphrase/, /ssh-keygen -t ed25519 -N ''/, 'U072'],
    cut: [/cut off/, /./, 'U073'],
  } as const
  for (const [kind, key] of Object.entries(keys)) {
    const result = await planned({}, { job: 'setup', secrets: { VPS_TEST_SSH_KEY: key } })
    expect(result.job('setup')?.result, tell(result.raw)).toBe('failure')
    const [message, remedy, code] = wanted[kind as keyof typeof wanted]
    expect(errors(result, 'setup'), kind).toEqual([expect.stringMatching(message)])
    expect(errors(result, 'setup')[0]).toMatch(remedy)
    expect(result.job('setup')?.annotations[0]?.properties['title']).toBe(`vps-test ${code}`)
    for (const line of key.split('\n').filter((l) => l.length > 10)) {
      expect(
        shown(result).filter((r) => r.includes(line)),
        `${kind}: the key was shown`,
      ).toEqual([])
      expect(
        (await run('git', ['-C', scene.remote, 'grep', '-cF', '-e', line, 'vps-test-ledger']).catch(
          (e: { code: number }) => e,
        )) as unknown,
      ).toMatchObject({ code: 1 })
    }
  }
  expect((await scene.entries()).map((e) => e.to)).toEqual(['INTERVIEW', 'SETUP'])
})
