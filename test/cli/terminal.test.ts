/** Lines for a person, printed by a real process: nothing from a remote text acts on the terminal or on a CI runner. */
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { quote } from '../../src/commands/quote.ts'

const adapter = join(import.meta.dirname, '../../src/adapters/terminal.ts')
const printed = (body: string): { readonly stdout: string; readonly stderr: string } => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', `import { terminal } from ${JSON.stringify(adapter)}; const t = terminal(); ${body}`],
    { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  expect(status).toBe(0)
  return { stdout, stderr }
}
const hostile = [
  '\u001b[2J\u001b]0;title\u0007red',
  'first\n::set-output name=x::y',
  '  ::error::x',
  '\u200b::stop-commands::t',
  'text ##[add-mask]secret',
  '\r::warning::z',
  'a\u202eb\u0085::error::q',
]

describe('without a terminal', () => {
  test.each(['info', 'warn'] as const)('%s: no escapes, no workflow commands', (level) => {
    const { stderr, stdout } = printed(`for (const text of ${JSON.stringify(hostile)}) t.${level}(text)`)
    expect(stdout).toBe('')
    // oxlint-disable-next-line no-control-regex
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/)
    expect(stderr).not.toMatch(/^\s*::/m)
    expect(stderr).not.toContain('##[')
    expect(stderr).toContain('first\n: :set-output name=x::y')
  })
  test('progress: one line of a key every two seconds, others beside it, no carriage returns', () => {
    const { stderr } = printed(
      `for (let i = 0; i < 500; i++) { t.progress('a', 'a ' + i); t.progress('b', '::b ' + i) }`,
    )
    expect(stderr).toBe('  a 0\n  : :b 0\n')
  })
  test('a result is printed on stdout as it is, with one newline at its end', () => {
    expect(printed(`t.print('a  b | c\\n'); t.print('d')`)).toEqual({ stdout: 'a  b | c\nd\n', stderr: '' })
  })
  test('workflow commands in a result do not act, and JSON stays the same value', () => {
    const value = { text: hostile }
    const { stdout } = printed(
      `t.print(JSON.stringify(${JSON.stringify(value)})); t.print(JSON.stringify(${JSON.stringify(value)}, null, 2)); t.print('log\\n::error::x ##[error]y')`,
    )
    expect(stdout).not.toMatch(/^\s*::/m)
    expect(stdout).not.toContain('##[')
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toEqual(value)
    expect(JSON.parse(stdout.slice(stdout.indexOf('\n'), stdout.indexOf('\nlog')))).toEqual(value)
  })
  test('no colour, not interactive', () => {
    expect(printed(`t.print(t.palette.bad('x') + String(t.interactive))`).stdout).toBe('xfalse\n')
  })
})

const noScript = spawnSync('script', ['--version'], { timeout: 60_000 }).status !== 0
describe.skipIf(noScript)(`on a terminal${noScript ? ' (skipped: no program `script`)' : ''}`, () => {
  test('progress replaces its line, and the next line starts clean', () => {
    const code = `import { terminal } from ${JSON.stringify(adapter)}; const t = terminal(); t.progress('a', '1 \\u001b[2J'); t.progress('a', '2'); t.info('done')`
    const out = execFileSync(
      'script',
      ['-qec', `${process.execPath} --input-type=module -e ${quote(code)}`, '/dev/null'],
      { encoding: 'utf8', timeout: 60_000, env: { ...process.env, NO_COLOR: '1' } },
    )
    expect(out).toContain('\r\u001b[K1 [2J\r\u001b[K2\r\u001b[Kdone\r\n')
  })
})
