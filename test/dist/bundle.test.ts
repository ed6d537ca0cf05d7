/** The bundle is deterministic, committed as built, and runs where there is no node_modules. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OutputOptions, rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import config from '../../rolldown.config.ts'
import pkg from '../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../..')
let place: string
beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'vps-test-bundle-'))
})
afterAll(() => rmSync(place, { recursive: true, force: true }))

interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A small environment of its own: nothing of this machine's, as on a runner. */
const start = (file: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [file, ...args],
      { cwd: place, timeout: 30_000, env: { HOME: place, ...env } },
      (error, out, err) =>
        done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, out, err }),
    )
  })

async function bundle(name: string, input: Readonly<Record<string, string>>): Promise<string> {
  const dir = join(place, name)
  const built = await rolldown({ ...config, input: { ...input }, logLevel: 'silent' })
  await built.write({ ...(config.output as OutputOptions), dir })
  await built.close()
  return dir
}

/** The least that a runner says. */
const runner = { GITHUB_ACTIONS: 'true', CI: 'true', GITHUB_REPOSITORY: 'someone/program', GITHUB_RUN_ID: '7' }

/** Every file of a directory, as text by name. */
const contents = (dir: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((e) => e.isFile())
      .map((e) => {
        const path = join(e.parentPath, e.name)
        return [path.slice(dir.length + 1), readFileSync(path, 'latin1')]
      }),
  )

describe('dist', () => {
  test('two builds give the same bytes', async () => {
    const [one, two] = [
      await bundle('one', config.input as Record<string, string>),
      await bundle('two', config.input as Record<string, string>),
    ]
    expect(Object.keys(contents(one))).toEqual(expect.arrayContaining(['cli.js', 'main.js', 'package.json']))
    expect(contents(two)).toEqual(contents(one))
  }, 60_000)

  test('the committed command line runs alone', async () => {
    cpSync(join(root, 'dist'), join(place, 'dist'), { recursive: true })
    expect(await start(join(place, 'dist/cli.js'), ['--version'])).toEqual({
      code: 0,
      out: `${pkg.version}\n`,
      err: '',
    })
  })

  test('the committed Action runs alone, as the runner starts it', async () => {
    cpSync(join(root, 'dist'), join(place, 'dist'), { recursive: true })
    const files = Object.fromEntries(
      ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY', 'GITHUB_STATE', 'GITHUB_ENV'].map((name) => [name, join(place, name)]),
    )
    for (const file of Object.values(files)) writeFileSync(file, '')
    const ended = await start(join(place, 'dist/main.js'), [], { ...files, ...runner, INPUT_COMMAND: 'version' })
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(readFileSync(files['GITHUB_OUTPUT'] as string, 'utf8')).toMatch(
      new RegExp(`^version<<(\\S+)\\n${pkg.version.replaceAll('.', '\\.')}\\n\\1\\n$`),
    )
  })

  test('a command the Action does not have fails loudly', async () => {
    cpSync(join(root, 'dist'), join(place, 'dist'), { recursive: true })
    expect(await start(join(place, 'dist/main.js'), [], { ...runner, INPUT_COMMAND: 'dance' })).toMatchObject({
      code: 2,
      out: expect.stringMatching(/^::error title=vps-test U063::command "dance" is not one of run, plan/) as string,
    })
  })
})

describe('the outside libraries, bundled', () => {
  test.each(['chacha20-poly1305@openssh.com', 'aes256-gcm@openssh.com', 'aes256-ctr'])(
    'run without node_modules and native parts, SSH with %s',
    async (cipher) => {
      const dir = await bundle(`parts-${cipher}`, { parts: join(root, 'test/dist/parts.entry.ts') })
      const ended = await start(join(dir, 'parts.js'), [cipher])
      expect(ended.err).toBe('')
      expect(JSON.parse(ended.out)).toEqual({
        ssh: 'said hello',
        node: process.version,
        yaml: { a: 1 },
        zod: true,
        artifact: 'function',
        octokit: 'function',
        github: 'function',
        core: 'function',
      })
    },
    60_000,
  )
})
