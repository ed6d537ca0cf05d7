/** The bundle is deterministic, committed as built, and runs where there is no node_modules. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OutputOptions, rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import config from '../../rolldown.config.ts'
import pkg from '../../package.json' with { type: 'json' }
import { licensed, licensePage, packagesOf } from '../../scripts/licenses.ts'

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

const packages = ['actions', 'artifact', 'commander', 'execa', 'forge', 'octokit', 'prompts', 'ssh2', 'yaml', 'zod']
const late = ['actions-artifact', 'clack-prompts', 'forge', 'octokit'].map((name) => `late-${name}`)
const names = [
  ...[...late, ...packages, 'rolldown-runtime', 'shared'].map((name) => `chunks/${name}.js`),
  'cli.js',
  'licenses.txt',
  'main.js',
  'package.json',
].toSorted()

describe('dist', () => {
  test('two builds give the same bytes', async () => {
    const [one, two] = [
      await bundle('one', config.input as Record<string, string>),
      await bundle('two', config.input as Record<string, string>),
    ]
    expect(contents(two)).toEqual(contents(one))
    // No name depends on which module came first.
    expect(Object.keys(contents(one)).toSorted()).toEqual(names)
  })

  test('loads what few commands need only for them, and no HTTP client for the command line', () => {
    const files = contents(inject('bundle'))
    const loaded = (name: string, done: Set<string> = new Set()): ReadonlySet<string> => {
      if (done.has(name)) return done
      done.add(name)
      for (const [, from = ''] of (files[name] ?? '').matchAll(/^import\b[^'";]*["']([^"']+)["'];$/gm))
        loaded(from.startsWith('.') ? join(name, '..', from) : from, done)
      return done
    }
    for (const entry of ['cli.js', 'main.js'])
      expect([...loaded(entry)]).toEqual(expect.not.arrayContaining(['chunks/artifact.js', 'chunks/prompts.js']))
    const byCli = [...loaded('cli.js')]
    expect(byCli).toContain('chunks/shared.js')
    for (const name of ['chunks/octokit.js', 'http', 'https', 'node:http', 'node:https'])
      expect(byCli).not.toContain(name)
    for (const name of byCli) expect(files[name] ?? '', name).not.toMatch(/require\("(?:node:)?https?"\)/)
  })

  test('gives the licence of every package in it, in full', () => {
    const page = readFileSync(join(inject('bundle'), 'licenses.txt'), 'utf8')
    const bundled = Object.entries(contents(inject('bundle')))
      .filter(([name]) => name.endsWith('.js'))
      .flatMap(([, text]) =>
        [...text.matchAll(/^\s*\/\/ (node_modules\/\S+)$/gm)].map(([, id]) => join(root, id ?? '')),
      )
    const directories = packagesOf(bundled)
    expect(directories.length).toBeGreaterThan(100)
    for (const directory of directories) {
      const { name, text } = licensed(directory)
      expect(page).toContain(`\n${name} (`)
      expect(page).toContain(text)
      expect(text, name).toMatch(/permission|license|copyright/i)
      expect(text.length, name).toBeGreaterThan(500)
    }
  })

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

describe('a licence', () => {
  const of = (description: object, files: Readonly<Record<string, string>> = {}) => {
    const dir = mkdtempSync(join(place, 'package-'))
    writeFileSync(join(dir, 'package.json'), JSON.stringify(description))
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    return () => licensed(dir)
  }
  test('that a package does not bring stops the build, until somebody has looked where it is named', () => {
    expect(of({ name: 'bare', version: '1.0.0', license: 'MIT' })).toThrow('bare 1.0.0: no text of its licence (MIT)')
    expect(of({ name: 'bare', version: '1.0.0', license: 'MIT' }, { 'README.md': '## License\nMIT' })).toThrow(
      'no text',
    )
    expect(of({ name: 'binary', version: '0.3.1', license: 'MIT' })).toThrow('binary 0.3.1')
    expect(of({ name: 'binary', version: '0.3.0', license: 'GPL-3.0' })).toThrow('GPL-3.0')
    expect(of({ name: 'binary', version: '0.3.0', license: 'MIT' })().text).toContain('Copyright (c) James Halliday')
  })
  test('is read from its own file, with its notice, or from the README that holds it', () => {
    const own = of(
      { name: 'a', version: '1.0.0', license: 'Apache-2.0' },
      { LICENSE: 'L\r\n', 'NOTICE.md': 'N', 'x.js': '' },
    )
    expect(own()).toEqual({ name: 'a 1.0.0', license: 'Apache-2.0', text: 'L\n\nN' })
    const readme = '# b\nwords\n## License\n\n(MIT)\n\nPermission is hereby granted, free of charge'
    expect(of({ name: 'b', version: '1.0.0', license: 'MIT' }, { 'README.md': readme })().text).toBe(
      '(MIT)\n\nPermission is hereby granted, free of charge',
    )
  })
  test('that several packages share stands once', () => {
    const page = licensePage([
      { name: 'b 1', license: 'MIT', text: 'same' },
      { name: 'a 2', license: 'MIT', text: 'same' },
      { name: 'c 3', license: 'ISC', text: 'other' },
    ])
    expect(page.split('same')).toHaveLength(2)
    expect(page).toContain('\na 2 (MIT)\nb 1 (MIT)\n\nsame\n')
    expect(page).toContain('\nc 3 (ISC)\n\nother\n')
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
