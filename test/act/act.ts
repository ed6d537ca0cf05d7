/**
 * Runs the workflow files of a repository with act in host mode: every job a process of this machine, nothing fetched,
 * the host's variables left outside.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { stringify } from 'yaml'
import { reachedBy } from '../kit/reached.ts'
import { root, tools } from '../workflows/tools.ts'
import type { Rerun } from './downlevel.ts'
import { readJobs, readLine, type ActJob } from './log.ts'
import { preparePlace } from './place.ts'

export interface ActOptions {
  /**
   * A git repository with at least one commit; `origin` gives `github.repository`, HEAD `github.sha` and `github.ref`.
   */
  readonly workspace: string
  readonly event: 'workflow_dispatch' | 'push' | 'schedule' | 'workflow_run' | 'pull_request' | 'workflow_call'
  /** File name: `vps-test.yml`. */
  readonly workflow: string
  /** Of a dispatch. */
  readonly inputs?: Readonly<Record<string, string>>
  /** The rest of the event's payload. */
  readonly eventJson?: Readonly<Record<string, unknown>>
  readonly secrets?: Readonly<Record<string, string>>
  readonly vars?: Readonly<Record<string, string>>
  /**
   * Seen by every job and in the `github` context: GITHUB_API_URL, ACTIONS_RESULTS_URL, ACTIONS_RUNTIME_TOKEN,
   * GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT …
   */
  readonly env?: Readonly<Record<string, string>>
  /** Only this job and what it needs. */
  readonly job?: string
  /** Only these elements of a matrix: `due.session:s-1`. */
  readonly matrix?: readonly string[]
  readonly rerun?: Rerun
  /** Our own tree; default: this repository. */
  readonly action?: string
  readonly refs?: readonly string[]
  /** What checkouts are made of; default: the workspace. */
  readonly remote?: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
  /** Each line of act's JSON log, as it comes. */
  readonly onLine?: (line: string) => void
}

export interface ActResult {
  readonly code: number
  readonly jobs: readonly ActJob[]
  /** The one job of that id, or of that path where several have the id; undefined when it was skipped. */
  job(name: string): ActJob | undefined
  /** Every line that act printed, for a failed expectation. */
  readonly raw: readonly string[]
}

export interface ActRun {
  readonly done: Promise<ActResult>
  /** Waits for a line of a job's own output; rejects when act ends before. */
  seen(job: string, text: string | RegExp): Promise<void>
  /**
   * Sends a signal to the process of the step that runs in that job, as GitHub does it on a cancellation (SIGINT,
   * SIGTERM) or a dying runner (SIGKILL).
   */
  kill(job: string, signal: NodeJS.Signals): void
}

/** What a job may see of this machine: programs and their caches, not its credentials. */
const kept = [
  'LANG',
  'TERM',
  'TZ',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'RUSTUP_TOOLCHAIN',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'VPS_TEST_PROBE',
  'VPS_TEST_DELAY',
  'PIP_INDEX_URL',
  'PIP_CERT',
  'PIP_FIND_LINKS',
  'PIP_CONFIG_FILE',
]

export const runAct = async (options: ActOptions): Promise<ActResult> => (await startAct(options)).done

export async function startAct(options: ActOptions): Promise<ActRun> {
  const { act } = await tools()
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'vps-test-act-')))
  const home = join(scratch, 'home')
  const heard = join(scratch, 'heard')
  for (const folder of [home, heard]) mkdirSync(folder)
  const place = preparePlace(scratch, {
    workspace: options.workspace,
    action: options.action ?? root,
    refs: options.refs ?? [],
    rerun: options.rerun,
  })
  const file = (name: string, text: string): string => {
    writeFileSync(join(scratch, name), text, { mode: 0o600 })
    return join(scratch, name)
  }
  const event = file(
    'event.json',
    JSON.stringify({ ...options.eventJson, ...(options.inputs === undefined ? {} : { inputs: options.inputs }) }),
  )
  const given = {
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    ...(process.env['NODE_COMPILE_CACHE'] === undefined
      ? {}
      : { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] }),
    NODE_OPTIONS: `--import=${join(import.meta.dirname, 'last-words.mjs')}`,
    // A stand-in for the action reaches nothing.
    ...(process.env['VPS_TEST_REACHED'] === undefined || options.action !== undefined
      ? {}
      : { VPS_TEST_REACHED: process.env['VPS_TEST_REACHED'], VPS_TEST_REACHED_BY: JSON.stringify(reachedBy()) }),
    VPS_TEST_ACT_HEARD: heard,
    VPS_TEST_ACT_REMOTE: realpathSync(options.remote ?? options.workspace),
    ...options.env,
  }
  const args = [
    options.event,
    '-C',
    options.workspace,
    '-W',
    join(place.workflows, options.workflow),
    '-e',
    event,
    '--json',
    '--no-skip-checkout',
    '--no-cache-server',
    '--action-offline-mode',
    '-P',
    'ubuntu-24.04=-self-hosted',
    '--action-cache-path',
    join(scratch, 'cache'),
    '--env-file',
    file('env.yml', stringify(given)),
    '--secret-file',
    file('secrets.yml', stringify(options.secrets ?? {})),
    '--var-file',
    file('vars.yml', stringify(options.vars ?? {})),
    '--input-file',
    file('inputs.yml', '{}\n'),
    ...place.repositories.flatMap((one) => ['--local-repository', one]),
    ...(options.job === undefined ? [] : ['-j', options.job]),
    ...(options.matrix ?? []).flatMap((one) => ['--matrix', one]),
  ]
  const child = spawn(act, args, { cwd: scratch, env: environment(home), stdio: ['ignore', 'pipe', 'pipe'] })
  return follow(child, scratch, options)
}

/** Node 24 first on PATH: act runs JavaScript actions with whatever `node` is found, whatever `using:` says. */
function environment(home: string): Record<string, string> {
  const host = process.env
  const path = [join(root, 'node_modules/node/bin'), dirname(process.execPath), host['PATH'] ?? '/usr/bin:/bin']
  const cargo = {
    CARGO_HOME: join(host['HOME'] ?? '/root', '.cargo'),
    RUSTUP_HOME: join(host['HOME'] ?? '/root', '.rustup'),
  }
  const from = Object.fromEntries(kept.flatMap((name) => (host[name] === undefined ? [] : [[name, host[name]]])))
  return {
    ...cargo,
    ...from,
    PATH: path.join(':'),
    HOME: home,
    XDG_CACHE_HOME: host['XDG_CACHE_HOME'] || join(host['HOME'] ?? '/root', '.cache'),
  }
}

const lastWords = /^vps-test-act-last-words (\d+-\d+)\r?\n?$/

interface Waiter {
  readonly job: string
  readonly text: string | RegExp
  readonly met: () => void
  readonly ended: (error: Error) => void
}

function follow(child: ChildProcess, scratch: string, options: ActOptions): ActRun {
  const raw: string[] = []
  const waiters = new Set<Waiter>()
  const fits = (line: string, { job, text }: Waiter): boolean => {
    const one = readLine(line)
    return (
      one?.raw_output === true &&
      (one.jobID === job || one.job?.trim() === job) &&
      (typeof text === 'string' ? (one.msg ?? '').includes(text) : text.test(one.msg ?? ''))
    )
  }
  const take = (line: string): void => {
    // See last-words.mjs: all that the step printed before has been read.
    const last = lastWords.exec(readLine(line)?.msg ?? '')?.[1]
    if (last !== undefined) {
      writeFileSync(join(scratch, 'heard', last), '')
      return
    }
    raw.push(line)
    options.onLine?.(line)
    for (const waiter of waiters)
      if (fits(line, waiter)) {
        waiters.delete(waiter)
        waiter.met()
      }
  }
  const lines = [child.stdout, child.stderr].map((stream) => {
    if (stream === null) throw new Error('act has no output')
    const reader = createInterface({ input: stream, crlfDelay: Infinity }).on('line', take)
    return new Promise<void>((ended) => {
      reader.once('close', ended)
    })
  })
  // act ends its children with SIGKILL when it is asked to end; killed itself it would leave them.
  let broken = false
  let over = false
  const end = (): void => {
    broken = true
    child.kill('SIGTERM')
  }
  const timer = setTimeout(end, options.timeoutMs ?? 8 * 60_000)
  options.signal?.addEventListener('abort', end)
  const done = new Promise<number>((exit, fail) => {
    child.once('error', fail).once('close', (code) => exit(code ?? -1))
  })
    .then(async (code): Promise<ActResult> => {
      await Promise.all(lines)
      const jobs = readJobs(raw)
      return {
        code,
        jobs,
        raw,
        job: (name) => jobs.find((job) => job.path === name) ?? jobs.find((job) => job.id === name),
      }
    })
    .finally(() => {
      over = true
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', end)
      // A lab that a job built stays: it may be the fleet of the next run.
      if (broken) for (const pid of processesOf(scratch)) signalTo(pid, 'SIGKILL')
      rmSync(scratch, { recursive: true, force: true })
      for (const waiter of waiters)
        waiter.ended(new Error(`act ended before ${waiter.job} said ${String(waiter.text)}`))
    })
  done.catch(() => {})
  return {
    done,
    seen: (job, text) =>
      new Promise((met, ended) => {
        const waiter: Waiter = { job, text, met, ended }
        if (raw.some((line) => fits(line, waiter))) met()
        else if (over) ended(new Error(`act ended before ${job} said ${String(text)}`))
        else waiters.add(waiter)
      }),
    kill: (job, signal) => {
      const pids = processesOf(scratch, job)
      if (pids.length === 0) throw new Error(`no step of ${job} runs`)
      for (const pid of pids) signalTo(pid, signal)
    },
  }
}

/**
 * Steps of this run: their variables name our scratch directory. With `job`, only the leaders (each step leads a
 * session of its own).
 */
function processesOf(scratch: string, job?: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        if (
          !variables.includes(`HOME=${join(scratch, 'home')}`) ||
          !variables.some((one) => one.startsWith('GITHUB_JOB='))
        )
          return false
        const session = Number(
          readFileSync(`/proc/${pid}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ')[3],
        )
        return job === undefined || (variables.includes(`GITHUB_JOB=${job}`) && session === pid)
      } catch {
        return false
      }
    })
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
