/**
 * Not a test: one job of a workflow as GitHub's runner starts it. Our tree is bundled into a folder of its own, far
 * from node_modules; GitHub's services are on loopback; the ledger's remote is a bare repository.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { inject } from 'vitest'
import { parse } from 'yaml'
import { openGitLedger, type GitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { reachedCommand, reachedEntries } from '../kit/reached.ts'
import { startGithubApi, type GithubApi } from '../loopback/github-api.ts'
import { startResultsService, type ResultsService } from '../loopback/results-service.ts'

export const root = join(import.meta.dirname, '../..')
export const repository = 'someone/program'
export const commit = 'c0ffee'.repeat(6) + 'beef'

export interface StepWish {
  readonly inputs?: Readonly<Record<string, string>>
  readonly token?: string
  readonly run?: string
  readonly attempt?: number
  readonly event?: string
  readonly job?: string
  /** Undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface StepEnd {
  readonly code: number | null
  readonly out: string
  readonly err: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
  /** Lines that the runner obeys, in order; what it shows to debuggers only is left out. */
  readonly commands: readonly string[]
}

export interface Runner {
  readonly dir: string
  readonly workspace: string
  readonly remote: string
  readonly api: GithubApi
  readonly results: ResultsService
  /** One step of a job, to its end. */
  step(command: string, wish?: StepWish): Promise<StepEnd>
  begin(command: string, wish?: StepWish): { readonly child: ChildProcess; readonly end: Promise<StepEnd> }
  ledger(): Promise<GitLedger>
  entries(session: string): Promise<readonly Entry[]>
  sessions(): Promise<readonly string[]>
  close(): Promise<void>
}

export async function openRunner(): Promise<Runner> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'vps-test-runner-')))
  const [workspace, remote] = [join(dir, 'workspace'), join(dir, 'remote.git')]
  const action = dirname(inject('bundle'))
  cpSync(join(root, 'examples/testnet'), workspace, { recursive: true, filter: (from) => !/\/target(\/|$)/.test(from) })
  writeFileSync(join(workspace, '.gitignore'), 'target/\n')
  const git = (...args: readonly string[]): string =>
    execFileSync(
      'git',
      ['-C', workspace, '-c', 'user.name=t', '-c', 'user.email=t@lab.invalid', '-c', 'commit.gpgsign=false', ...args],
      { encoding: 'utf8' },
    )
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-q', '-m', 'the program under test')
  execFileSync('git', ['init', '-q', '--bare', remote])
  const results = await startResultsService()
  const api = await startGithubApi({ repository, artifacts: results })
  const declared = (
    parse(readFileSync(join(action, 'action.yml'), 'utf8')) as {
      readonly inputs: Readonly<Record<string, { readonly default?: string }>>
    }
  ).inputs
  let steps = 0

  const begin: Runner['begin'] = (
    command,
    {
      inputs = {},
      token = api.tokens.writer,
      run = '101',
      attempt = 1,
      event = 'workflow_dispatch',
      job = command,
      env = {},
    } = {},
  ) => {
    const place = join(dir, `step-${steps++}`)
    mkdirSync(join(place, 'temp'), { recursive: true })
    const files = Object.fromEntries(
      ['OUTPUT', 'STEP_SUMMARY', 'STATE', 'ENV', 'PATH'].map((name) => {
        writeFileSync(join(place, name), '')
        return [`GITHUB_${name}`, join(place, name)]
      }),
    )
    const eventFile = join(place, 'event.json')
    writeFileSync(
      eventFile,
      JSON.stringify({
        repository: { full_name: repository, default_branch: 'main' },
        inputs: Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== 'ssh-key')),
      }),
    )
    // As the runner does: every input that action.yml declares, in capitals, dashes kept.
    const given = Object.fromEntries(
      Object.entries({
        ...Object.fromEntries(Object.entries(declared).map(([name, { default: value = '' }]) => [name, value])),
        'github-token': token,
        command,
        ...inputs,
      }).map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
    )
    const whole: Readonly<Record<string, string | undefined>> = {
      PATH: process.env['PATH'],
      HOME: place,
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      ...given,
      ...files,
      GITHUB_WORKSPACE: workspace,
      GITHUB_EVENT_PATH: eventFile,
      GITHUB_EVENT_NAME: event,
      GITHUB_REPOSITORY: repository,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_API_URL: api.url,
      GITHUB_RUN_ID: run,
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_ACTOR: 'alice',
      GITHUB_SHA: commit,
      GITHUB_REF_NAME: 'main',
      GITHUB_JOB: job,
      GITHUB_WORKFLOW_REF: `${repository}/.github/workflows/vps-test.yml@refs/heads/main`,
      RUNNER_TEMP: join(place, 'temp'),
      ACTIONS_RESULTS_URL: `${results.url}/`,
      ACTIONS_RUNTIME_TOKEN: results.token(run, job, attempt),
      VPS_TEST_LEDGER_REMOTE: remote,
      ...env,
    }
    const child = spawn(process.execPath, [join(action, 'dist/main.js')], {
      cwd: workspace,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 240_000,
      env: Object.fromEntries(Object.entries(whole).filter(([, v]) => v !== undefined)) as NodeJS.ProcessEnv,
    })
    const text = { out: '', err: '' }
    child.stdout.on('data', (d: Buffer) => {
      text.out += d.toString()
    })
    child.stderr.on('data', (d: Buffer) => {
      text.err += d.toString()
    })
    const end = new Promise<StepEnd>((done) => {
      child.on('close', (code) => {
        reachedCommand(command, code)
        done({
          code,
          ...text,
          summary: readFileSync(join(place, 'STEP_SUMMARY'), 'utf8'),
          outputs: outputsIn(readFileSync(join(place, 'OUTPUT'), 'utf8')),
          commands: text.out
            .split(/\r\n|\n|\r/)
            .filter((line) => (/^\s*::/.test(line) && !line.startsWith('::debug::')) || line.includes('##[')),
        })
      })
    })
    return { child, end }
  }
  const ledger = (): Promise<GitLedger> => openGitLedger(remote)
  return {
    dir,
    workspace,
    remote,
    api,
    results,
    begin,
    ledger,
    step: (command, wish) => begin(command, wish).end,
    entries: async (session) => reachedEntries(await (await ledger()).read(session)),
    sessions: async () => (await ledger()).sessions(),
    close: async () => {
      await Promise.allSettled([api.close(), results.close()])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** By the runner's own rule: `name<<delimiter`, lines, the delimiter alone. */
export function outputsIn(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const lines = text.split('\n')
  for (let i = 0; i < lines.length; i++) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[i] ?? '') ?? []
    if (name === undefined || delimiter === undefined) {
      const [, plain, value] = /^([^=]+)=(.*)$/.exec(lines[i] ?? '') ?? []
      if (plain !== undefined) found[plain] = value ?? ''
      continue
    }
    const end = lines.indexOf(delimiter, i + 1)
    found[name] = lines.slice(i + 1, end).join('\n')
    i = end
  }
  return found
}

/** Everything that steps left behind on the machine, for looking for what must not be there. */
export const leftBy = ({ dir, workspace }: Runner): string =>
  [
    workspace,
    ...readdirSync(dir)
      .filter((name) => name.startsWith('step-'))
      .map((name) => join(dir, name)),
  ]
    .flatMap((place) => readdirSync(place, { recursive: true, withFileTypes: true }))
    .filter((f) => f.isFile())
    .map((f) => readFileSync(join(f.parentPath, f.name), 'latin1'))
    .join('\n')
