/**
 * The judges of workflow files that others wrote: GitHub's own parser, actionlint and zizmor. Each answers with its
 * complaints, one line each.
 */
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { rolldown } from 'rolldown'

export const root = join(import.meta.dirname, '../..')

export interface Tools {
  readonly act: string
  readonly actionlint: string
  readonly zizmor: string
}

/** `npm test` brought them; a single test file run by hand brings them itself. */
export async function tools(): Promise<Tools> {
  const stage = (await import(pathToFileURL(join(root, 'scripts/stage/workflow-tools.mjs')).href)) as {
    ensureWorkflowTools: () => Promise<void>
  }
  await stage.ensureWorkflowTools()
  const of = (name: string): string => {
    const path = process.env[name]
    if (path === undefined) throw new Error(`${name} is not set`)
    return path
  }
  return { act: of('VPS_TEST_ACT'), actionlint: of('VPS_TEST_ACTIONLINT'), zizmor: of('VPS_TEST_ZIZMOR') }
}

/** Paths of the workflow files of a repository, relative to it. */
export const workflowFiles = (repository: string): readonly string[] =>
  readdirSync(join(repository, '.github/workflows'))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => `.github/workflows/${name}`)

interface Parser {
  readonly parseWorkflow: (
    file: { readonly name: string; readonly content: string },
    trace: unknown,
  ) => {
    readonly context: { readonly errors: { getErrors(): readonly { readonly message: string }[] } }
    readonly value?: unknown
  }
  readonly convertWorkflowTemplate: (
    context: unknown,
    value: unknown,
  ) => Promise<{ readonly errors?: readonly { readonly Message: string }[] }>
  readonly NoOperationTraceWriter: new () => unknown
}

let loaded: Promise<Parser> | undefined

/** Node cannot import the package as it is published (JSON without its attribute): it is bundled first. */
const parser = (): Promise<Parser> =>
  (loaded ??= (async () => {
    const place = mkdtempSync(join(tmpdir(), 'vps-test-parser-'))
    try {
      const bundle = await rolldown({
        input: join(root, 'node_modules/@actions/workflow-parser/dist/index.js'),
        platform: 'node',
        logLevel: 'silent',
      })
      await bundle.write({ dir: place, format: 'esm', entryFileNames: 'parser.mjs' })
      return (await import(pathToFileURL(join(place, 'parser.mjs')).href)) as Parser
    } finally {
      rmSync(place, { recursive: true, force: true })
    }
  })())

/** What GitHub would say of a file. Every file here is checked on its own: a reusable workflow is not followed. */
export async function parserFaults(name: string, content: string): Promise<readonly string[]> {
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await parser()
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter())
  const read = context.errors.getErrors().map((error) => error.message)
  if (read.length > 0 || value === undefined) return read.length > 0 ? read : [`${name}: no workflow`]
  return ((await convertWorkflowTemplate(context, value)).errors ?? []).map((error) => error.Message)
}

interface Answer {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

const ask = (file: string, args: readonly string[], cwd: string): Promise<Answer> =>
  new Promise((done) => {
    execFile(file, args, { cwd, timeout: 60_000, maxBuffer: 1 << 26 }, (error, out, err) =>
      done({ code: error === null ? 0 : (error.code ?? 'signal'), out, err }),
    )
  })

/** With the ignore list that the repository brings, if any; `-shellcheck` off, because a machine may have none. */
export async function actionlintFaults(repository: string): Promise<readonly string[]> {
  const config = join(repository, '.github/actionlint.yaml')
  const { code, out, err } = await ask(
    (await tools()).actionlint,
    [
      ...(existsSync(config) ? ['-config-file', config] : []),
      '-no-color',
      '-oneline',
      '-shellcheck=',
      '-pyflakes=',
      ...workflowFiles(repository),
    ],
    repository,
  )
  if (code !== 0 && code !== 1) throw new Error(`actionlint ended with ${String(code)}: ${err}`)
  return out.split('\n').filter((line) => line !== '')
}

/** `regular` persona, offline; with the ignore list that the repository brings, if any. */
export async function zizmorFaults(repository: string): Promise<readonly string[]> {
  const config = join(repository, '.github/zizmor.yml')
  const { code, out, err } = await ask(
    (await tools()).zizmor,
    [
      '--offline',
      '--no-progress',
      '--no-exit-codes',
      '--format',
      'json-v1',
      ...(existsSync(config) ? ['--config', config] : ['--no-config']),
      '.github',
    ],
    repository,
  )
  if (code !== 0) throw new Error(`zizmor ended with ${String(code)}: ${err}`)
  interface Finding {
    readonly ident: string
    readonly desc: string
    readonly ignored: boolean
    readonly locations: readonly {
      readonly symbolic: {
        readonly key: { readonly Local?: { readonly verbatim_path?: string; readonly given_path?: string } }
      }
    }[]
  }
  return (JSON.parse(out) as readonly Finding[])
    .filter((one) => !one.ignored)
    .map((one) => `${one.ident}: ${one.desc} (${JSON.stringify(one.locations[0]?.symbolic.key)})`)
}

/**
 * A copy whose `uses: $/` are `./`, as tools of before July 2026 know it: they then follow our own action and
 * workflows.
 */
export async function withLocalUses<T>(repository: string, judge: (copy: string) => Promise<T>): Promise<T> {
  const copy = mkdtempSync(join(tmpdir(), 'vps-test-uses-'))
  try {
    mkdirSync(join(copy, '.git'), { recursive: true })
    cpSync(join(repository, '.github'), join(copy, '.github'), { recursive: true })
    cpSync(join(root, 'action.yml'), join(copy, 'action.yml'))
    mkdirSync(join(copy, 'dist'))
    writeFileSync(join(copy, 'dist/main.js'), '')
    for (const file of workflowFiles(copy))
      writeFileSync(join(copy, file), readFileSync(join(copy, file), 'utf8').replace(/uses: \$\//g, 'uses: ./'))
    return await judge(copy)
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
