/**
 * Words from outside (logs, names, messages) stay words on every surface of a real run; limits hold; and what an
 * operator asks for by vps-test-ops.yml.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { brokenRows, escapes } from '../report/surfaces.ts'
import { run } from '../e2e/cli.ts'
import type { ActResult } from './act.ts'
import { readLine, tell } from './log.ts'
import { privateKey, shown } from './material.ts'
import { openScene, type Dispatch, type Scene } from './scene.ts'
import { unpacked } from './unpacked.ts'

const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10']
const scratch = mkdtempSync(join(tmpdir(), 'vps-test-hostile-'))
/** Made when any of the hostile words is executed. */
const mark = join(scratch, 'pwned')
const words = `$(touch ${mark})\`touch ${mark}\` @octocat </details><script>alert(1)</script> ![i](https://evil.example/i.png) [a](https://evil.example) \${{ secrets.VPS_TEST_SSH_KEY }} #1 --> ::error::pwned ##[error]pwned`
/** An odd number of backticks: a code span of one backtick would end inside. */
const branch = `x/\`@octocat-<script>-\`touch\${IFS}${mark}\`-@octocat-<script>-\${{secrets.VPS_TEST_SSH_KEY}}-$(id)`
let scene: Scene
let key: string

const git = (...args: readonly string[]): string =>
  execFileSync(
    'git',
    [
      '-C',
      scene.workspace,
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@lab.invalid',
      '-c',
      'commit.gpgsign=false',
      ...args,
    ],
    { encoding: 'utf8' },
  )
const asked = (inputs: Readonly<Record<string, string>>): Dispatch => ({
  timeoutMs: 8 * 60_000,
  inputs: {
    project: 'testnet',
    focus: 'connectivity',
    criteria: 'threshold',
    proof: 'all-evidence',
    soak: 'off',
    ...inputs,
  },
  env: { GITHUB_ACTOR: `@octocat<img src=x>$(touch ${mark})` },
})
const ops = (inputs: Readonly<Record<string, string>>): Promise<ActResult> =>
  scene.act({ workflow: 'vps-test-ops.yml', inputs })

beforeAll(async () => {
  scene = await openScene({ lab: 'g6', nodes })
  key = readFileSync(String(scene.lab.fleet.identityFile), 'utf8')
  git('checkout', '-q', '-b', branch)
  git('commit', '-q', '--allow-empty', '-m', words)
  scene.api.state.pulls.push({
    number: 7,
    title: `${words} @everyone`,
    state: 'open',
    sha: git('rev-parse', 'HEAD').trim(),
    head: branch,
    base: 'main',
    fork: false,
    user: { login: 'octocat', type: 'User' },
  })
  // Long lines, short ones, and those that a runner would obey.
  const lines = [
    `::error::pwned ${'x'.repeat(20_000)}`,
    `${words} ${'y'.repeat(20_000)}`,
    `##[error]pwned ${'z'.repeat(20_000)}`,
  ]
  const short = ['::add-mask::a', '::stop-commands::x', ' \u001b[2J::error::pwned']
  // Told of the unit by root: a process in its cgroup would be another program in the service.
  const entry = (line: string): string =>
    `MESSAGE=${line}\nOBJECT_SYSTEMD_UNIT=testnet-peer.service\nSYSLOG_IDENTIFIER=testnet-peer\n`
  const files: Readonly<Record<string, string>> = {
    ...Object.fromEntries(lines.map((line, i) => [`long-${i}`, entry(line)])),
    ...Object.fromEntries(short.map((line, i) => [`short-${i}`, entry(line)])),
    say: 'cd /var/lib/hostile; end=$(($(date +%s) + 40))\nwhile [ "$(date +%s)" -lt "$end" ]; do for i in $(seq 1 100); do for f in long-*; do logger --journald <$f; done; done; for f in short-*; do logger --journald <$f; done; sleep 1; done\n',
  }
  await scene.lab.on(
    'saorsa-7',
    `mkdir -p /var/lib/hostile\n${Object.entries(files)
      .map(([name, text]) => `echo ${Buffer.from(text).toString('base64')} | base64 -d > /var/lib/hostile/${name}`)
      .join('\n')}`,
  )
})
afterAll(async () => {
  await scene?.close()
  rmSync(scratch, { recursive: true, force: true })
})

/** A page without its fenced blocks, in which GitHub looks for nothing. */
const unfenced = (md: string): string => md.replaceAll(/^(`{3,})[^`\n]*\n[^]*?^\1$/gm, '')

/** Nothing a runner obeys, no annotation that a node wrote, no markup, no mention, nothing executed. */
function harmless(result: ActResult): void {
  expect(existsSync(mark), 'something was executed').toBe(false)
  const commands = result.raw.filter((line) => !line.startsWith('{') && !/^\s*(Error|exitcode)/.test(line))
  expect(commands).toEqual([])
  // Every annotation of ours has a title. (act takes the last `::` for the end of the properties, a runner the first.)
  expect(
    result.raw
      .map((l) => readLine(l))
      .filter((l) => /^(error|warning|notice)$/.test(l?.command ?? '') && !/^::\w+ \w+=/.test(l?.raw ?? '')),
  ).toEqual([])
  for (const job of result.jobs) {
    expect(
      job.log.filter((l) => /^\s*::|##\[/.test(l)),
      job.id,
    ).toEqual([])
    expect(job.summary.length, job.id).toBeLessThan(1 << 20)
    expect([job.id, escapes(unfenced(job.summary)), brokenRows(job.summary)]).toEqual([job.id, [], []])
  }
}
const obeyed = ['stop-commands', 'set-env', 'add-path', 'save-state', 'group', 'debug']

test('a whole run amid hostile words, by a key with Windows line ends: judged, shown as text everywhere, within limits', async () => {
  const begun = await scene.start({
    ...asked({ soak: 'on' }),
    secrets: { VPS_TEST_SSH_KEY: key.replaceAll('\n', '\r\n') },
  })
  // Ten megabytes and more, in the journal of the unit itself, while it is tested.
  await begun.seen('test', 'test: measuring NATs')
  await scene.lab.on('saorsa-7', 'setsid sh /var/lib/hostile/say > /dev/null 2>&1 < /dev/null &')
  const result = await begun.done
  expect(
    result.jobs.map((j) => [j.id, j.result]),
    tell(result.raw),
  ).toEqual(
    ['plan', 'setup', 'compile', 'build', 'deploy', 'test', 'collect-proof', 'advance', 'report', 'gate'].map((id) => [
      id,
      'success',
    ]),
  )
  harmless(result)
  expect(result.raw.filter((l) => obeyed.some((c) => l.includes(`"command":"${c}"`)))).toEqual([])
  const [comment] = scene.api.state.comments
  expect(scene.api.state.comments).toHaveLength(1)
  expect(comment?.issue).toBe(7)
  expect(comment?.body.length).toBeLessThan(64_000)
  expect(comment?.body).toContain('@octocat')
  const pages = {
    comment: comment?.body ?? '',
    ledger: await scene.page('README.md'),
    check: scene.api.state.checks[0]?.summary ?? '',
    issues: scene.api.state.issues.map((i) => i.body).join('\n'),
  }
  expect(
    Object.fromEntries(
      Object.entries(pages).map(([name, md]) => [name, [...escapes(unfenced(md)), ...brokenRows(md)]]),
    ),
  ).toEqual({ comment: [], ledger: [], check: [], issues: [] })

  // The log: as it was, at most what may be collected of one node.
  const evidence = scene.results.artifacts().find((a) => a.name.startsWith('vps-test-evidence-'))
  const files = unpacked(evidence?.data ?? new Uint8Array())
  const log = [...files].find(([path]) => path.endsWith('evidence/logs/saorsa-7.log'))?.[1] ?? Buffer.alloc(0)
  expect(log.length).toBeGreaterThan(1 << 20)
  expect(log.length).toBeLessThanOrEqual(4 << 20)
  expect(log.toString('utf8')).toContain('::error::pwned')
  expect([...files.keys()].find((path) => /proof-.*\.md$/.test(path))).toBeDefined()
  for (const [path, data] of files)
    if (path.endsWith('.md')) expect([path, escapes(unfenced(data.toString('utf8')))]).toEqual([path, []])

  // The key: nowhere, in no form.
  for (const secret of key.split('\n').filter((l) => l.length > 10)) {
    expect(shown(result).filter((l) => l.includes(secret))).toEqual([])
    expect(Object.values(pages).filter((p) => p.includes(secret))).toEqual([])
    for (const artifact of scene.results.artifacts())
      for (const [path, data] of unpacked(artifact.data))
        expect(data.includes(secret), `${artifact.name} ${path}`).toBe(false)
    await expect(
      run('git', ['-C', scene.remote, 'grep', '-qF', '-e', secret, 'vps-test-ledger']),
    ).rejects.toMatchObject({ code: 1 })
  }
  expect(scene.api.faults()).toEqual([])
})

test('ops: status, logs, nodes, diagnose as summary and artifact; stop ends the session and gives its leases back', async () => {
  const answerOf = (result: ActResult, command: string): string => {
    expect(
      result.jobs.map((j) => [j.id, j.result]),
      tell(result.raw),
    ).toEqual([[command === 'stop' ? 'stop' : 'look', 'success']])
    harmless(result)
    const artifact = scene.results.artifacts().findLast((a) => a.name === `vps-test-${command}-1`)
    const text = [...unpacked(artifact?.data ?? new Uint8Array()).values()].join('')
    expect(text.length).toBeGreaterThan(20)
    expect(result.jobs[0]?.summary).toContain(`## ${command}`)
    return text
  }
  expect(answerOf(await ops({ command: 'status' }), 'status')).toMatch(/testnet-\S+ +WAIT_1HR/)
  expect(answerOf(await ops({ command: 'logs', project: 'testnet' }), 'logs')).toMatch(/TEST → WAIT_1HR/)
  expect(answerOf(await ops({ command: 'nodes' }), 'nodes')).toMatch(/saorsa-10 .*symmetric/)
  // The unit's newest lines are among what it shows.
  const diagnosis = answerOf(await ops({ command: 'diagnose', node: 'saorsa-7' }), 'diagnose')
  expect(diagnosis).toMatch(/== disk\n/)
  expect(diagnosis).toContain('pwned')
  const wrong = await ops({ command: 'diagnose', node: `$(touch ${mark})` })
  expect(wrong.job('look')?.result).toBe('failure')
  harmless(wrong)
  expect(answerOf(await ops({ command: 'stop', project: 'testnet' }), 'stop')).toMatch(/STOPPED|stopped/)
  expect((await scene.entries()).at(-1)).toMatchObject({ to: 'STOPPED', event: 'stop' })
  expect((await scene.lab.on('saorsa-7', 'sed -n 3p /var/lib/vps-test/leases/testnet-peer')).trim()).toBe('-')
  expect(scene.api.faults()).toEqual([])
})

test('a key that the nodes do not know: told of each node, with nothing changed', async () => {
  const result = await scene.act({
    ...asked({}),
    job: 'setup',
    secrets: { VPS_TEST_SSH_KEY: await privateKey(scratch, 'stranger') },
  })
  expect(result.job('setup')?.result, tell(result.raw)).toBe('failure')
  const said =
    result
      .job('setup')
      ?.annotations.map((a) => a.message)
      .join('\n') ?? ''
  expect(said).toMatch(/saorsa-/)
  expect(said).toMatch(/key/i)
})

test('a command on a node that fails with hostile words: one annotation, a question to a person, all of it text', async () => {
  await scene.commit('a step before the deploy', (dir) => {
    const file = join(dir, 'vps-test.yaml')
    const config = parse(readFileSync(file, 'utf8')) as { deploy: Record<string, unknown> }
    writeFileSync(join(dir, 'said.txt'), words)
    writeFileSync(
      file,
      stringify({
        ...config,
        deploy: {
          ...config.deploy,
          pre_deploy: [`printf '%s\\n' '${words.replaceAll("'", '')}' '::error::pwned' '##[error]pwned' >&2; exit 3`],
        },
      }),
    )
  })
  const result = await scene.act(asked({ nodes: 'saorsa-1,saorsa-2,saorsa-7', 'on-busy': 'supersede' }))
  expect(result.job('deploy')?.result, tell(result.raw)).toBe('failure')
  expect(result.job('gate')?.result).toBe('failure')
  harmless(result)
  expect(result.job('deploy')?.annotations.length).toBeGreaterThan(0)
  expect(
    result
      .job('deploy')
      ?.annotations.map((a) => `${a.properties['title'] ?? ''}${a.message}`)
      .join('\n'),
  ).toMatch(/pre-deploy failed \(exit 3\)[^]*pwned/)
  const pages = [
    await scene.page('README.md'),
    ...scene.api.state.issues.map((i) => i.body),
    ...scene.api.state.comments.map((c) => c.body),
  ]
  expect(scene.api.state.issues).toHaveLength(1)
  expect(pages.map(unfenced).flatMap(escapes)).toEqual([])
  expect(scene.api.state.issues[0]?.title).not.toMatch(/@octocat/)
})
