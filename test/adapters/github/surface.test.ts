/** A step as the runner sees it: what it writes to its files and its log, read by the runner's own rules. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { cutMarkdown } from '../../../src/adapters/github/cut.ts'
import { secretParts } from '../../../src/adapters/github/surface.ts'

const entry = join(import.meta.dirname, 'surface.entry.ts')
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'vps-test-surface-'))
  for (const name of ['output', 'summary']) writeFileSync(join(place, name), '')
  return () => rmSync(place, { recursive: true, force: true })
})
const read = (name: string): string => readFileSync(join(place, name), 'utf8')
const step = (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> =>
  new Promise((done) => {
    execFile(
      process.execPath,
      [entry, ...args],
      {
        timeout: 15_000,
        env: {
          GITHUB_ACTIONS: 'true',
          GITHUB_OUTPUT: join(place, 'output'),
          GITHUB_STEP_SUMMARY: join(place, 'summary'),
          ...env,
        },
      },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    )
  })

/** Lines that a runner would obey: `::x` at a line's start behind space, `##[` anywhere; .NET's lines end at \r too. */
const commands = (log: string): readonly string[] =>
  log.split(/\r\n|\n|\r/).filter((line) => /^[\s\u0085]*::/.test(line) || line.includes('##['))

const hostile = [
  '::error::pwned',
  '  ::set-output name=x::y',
  'ok\r::error::pwned',
  '\u0085::add-mask::a',
  '\u2003::stop-commands::x',
  'a ##[error]pwned',
  'x\n::error file=a::pwned',
  '\u001b[0m::error::pwned',
  '\u200b::error::pwned',
  '\ufeff::error::pwned',
  '\t\v\f::error::pwned',
  '[1] ##[group]x',
]

describe('the log', () => {
  test.each(hostile)('%j is no command', async (text) => {
    const { out, err, code } = await step(['log', text])
    expect(code).toBe(0)
    expect(err).toBe('')
    expect(out).not.toContain('not shown')
    expect(out.replaceAll(/[^a-z]/g, '')).toMatch(/pwned|setoutput|addmask|stopcommands|group/)
    expect(commands(out)).toEqual([])
  })

  test("a group's title and a failure hold no second command", async () => {
    expect(commands((await step(['group', 'x\n::error::pwned'])).out)).toEqual([
      '::group::x%0A: :error::pwned',
      '::endgroup::',
    ])
    const failed = await step(['fail', 'why\r\n::error::pwned'])
    expect(failed.code).toBe(1)
    expect(commands(failed.out)).toEqual(['::error title=inconclusive::why%0A: :error::pwned'])
  })
})

test('inputs have dashes in their names; the key comes as it is', async () => {
  const { out } = await step(['inputs'], { 'INPUT_SSH-KEY': '  key\n\n', 'INPUT_RELEASE-TAG': ' v1 ' })
  expect(JSON.parse(out)).toEqual(['key', '  key\n\n', 'v1'])
})

test('outputs: text, JSON, and a value that ends no other', async () => {
  await step(['outputs'])
  const values = Object.fromEntries(
    [...read('output').matchAll(/^(\w+)<<(ghadelimiter_\S+)\n([^]*?)\n\2\n/gm)].map((m) => [m[1], m[3]]),
  )
  expect(values).toEqual({ state: 'COMPLETE', rates: '{"direct":1}', hostile: 'a\nghadelimiter\nb' })
})

describe('a masked key', () => {
  const key = '-----BEGIN OPENSSH PRIVATE KEY-----\r\nAAAAB3Nz\r\nq83vEjRW\r\n=\r\n-----END OPENSSH PRIVATE KEY-----'

  test('is masked whole, by line, and joined', async () => {
    const { out } = await step(['mask'], { 'INPUT_SSH-KEY': `${key}\n` })
    const masks = commands(out).map((line) => line.replace('::add-mask::', ''))
    expect(masks).toEqual(
      expect.arrayContaining([
        key.replaceAll('\r\n', '%0D%0A'),
        key.replaceAll('\r\n', '%0A'),
        'AAAAB3Nz',
        'q83vEjRW',
        'AAAAB3Nzq83vEjRW=',
      ]),
    )
    expect(masks).not.toContain('')
  })

  test('that was pasted with the two characters \\n too', () =>
    expect(secretParts('-----BEGIN X-----\\nAAAAB3Nz\\nq83v\\n-----END X-----\\n')).toEqual(
      expect.arrayContaining(['AAAAB3Nz', 'q83v', 'AAAAB3Nzq83v']),
    ))
  test('nothing is no secret', () => expect(secretParts(' \n')).toEqual([]))
})

describe('the summary', () => {
  test('is appended; where there is none, that is said', async () => {
    expect((await step(['summary', '# one'])).out).toBe('true')
    await step(['summary', '# two'])
    expect(read('summary')).toBe('# one\n# two\n')
    expect((await step(['summary', 'x'], { GITHUB_STEP_SUMMARY: '' })).out).toBe('false')
  })

  test("over GitHub's limit is cut, with everything closed that was open", async () => {
    await step(['big'])
    expect(statSync(join(place, 'summary')).size).toBeLessThanOrEqual(1024 * 1024)
    expect(statSync(join(place, 'summary')).size).toBeGreaterThan(1024 * 1000)
    expect(read('summary').slice(0, 40)).toMatch(/^first\n+<details>/)
    expect(read('summary').slice(-400)).toMatch(/é line\n```\n<\/details>\n\n\*\*Cut here:\*\* \d+ bytes/)
  })

  test('that is already full stays as it is', () => expect(cutMarkdown('x\n'.repeat(1000), 5)).toBe(''))
})

test('annotations: ten, the worst first, with nothing of theirs a command', async () => {
  const { out } = await step(['annotate'])
  expect(commands(out)).toHaveLength(10)
  expect(commands(out)[0]).toBe(
    '::error title=a%2Cb%3A%3Ac%0A%3A %3Aerror%3A%3Apwned,file=src/lib.rs,line=3::first%0A: :error::pwned',
  )
  expect(
    commands(out)
      .slice(1)
      .every((line) => line.startsWith('::warning')),
  ).toBe(true)
})
