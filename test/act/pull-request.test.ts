/**
 * A pull request of a fork: the whole run on the lab in one job without a secret, compared with the base branch; then
 * the comment, whose artifact is data of a stranger.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dropLab } from '../e2e/lab.ts'
import { run } from '../e2e/cli.ts'
import { zip, type ZipMember } from '../loopback/zip.ts'
import { escapes } from '../report/surfaces.ts'
import type { ActResult } from './act.ts'
import { tell } from './log.ts'
import { nodeOnNoNet } from './material.ts'
import { openScene, type Scene } from './scene.ts'
import { unpacked } from './unpacked.ts'

const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7']
const scratch = mkdtempSync(join(tmpdir(), 'vps-test-pull-request-'))
const title =
  '$(reboot) @everyone <script>alert(1)</script> ![x](https://evil.example) ${{ secrets.VPS_TEST_SSH_KEY }} ::error::pwned'
const shownTitle = '| Of | \\$\\(reboot\\) @\u200beveryone &lt;script&gt;'
/** A commit that is not in the repository: GitHub finds no pull request by it. */
const head = 'c0ffee'.padEnd(40, '0')
const other = 'decade'.padEnd(40, '0')
const branch = 'feature/`x`-@octocat'
let scene: Scene
let pullRequest: { readonly number: number; readonly result: ActResult } | undefined

beforeAll(async () => {
  await dropLab('action')
  const fleetFile = join(scratch, 'fleet.yaml')
  writeFileSync(fleetFile, nodeOnNoNet(nodes))
  scene = await openScene({
    lab: '',
    nodes,
    unreachable: { fleetFile, key: '' },
    config: { soak: { wait_1hr: false, wait_6hr: false } },
    // Where this repository has its example.
    change: (dir) => {
      mkdirSync(join(dir, 'examples/testnet'), { recursive: true })
      for (const name of readdirSync(dir))
        if (name !== 'examples' && !name.startsWith('.'))
          renameSync(join(dir, name), join(dir, 'examples/testnet', name))
    },
  })
  const user = { login: 'stranger', type: 'User' } as const
  scene.api.state.pulls.push(
    { number: 4, title, state: 'open', sha: other, head: 'another', base: 'main', fork: true, user },
    { number: 5, title, state: 'open', sha: head, head: branch, base: 'main', fork: true, user },
    // The same commit from elsewhere, into another base: its merge is another program.
    {
      number: 7,
      title: 'the same for the release',
      state: 'open',
      sha: head,
      head: 'elsewhere',
      base: 'release',
      fork: true,
      user,
    },
    { number: 6, title, state: 'closed', sha: head, head: 'old', base: 'main', fork: false, user },
  )
})
afterAll(async () => {
  await scene?.close()
  await dropLab('action')
  rmSync(scratch, { recursive: true, force: true })
})

const ledger = async (): Promise<string> => (await run('git', ['-C', scene.remote, 'for-each-ref'])).stdout
const repository = { default_branch: 'main' }
const comment = (run: number, sha = head): Promise<ActResult> =>
  scene.act({
    workflow: 'vps-test-comment.yml',
    event: 'workflow_run',
    eventJson: {
      workflow_run: {
        id: run,
        run_attempt: 1,
        event: 'pull_request',
        head_sha: sha,
        head_repository: { full_name: 'stranger/program' },
        head_branch: sha === head ? branch : 'another',
      },
      repository,
    },
  })
const check = () => scene.api.state.checks.find((c) => c.name === 'vps-test lab proof (main)' && c.sha === head)

test('a push to the base branch: the lab in one job that writes nothing, and its proof in the ledger by another', async () => {
  const before = await ledger()
  const begun = await scene.start({ workflow: 'vps-test-pr.yml', event: 'push', eventJson: { repository } })
  const result = await begun.done
  expect(
    result.jobs.map((j) => [j.id, j.result]),
    tell(result.raw),
  ).toEqual([
    ['base', 'success'],
    ['record', 'success'],
  ])
  expect(await ledger()).not.toBe(before)
  expect(
    (await scene.entries()).every(({ facts: { by } }) => by?.kind === 'run' && by.run === String(begun.number)),
  ).toBe(true)
  expect((await scene.entries()).map((e) => e.to)).toEqual([
    'INTERVIEW',
    'SETUP',
    'BUILD',
    'DEPLOY',
    'TEST',
    'TEST',
    'COMPLETE',
  ])
  expect(existsSync('/var/lib/vps-test/lab-action')).toBe(false)
})

test('a pull request of a fork: no secret, a token that reads; judged and compared, and nothing written', async () => {
  const before = await ledger()
  const begun = await scene.start({
    workflow: 'vps-test-pr.yml',
    event: 'pull_request',
    secrets: { VPS_TEST_SSH_KEY: '', GITHUB_TOKEN: scene.api.tokens.reader },
    eventJson: {
      number: 5,
      pull_request: {
        number: 5,
        title,
        head: { ref: branch, sha: head, repo: { fork: true, full_name: 'stranger/program' } },
        base: { ref: 'main', sha: await scene.sha() },
      },
      repository,
    },
  })
  const result = await begun.done
  pullRequest = { number: begun.number, result }
  expect(
    result.jobs.map((j) => [j.id, j.result]),
    tell(result.raw),
  ).toEqual([['pull-request', 'success']])
  expect(await ledger()).toBe(before)
  expect(result.job('pull-request')?.summary).toMatch(/Compared with session `testnet-.* on `main`, fleet `lab/)
  expect(result.job('pull-request')?.summary).toContain(shownTitle)
  expect(
    scene.results.artifacts(String(begun.number)).map((a) => a.name.replace(/-testnet-\d{8}-\d{6}-[0-9a-f]{4}/, '')),
  ).toEqual(expect.arrayContaining(['vps-test-evidence-test-1-1', 'vps-test-report-1']))
  expect(scene.api.requests().filter((r) => !r.startsWith('GET '))).toEqual([])
  expect(scene.api.faults()).toEqual([])
})

test("the comment: on the run's own pull request, against its base, a check that names both, written again and not twice", async () => {
  const first = await comment(pullRequest?.number ?? 0)
  expect(
    first.jobs.map((j) => [j.id, j.result]),
    tell(first.raw),
  ).toEqual([['comment', 'success']])
  // Nothing of the pull request is fetched, so nothing of it can run.
  expect(first.job('comment')?.steps.map((s) => s.name)).toEqual([expect.stringMatching(/vps-test@act/)])
  expect(scene.api.state.comments.map((c) => c.issue)).toEqual([5])
  const [{ body } = { body: '' }] = scene.api.state.comments
  expect(body).toMatch(
    /^<!-- vps-test:pull-request -->\n### vps-test: passed.*\n\nJudged again .*: it is consistent, and anchored nowhere\.\n/,
  )
  expect(body).toMatch(/Compared with session/)
  expect(body).toContain(shownTitle)
  expect(escapes(body)).toEqual([])
  expect(check()).toMatchObject({
    conclusion: 'success',
    title: expect.stringMatching(/^#5 into main: passed: /) as string,
  })
  await comment(pullRequest?.number ?? 0)
  expect(scene.api.state.comments).toHaveLength(1)
  expect(scene.api.state.checks).toHaveLength(1)
  expect(scene.api.faults()).toEqual([])
})

test('an artifact that was changed, leads out, is none, is too large or is of another commit: red, said so, and nothing written elsewhere', async () => {
  const good = scene.results.artifacts(String(pullRequest?.number)).find((a) => a.name.startsWith('vps-test-evidence-'))
  const files = [...unpacked(good?.data ?? new Uint8Array())].map(([path, data]): ZipMember => ({ path, data }))
  const changed = (name: RegExp, how: (text: string) => string): readonly ZipMember[] => {
    expect(files.map((f) => f.path)).toContainEqual(expect.stringMatching(name))
    return files.map((f) =>
      name.test(f.path) ? { ...f, data: how(Buffer.from(f.data as Uint8Array).toString('utf8')) } : f,
    )
  }
  const out = join(scratch, 'pwned')
  // Title and note of what can be read and is not to be trusted.
  const notWhole =
    /^<!-- vps-test:pull-request -->\n### vps-test: the evidence is not whole: \d+ faults\n\nThe evidence is \*\*not whole\*\*/
  const planted: Readonly<Record<string, readonly [members: readonly ZipMember[], said: RegExp, sha?: string]>> = {
    attempts: [
      changed(/evidence\/suites\/connectivity\.jsonl$/, (t) => `${t}${t.split('\n').at(-2) ?? ''}\n`),
      notWhole,
    ],
    log: [changed(/evidence\/logs\//, (t) => t.replace(/[a-z]/, 'Q')), notWhole],
    grown: [changed(/evidence\/logs\//, (t) => `${t}another line\n`), notWhole],
    slip: [[...files, { path: `${'../'.repeat(12)}${out.slice(1)}`, data: 'x' }], /cannot be read/],
    absolute: [[...files, { path: out, data: 'x' }], /cannot be read/],
    link: [[...files, { path: 'evidence/link', data: scratch, mode: 0o120777 }], /cannot be read/],
    json: [changed(/evidence\/plan\.json$/, () => '@octocat <script>::error::pwned'), /cannot be read/],
    large: [[...files, { path: 'evidence/zeros', data: 'x', claims: 2_000_000_000 }], /cannot be read/],
    elsewhere: [files, notWhole, other],
  }
  let number = 5000
  for (const [kind, [members, said, sha = head]] of Object.entries(planted)) {
    scene.results.plant(String(++number), 'vps-test-evidence-x-test-1-1', zip(members))
    scene.api.state.runs.push({ id: number, attempt: 1, status: 'completed', conclusion: 'success' })
    const result = await comment(number, sha)
    const made = scene.api.state.checks.find((c) => c.sha === sha)
    expect(made, `${kind}\n${tell(result.raw)}`).toMatchObject({ conclusion: 'failure' })
    expect(scene.api.state.comments.find((c) => c.issue === (sha === head ? 5 : 4))?.body, kind).toMatch(said)
    expect(
      scene.api.state.comments.flatMap((c) => escapes(c.body)),
      kind,
    ).toEqual([])
    expect(
      result.jobs.flatMap((j) => j.annotations).filter((a) => /^pwned/.test(a.message)),
      kind,
    ).toEqual([])
    expect(existsSync(out), kind).toBe(false)
  }
  // Whole again: green again, in the same check and the same comment.
  await comment(pullRequest?.number ?? 0)
  expect(check()?.conclusion).toBe('success')
  expect(scene.api.state.comments.map((c) => c.issue).toSorted((a, b) => a - b)).toEqual([4, 5])
  expect(scene.api.faults()).toEqual([])
})
