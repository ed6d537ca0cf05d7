/** From a runner's environment to a job: the facts of the run, the ledger branch, the key in memory. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openArtifacts } from '../adapters/github/artifacts.ts'
import { openForge } from '../adapters/github/forge.ts'
import { openSurface, type Surface } from '../adapters/github/surface.ts'
import { parsePrivateKey } from '../adapters/ssh/key.ts'
import { Failure } from '../domain/failure.ts'
import type { Origin } from '../domain/writer.ts'
import type { KeySource } from '../world.ts'
import type { Context } from '../app/context.ts'
import { localSessions, remoteSessions } from '../app/sessions.ts'
import { contextOf } from '../app/surroundings.ts'
import { readInputs } from './inputs.ts'
import type { Job, RunnerContext } from './job.ts'
import { artifactKeeper } from './store-artifact.ts'

export { againAsRoot, bring } from '../adapters/runner.ts'
export { takeEnvironment } from '../adapters/own-environment.ts'
export { openSurface }

export interface RunnerSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly directory: string
  readonly signal: AbortSignal
  readonly version: string
  readonly surface: Surface
}

export async function jobOf({ env, cwd, directory, signal, version, surface }: RunnerSurroundings): Promise<Job> {
  const key = keyOf(surface)
  const token = surface.input('github-token')
  const inputs = readInputs(surface.input)
  const facts = factsOf(env)
  const state = join(facts.temp, 'state')
  mkdirSync(state, { recursive: true })
  const plain = contextOf({
    env: { ...env, VPS_TEST_HOME: state },
    cwd: env['GITHUB_WORKSPACE'] || cwd,
    home: env['HOME'] ?? facts.temp,
    directory,
    signal,
    version,
  })
  const secrets = [
    token,
    ...(key === null ? [] : [key.kind === 'text' ? key.text : '']),
    env['ACTIONS_RUNTIME_TOKEN'] ?? '',
  ].filter((s) => s !== '')
  const forge =
    token === ''
      ? null
      : openForge({
          repository: facts.repository,
          token,
          apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
          signal,
        })
  const artifacts =
    (env['ACTIONS_RESULTS_URL'] ?? '') === ''
      ? null
      : openArtifacts({
          repository: facts.repository,
          token,
          run: facts.run,
          attempt: facts.attempt,
          serverUrl: facts.serverUrl,
          signal,
          ...(inputs.runId === '' ? {} : { limits: ofStrangers }),
        })
  const branchHome = remoteSessions({
    url: env['VPS_TEST_LEDGER_REMOTE'] || `${facts.serverUrl}/${facts.repository}.git`,
    authorization: token === '' ? null : `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
    secrets,
    dir: state,
    signal,
  })
  const context: Context = {
    ...plain,
    terminal: surface.terminal,
    sessions: inputs.ledger === 'none' ? localSessions(join(state, 'own')) : branchHome,
    forge,
    who: facts.origin.actor ?? plain.who,
    writer: {
      kind: 'run',
      repository: facts.repository,
      run: facts.run,
      attempt: facts.attempt,
      url: facts.runUrl,
    },
    missingKey,
    secrets,
    // Where a key or a token that writes is in this job, nothing of the project runs beside it.
    unenclosed: key === null && (inputs.command === 'compile' || inputs.ledger === 'none') ? 'build' : 'refuse',
    github: { baseUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com', ...(token === '' ? {} : { token }) },
  }
  return {
    context:
      artifacts === null ? context : { ...context, keep: artifactKeeper(artifacts, facts.attempt, context.terminal) },
    inputs,
    facts,
    surface,
    artifacts,
    key,
    baseHome: branchHome,
  }
}

const missingKey = (fleet: string): Failure =>
  new Failure({
    code: 'U069',
    message: `fleet ${fleet} needs the input ssh-key, which is empty`,
    remedy: 'gh secret set VPS_TEST_SSH_KEY < ~/.ssh/id_ed25519',
  })

/**
 * What a run without secrets may have packed; our own evidence of ten nodes is a tenth of it. How much of it is read:
 * domain/bundle-shape.
 */
const ofStrangers = { files: 5000, bytes: 64 * 1024 ** 2, each: 16 * 1024 ** 2 }

/** Untrimmed, because a key without its last newline is none; masked before anything else is done. */
function keyOf(surface: Surface): KeySource | null {
  const text = surface.rawInput('ssh-key')
  if (text.trim() === '') return null
  surface.mask(text)
  return { kind: 'text', text: parsePrivateKey(text, 'in the input ssh-key'), origin: 'in the input ssh-key' }
}

function factsOf(env: RunnerSurroundings['env']): RunnerContext {
  const need = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === '')
      throw new Failure({
        code: 'U064',
        message: `${name} is not set: this is the Action's entry, for a GitHub runner`,
        remedy: 'vps-test start',
      })
    return value
  }
  const repository = need('GITHUB_REPOSITORY'),
    run = need('GITHUB_RUN_ID'),
    serverUrl = env['GITHUB_SERVER_URL'] || 'https://github.com'
  const attempt = Number(env['GITHUB_RUN_ATTEMPT'] || '1')
  return {
    repository,
    serverUrl,
    run,
    attempt,
    runUrl: `${serverUrl}/${repository}/actions/runs/${run}${attempt > 1 ? `/attempts/${attempt}` : ''}`,
    origin: originOf(env, repository),
    workflow: env['GITHUB_WORKFLOW_REF']?.replace(/@.*$/, '').split('/').at(-1) ?? 'vps-test.yml',
    ref: env['GITHUB_REF_NAME'] ?? '',
    form: formOf(env['GITHUB_EVENT_PATH']),
    baseBranch: env['GITHUB_BASE_REF'] || defaultBranch(env['GITHUB_EVENT_PATH']),
    pullTitle: pullTitle(env),
    temp: join(
      env['RUNNER_TEMP'] || need('HOME'),
      `vps-test-${run}-${attempt}-${(env['GITHUB_JOB'] ?? 'job').replaceAll(/[^\w.-]/g, '_')}`,
    ),
  }
}

/** On a pull request the branch and commit are those of its head, not of the merge that the runner checked out. */
function originOf(env: RunnerSurroundings['env'], repository: string): Origin {
  const event = env['GITHUB_EVENT_NAME'] ?? 'unknown'
  const pull = event === 'pull_request' ? pullOf(env['GITHUB_EVENT_PATH']) : null
  return {
    repository,
    event,
    actor: env['GITHUB_ACTOR'] ?? null,
    branch: pull?.branch ?? (env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'] || null),
    commit: pull?.commit ?? env['GITHUB_SHA'] ?? null,
  }
}

interface EventPayload {
  readonly inputs?: object | null
  readonly pull_request?: {
    readonly title?: unknown
    readonly head?: { readonly ref?: unknown; readonly sha?: unknown }
  }
  readonly repository?: { readonly default_branch?: unknown }
}
const payload = (path: string | undefined): EventPayload =>
  path === undefined || !existsSync(path) ? {} : (JSON.parse(readFileSync(path, 'utf8')) as EventPayload)

const formOf = (path: string | undefined): readonly string[] | null => {
  const { inputs } = payload(path)
  return inputs === undefined || inputs === null ? null : Object.keys(inputs)
}
const defaultBranch = (path: string | undefined): string | null => {
  const name = payload(path).repository?.default_branch
  return typeof name === 'string' ? name : null
}

const pullTitle = (env: RunnerSurroundings['env']): string | null => {
  const title =
    env['GITHUB_EVENT_NAME'] === 'pull_request' ? payload(env['GITHUB_EVENT_PATH']).pull_request?.title : null
  return typeof title === 'string' && title !== '' ? title : null
}

function pullOf(path: string | undefined): { readonly branch: string; readonly commit: string } | null {
  const head = payload(path).pull_request?.head
  return typeof head?.ref === 'string' && typeof head.sha === 'string' ? { branch: head.ref, commit: head.sha } : null
}
