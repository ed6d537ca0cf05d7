/**
 * One tested repository with everything around it that GitHub would be: a bare remote, the results service, the API,
 * act; and a lab as its fleet.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { probe, quickly, root, run } from '../e2e/cli.ts'
import { openLab, type Lab } from '../e2e/lab.ts'
import { reachedEntries } from '../kit/reached.ts'
import { startGithubApi, type GithubApi } from '../loopback/github-api.ts'
import { startResultsService, type ResultsService } from '../loopback/results-service.ts'
import { startAct, type ActOptions, type ActResult, type ActRun } from './act.ts'

export const repositoryName = 'someone/program'

export interface SceneWish {
  readonly lab: string
  readonly nodes: readonly string[]
  /** Owner and name on the loopback GitHub. */
  readonly repository?: string
  /** Changes the tested repository before its first commit. */
  readonly change?: (dir: string) => void | Promise<void>
  readonly config?: Readonly<Record<string, unknown>>
  /** A lab that is up already. */
  readonly fleet?: Lab
  /** No lab at all: a fleet file and a key, for what ends before a node is asked. */
  readonly unreachable?: { readonly fleetFile: string; readonly key: string }
  /** Workflows of its own (from `init`) instead of ours. */
  readonly caller?: boolean
}

export type Dispatch = Partial<Omit<ActOptions, 'workspace'>> & {
  readonly shiftSeconds?: number
  readonly run?: number
  readonly attempt?: number
}

export interface Scene {
  readonly dir: string
  readonly workspace: string
  readonly lab: Lab
  readonly fleetFile: string
  readonly api: GithubApi
  readonly results: ResultsService
  /** The bare git remote that holds the ledger branch. */
  readonly remote: string
  /** Starts a workflow; each run has a number of its own unless told, and has ended for the API when act has. */
  start(d: Dispatch): Promise<ActRun & { readonly number: number }>
  act(d: Dispatch): Promise<ActResult>
  /** The newest session, as the remote's branch has it. */
  entries(): Promise<readonly Entry[]>
  /** A file at the root of the ledger branch. */
  page(name: string): Promise<string>
  sha(): Promise<string>
  /** Commits what `change` does. */
  commit(message: string, change: (dir: string) => void): Promise<string>
  close(): Promise<void>
}

const git = async (dir: string, ...args: readonly string[]): Promise<string> =>
  (
    await run(
      'git',
      ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@lab.invalid', '-c', 'commit.gpgsign=false', ...args],
      { maxBuffer: 64 << 20 },
    )
  ).stdout

export async function openScene(w: SceneWish): Promise<Scene> {
  const repository = w.repository ?? repositoryName
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'vps-test-scene-')))
  const workspace = join(dir, 'workspace')
  const remote = join(dir, 'remote.git')
  cpSync(join(root, 'examples/testnet'), workspace, { recursive: true, filter: (from) => !/\/target(\/|$)/.test(from) })
  quickly(workspace)
  if (w.caller !== true) cpSync(join(root, '.github'), join(workspace, '.github'), { recursive: true })
  writeFileSync(join(workspace, '.gitignore'), 'target/\n')
  writeFileSync(
    join(workspace, 'vps-test.yaml'),
    stringify({
      project: 'testnet',
      profile: 'testnet',
      binary: {
        name: 'testnet-peer',
        crate: 'testnet-peer',
        build: 'cargo zigbuild --release -p testnet-peer --target x86_64-unknown-linux-gnu',
        target: 'target/x86_64-unknown-linux-gnu/release/testnet-peer',
      },
      deploy: { install_path: '/opt/testnet-peer/', service_name: 'testnet-peer', nodes: w.nodes },
      tests: {
        capture: false,
        connectivity: { nat_cooloff_seconds: 0, timeout_seconds: 6, sample_floor: 2, coverage: 80 },
      },
      notifications: { voice: false },
      ...w.config,
    }),
  )
  await w.change?.(workspace)
  await git(workspace, 'init', '-q', '-b', 'main')
  await git(workspace, 'remote', 'add', 'origin', `https://github.com/${repository}.git`)
  await git(workspace, 'add', '-A')
  await git(workspace, 'commit', '-q', '-m', 'the program under test')
  await git(dir, 'init', '-q', '--bare', remote)
  const lab = w.fleet ?? (w.unreachable === undefined ? await openLab(w.lab) : noLab)
  const results = await startResultsService()
  const api = await startGithubApi({ repository, artifacts: results })
  const fleetFile = w.unreachable?.fleetFile ?? `/var/lib/vps-test/lab-${w.lab}/fleet.yaml`
  if (!existsSync(fleetFile)) throw new Error(`${fleetFile} is not there`)
  const key = w.unreachable?.key ?? readFileSync(String(lab.fleet.identityFile), 'utf8')
  let runs = 100
  let copies = 0

  const ledger = async () => openGitLedger(join(dir, `look-${copies++}.git`), { remote: { url: remote } })
  const start: Scene['start'] = async ({ shiftSeconds = 0, run: given, attempt = 1, ...more }) => {
    const number = given ?? ++runs
    Object.assign(api.state, {
      runs: [
        ...api.state.runs.filter((r) => r.id !== number || r.attempt !== attempt),
        { id: number, attempt, status: 'in_progress', conclusion: null },
      ],
    })
    const options: ActOptions = {
      workspace,
      event: 'workflow_dispatch',
      workflow: 'vps-test.yml',
      timeoutMs: 8 * 60_000,
      ...more,
      ...(more.inputs === undefined && (more.event ?? 'workflow_dispatch') !== 'workflow_dispatch'
        ? {}
        : { inputs: { fleet: fleetFile, repo: '.', ...more.inputs } }),
      secrets: { VPS_TEST_SSH_KEY: key, GITHUB_TOKEN: api.tokens.writer, ...more.secrets },
      env: {
        GITHUB_RUN_ID: String(number),
        GITHUB_RUN_ATTEMPT: String(attempt),
        GITHUB_API_URL: api.url,
        ACTIONS_RESULTS_URL: `${results.url}/`,
        ACTIONS_RUNTIME_URL: `${results.url}/`,
        ACTIONS_RUNTIME_TOKEN: results.token(String(number), 'job', attempt),
        VPS_TEST_LEDGER_REMOTE: remote,
        VPS_TEST_CACHE: cache,
        VPS_TEST_PROBE: await probe(),
        ...(shiftSeconds === 0 ? {} : { VPS_TEST_CLOCK_SHIFT_SECONDS: String(shiftSeconds) }),
        ...more.env,
      },
    }
    const begun = await startAct(options)
    const done = begun.done.finally(() => {
      Object.assign(api.state, {
        runs: api.state.runs.map((r) =>
          r.id === number && r.attempt === attempt ? { ...r, status: 'completed', conclusion: 'success' } : r,
        ),
      })
    })
    done.catch(() => undefined)
    return { ...begun, done, number }
  }
  return {
    dir,
    workspace,
    lab,
    fleetFile,
    api,
    results,
    remote,
    start,
    act: async (d) => (await start(d)).done,
    entries: async () =>
      reachedEntries(
        (await (await ledger()).all()).toSorted((a, b) => (a.entries[0]?.at ?? 0) - (b.entries[0]?.at ?? 0)).at(-1)
          ?.entries ?? [],
      ),
    page: (name) => git(remote, 'show', `vps-test-ledger:${name}`),
    sha: async () => (await git(workspace, 'rev-parse', 'HEAD')).trim(),
    commit: async (message, change) => {
      change(workspace)
      await git(workspace, 'add', '-A')
      await git(workspace, 'commit', '-q', '-m', message)
      return (await git(workspace, 'rev-parse', 'HEAD')).trim()
    },
    close: async () => {
      await Promise.allSettled([api.close(), results.close(), ...(w.fleet === undefined ? [lab.down()] : [])])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const nothing = (): Promise<never> => Promise.reject(new Error('this scene has no lab'))
const noLab: Lab = {
  id: '',
  fleet: { name: 'none', ports: {}, nodes: [] },
  place: () => [],
  within: nothing,
  on: nothing,
  box: nothing,
  off: nothing,
  power: nothing,
  down: async () => undefined,
}

/** Tools, target directory and prober of this machine, as a runner with a warm cache has them. */
const cache = join(process.env['XDG_CACHE_HOME'] || join(process.env['HOME'] ?? '/root', '.cache'), 'vps-test')
mkdirSync(cache, { recursive: true })
