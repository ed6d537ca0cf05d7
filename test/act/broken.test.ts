/**
 * What breaks on the way, by the workflow as a caller uses it: a toolchain, a compile error and the push that mends it,
 * a cancelled test, nodes without room. The project lies in a folder of its repository.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { unzip } from '../../src/adapters/github/unzip.ts'
import type { BuildRecord } from '../../src/domain/build.ts'
import { chainFaults } from '../../src/domain/ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { holderOn, runningOn, service } from '../e2e/subject.ts'
import type { ActResult } from './act.ts'
import { attemptsOf, withFollowers } from './again.ts'
import { serveGit, type GitServer } from './held.ts'
import { tell } from './log.ts'
import { openScene, type Dispatch, type Scene } from './scene.ts'
import { sessionsOf, steps } from './soaking.ts'

const id = 'g2'
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7']
const peers = nodes.slice(1)
const folder = 'programs/mesh'
const source = join(folder, 'crates/testnet-peer/src/main.rs')
const path = process.env['PATH'] ?? ''
let scene: Scene
let server: GitServer

/** The repository's own workflow calls ours; everything but its inputs is the real file. */
const caller = {
  name: 'mesh',
  on: { workflow_dispatch: {}, push: { branches: ['main'] } },
  permissions: {},
  jobs: {
    mesh: {
      uses: 'saorsa-labs/vps-test/.github/workflows/vps-test.yml@act',
      permissions: {
        contents: 'write',
        actions: 'read',
        'id-token': 'write',
        attestations: 'write',
        issues: 'write',
        'pull-requests': 'write',
        checks: 'write',
      },
      with: {
        fleet: `/var/lib/vps-test/lab-${id}/fleet.yaml`,
        repo: folder,
        soak: 'off',
        focus: 'connectivity',
        criteria: 'threshold',
        proof: 'all-evidence',
      },
      secrets: { 'ssh-key': '${{ secrets.VPS_TEST_SSH_KEY }}' },
    },
  },
}

function intoFolder(workspace: string): void {
  const names = readdirSync(workspace).filter((name) => name !== '.gitignore')
  mkdirSync(join(workspace, folder), { recursive: true })
  for (const name of names) renameSync(join(workspace, name), join(workspace, folder, name))
  mkdirSync(join(workspace, '.github/workflows'), { recursive: true })
  writeFileSync(join(workspace, '.github/workflows/mesh.yml'), stringify(caller))
}

beforeAll(async () => {
  scene = await openScene({ lab: id, nodes, caller: true, change: intoFolder })
  server = await serveGit(scene.remote)
  // Room that a test can use up.
  await Promise.all(nodes.map((n) => scene.lab.on(n, 'mkdir -p /opt; mount -t tmpfs -o size=64m tmpfs /opt')))
})
afterAll(async () => {
  process.env['PATH'] = path
  await server?.close()
  await scene?.close()
})

const started = (): Dispatch => ({
  workflow: 'mesh.yml',
  event: 'workflow_dispatch',
  env: { VPS_TEST_CACHE: ownCache() },
})
const pushed = (): Dispatch => ({
  workflow: 'mesh.yml',
  event: 'push',
  env: { VPS_TEST_CACHE: ownCache(), VPS_TEST_LEDGER_REMOTE: server.url },
})

/** The machine's tools, and a target directory that no other build writes into: these programs differ. */
function ownCache(): string {
  const common = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'vps-test')
  const own = join(scene.dir, 'cache')
  mkdirSync(own, { recursive: true })
  for (const name of readdirSync(common).filter((n) => /^zig-[\w.-]*\d$/.test(n)))
    if (!existsSync(join(own, name))) symlinkSync(join(common, name), join(own, name))
  return own
}
const ran = (result: ActResult): readonly string[] => result.jobs.map((job) => job.id)
const newest = async (): Promise<readonly Entry[]> => (await sessionsOf(scene)).at(-1)?.entries ?? []
const change =
  (what: (text: string) => string) =>
  (workspace: string): void => {
    const file = join(workspace, source)
    writeFileSync(file, what(readFileSync(file, 'utf8')))
  }
/** Process and digest of what runs, by node. */
const running = async (): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries(await Promise.all(peers.map(async (n) => [n, await runningOn(scene.lab, n)] as const)))
const registry = (): Promise<string> =>
  scene.lab.on(
    'saorsa-1',
    `pid=$(systemctl show ${service}-registry -p MainPID --value); echo "$pid $(sha256sum /proc/$pid/exe | cut -c1-64)"`,
  )
const holders = (): Promise<readonly string[]> => Promise.all(peers.map((n) => holderOn(scene.lab, n)))

/** Names of the files in the newest artifact whose name begins so, with their sizes. */
async function artifact(begins: string): Promise<Readonly<Record<string, number>>> {
  const found = scene.results.artifacts().findLast((a) => a.name.startsWith(begins))
  if (found === undefined) return {}
  const place = mkdtempSync(join(scene.dir, 'artifact-'))
  writeFileSync(join(place, 'x.zip'), found.data)
  const names = await unzip(
    join(place, 'x.zip'),
    join(place, 'all'),
    { files: 1000, bytes: 1 << 28 },
    AbortSignal.timeout(90_000),
  )
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(place, 'all', name)).length]))
}
const logsOf = (names: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(names.map((n) => [`logs/${n}.log`, expect.any(Number) as number]))

describe('a toolchain that cannot work here', () => {
  test('the run is green by the native build of the same commit, and that binary is on the nodes', async () => {
    const shims = join(scene.dir, 'shims')
    mkdirSync(shims)
    for (const [name, text] of [
      [
        'cargo-zigbuild',
        'case "$1" in --version) echo cargo-zigbuild 0.0.0;; *) echo "error: zig: unable to find libc" >&2; exit 1;; esac',
      ],
      ['zig', 'echo 0.0.0'],
    ] as const) {
      writeFileSync(join(shims, name), `#!/bin/sh\n${text}\n`)
      chmodSync(join(shims, name), 0o755)
    }
    process.env['PATH'] = `${shims}:${path}`
    const result = await scene.act(started()).finally(() => {
      process.env['PATH'] = path
    })
    expect(result.code, tell(result.raw)).toBe(0)
    expect(ran(result)).toEqual([
      'plan',
      'setup',
      'compile',
      'build',
      'deploy',
      'test',
      'collect-proof',
      'advance',
      'report',
      'gate',
    ])
    expect(result.job('compile')).toMatchObject({
      result: 'success',
      outputs: { 'compile.compiled': expect.stringMatching(/^\d+$/) as string },
    })
    expect(result.job('collect-proof')?.annotations).toMatchObject([
      { kind: 'notice', properties: { title: 'zigbuild failed, built natively' } },
    ])
    const entries = await newest()
    expect(steps(entries)).toEqual([
      'IDLE begin INTERVIEW',
      'INTERVIEW confirmed SETUP',
      'SETUP ready BUILD',
      'BUILD toolchain BUILD',
      'BUILD built DEPLOY',
      'DEPLOY deployed TEST',
      'TEST begun TEST',
      'TEST passed COMPLETE',
    ])
    const record = entries.find((e) => e.event === 'built')?.facts['build'] as unknown as BuildRecord
    expect(record).toMatchObject({
      source: 'native',
      from: { kind: 'git', commit: await scene.sha(), subdir: folder, dirty: null },
      toolchain: { zig: null },
      before: [{ source: 'zigbuild', reason: 'toolchain' }],
    })
    expect(Object.values(await running()).map((one) => one.split(' ')[1])).toEqual(peers.map(() => record.sha256))
  })
})

describe('a compile error', () => {
  let broken: string
  test('the build job fails with file and line, nothing is built natively, a person is asked, the gate is red', async () => {
    broken = await scene.commit(
      'a mistake',
      change((text) => `${text}\nfn broken() -> u32 { "no number" }\n`),
    )
    const line = readFileSync(join(scene.workspace, source), 'utf8').trimEnd().split('\n').length
    const result = await scene.act(started())
    expect(result.code).not.toBe(0)
    expect(ran(result), tell(result.raw)).toEqual([
      'plan',
      'setup',
      'compile',
      'build',
      'collect-proof',
      'advance',
      'report',
      'gate',
    ])
    const [compile, job] = [result.job('compile'), result.job('build')]
    expect([compile?.result, job?.result]).toEqual(['failure', 'failure'])
    expect(compile?.annotations).toMatchObject([
      { kind: 'error', properties: { title: expect.stringMatching(/^P301: /) as string } },
    ])
    expect(job?.annotations[0]).toMatchObject({ kind: 'error', properties: { file: source, line: String(line) } })
    const entries = await newest()
    expect(steps(entries).slice(3)).toEqual(['BUILD failed FIX', 'FIX no-fix-command AWAIT_PUSH'])
    expect(entries[0]).toMatchObject({ facts: { origin: { commit: broken, branch: 'main' } } })
    expect(scene.api.state.issues).toMatchObject([
      { state: 'open', title: expect.stringContaining(`failed: BUILD: ${source}:${line}`) as string },
    ])
    expect(result.job('gate')?.annotations.at(-1)).toMatchObject({
      kind: 'error',
      properties: { title: expect.stringMatching(/^failed: BUILD: .*\(build: failure, compile: failure\)$/) as string },
    })
    expect(await holders()).toEqual(['-', '-', '-'])
  })

  const attempts = () => attemptsOf(scene, pushed())
  let push: ReturnType<typeof attempts>
  test('a push that mends it goes on with the same session, also when the job that said so died', async () => {
    const before = await sessionsOf(scene)
    const commit = await scene.commit(
      'mended',
      change((text) => text.replace(/\nfn broken.*\n$/, '')),
    )
    push = attempts()
    const held = await server.hold('after')
    const first = await push.start()
    await held.reached(first.done)
    first.kill('plan', 'SIGKILL')
    await held.end('lands')
    expect(ran(await first.done)).toEqual(['plan', 'gate'])
    const after = await sessionsOf(scene)
    expect(after.map((s) => s.session.id)).toEqual(before.map((s) => s.session.id))
    expect(steps(after.at(-1)?.entries ?? []).slice(5)).toEqual(['AWAIT_PUSH pushed BUILD'])
    expect(after.at(-1)?.session.origin).toMatchObject({ commit, event: 'push' })
  })

  test('its test is cancelled in the middle: the logs of the nodes are kept, nobody else is in the way', async () => {
    const run = await push.start(withFollowers('plan'))
    await run.seen('test', /^test: \d+ attempts/)
    for (const signal of ['SIGINT', 'SIGTERM'] as const) run.kill('test', signal)
    const result = await run.done
    expect(result.job('plan')?.result, tell(result.raw)).toBe('success')
    expect(result.job('test')).toMatchObject({
      result: 'failure',
      annotations: [{ kind: 'error', properties: { title: 'interrupted' } }],
    })
    const { session, entries } = (await sessionsOf(scene)).at(-1) ?? { session: undefined, entries: [] }
    expect(session).toMatchObject({ state: 'TEST' })
    expect(entries.slice(-2).map((e) => e.event)).toEqual(['deployed', 'begun'])
    expect(result.job('collect-proof')?.result).toBe('success')
    expect(await artifact(`vps-test-logs-${session?.id ?? ''}-2`)).toMatchObject(logsOf(nodes))
    expect(await holders()).toEqual(['-', '-', '-'])
    expect(result.job('gate')?.result).toBe('failure')
  })

  test('run again from there, the session ends', async () => {
    const result = await (await push.start(withFollowers('test'))).done
    expect(result.code, tell(result.raw)).toBe(0)
    const sessions = await sessionsOf(scene)
    expect(sessions).toHaveLength(2)
    const entries = sessions.at(-1)?.entries ?? []
    expect(chainFaults(entries)).toEqual([])
    expect(steps(entries).slice(3)).toEqual([
      'BUILD failed FIX',
      'FIX no-fix-command AWAIT_PUSH',
      'AWAIT_PUSH pushed BUILD',
      'BUILD built DEPLOY',
      'DEPLOY deployed TEST',
      'TEST begun TEST',
      'TEST begun TEST',
      'TEST passed COMPLETE',
    ])
    expect(entries.at(-2)?.facts).toMatchObject({ test: 2, interrupted: [{ test: 1 }] })
    expect(await holders()).toEqual(['-', '-', '-'])
  })
})

describe('nodes without room', () => {
  test('the deploy job fails, each node runs what it ran in the same process, their logs are kept, the gate says why', async () => {
    await scene.commit(
      'another program',
      change((text) =>
        text.replace(
          'fn main() {',
          'fn main() {\n    if std::env::args_os().len() > 1000 {\n        println!("another program");\n    }',
        ),
      ),
    )
    const before = { ...(await running()), registry: await registry() }
    await Promise.all(nodes.map((n) => scene.lab.on(n, 'dd if=/dev/zero of=/opt/filler bs=64k 2>/dev/null || true')))
    const result = await scene.act(started())
    expect(result.code).not.toBe(0)
    expect(ran(result), tell(result.raw)).toEqual([
      'plan',
      'setup',
      'compile',
      'build',
      'deploy',
      'collect-proof',
      'advance',
      'report',
      'gate',
    ])
    expect(result.job('deploy')?.result).toBe('failure')
    const built = (await newest()).find((e) => e.event === 'built')?.facts['build'] as unknown as BuildRecord
    expect(Object.values(before).map((one) => one.split(' ')[1])).not.toContain(built.sha256)
    expect({ ...(await running()), registry: await registry() }).toEqual(before)
    const { session } = (await sessionsOf(scene)).at(-1) ?? {}
    expect(session?.state).toBe('STOPPED')
    expect(result.job('collect-proof')?.result).toBe('success')
    expect(await artifact(`vps-test-logs-${session?.id ?? ''}-1`)).toMatchObject(logsOf(nodes))
    expect(result.job('gate')?.annotations.at(-1)).toMatchObject({
      kind: 'error',
      properties: {
        title: expect.stringMatching(/^stopped \(counts as a failure\): .*\(deploy: failure\)$/) as string,
      },
    })
    expect(await holders()).toEqual(['-', '-', '-'])
    expect(scene.api.faults()).toEqual([])
  })
})
