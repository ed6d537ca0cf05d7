/** What a screen takes of a line. */
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { clipped } from '../../src/adapters/screen.ts'
import { quote } from '../../src/commands/quote.ts'

const red = (text: string): string => `\u001b[31m${text}\u001b[0m`
test.each([
  ['abcdef', 4, 'abcd'],
  ['abcd', 4, 'abcd'],
  [`${red('ab')}cdef`, 3, `${red('ab')}c`],
  [`a${red('bcdef')}`, 3, 'a\u001b[31mbc'],
  [`ab${red('c')}`, 3, `ab${red('c')}`],
  ['a🦀bc', 3, 'a🦀b'],
  ['', 3, ''],
])('%j in %i columns', (line, columns, kept) => expect(clipped(line, columns)).toBe(kept))

const adapter = join(import.meta.dirname, '../../src/adapters/screen.ts')
const program = (body: string): readonly string[] => [
  process.execPath,
  '--input-type=module',
  '-e',
  `import { openScreen } from ${JSON.stringify(adapter)}; const s = openScreen(); ${body}`,
]
const onTerminal = (body: string): string =>
  execFileSync('script', ['-qec', `stty cols 6 rows 2; ${program(body).map(quote).join(' ')}`, '/dev/null'], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { ...process.env, TERM: 'xterm' },
  })

test('without a terminal there is no screen', () => {
  const [file = '', ...args] = program('process.stdout.write(String(s))')
  expect(execFileSync(file, args, { encoding: 'utf8', timeout: 20_000 })).toBe('null')
})

const noScript = spawnSync('script', ['--version'], { timeout: 60_000 }).status !== 0
describe.skipIf(noScript)(`on a terminal${noScript ? ' (skipped: no program `script`)' : ''}`, () => {
  const [enter, leave] = ['\u001b[?1049h\u001b[?25l\u001b[?7l', '\u001b[?7h\u001b[?25h\u001b[?1049l']
  test('a frame fits, and the terminal is given back as it was', () => {
    const out = onTerminal(`s.draw(['12345678', 'b', 'c']); s.close(); s.close(); s.draw(['late'])`)
    expect(out).toContain(`${enter}\u001b[?2026h\u001b[H123456\u001b[0m\r\r\nb\u001b[0m\u001b[K\u001b[?2026l${leave}`)
    expect(out.split(leave)).toHaveLength(2)
    expect(out).not.toContain('late')
  })
  test('what a longer frame left below goes', () => {
    expect(onTerminal(`s.draw(['a']); s.close()`)).toContain('a\u001b[0m\u001b[K\r\r\n\u001b[J\u001b[?2026l')
  })
  test('also when whoever draws breaks', () => {
    expect(onTerminal(`s.draw(['a']); process.exit(0)`).trimEnd().endsWith(leave)).toBe(true)
  })
  test('a changed size is told, and not after the end', () => {
    const out = onTerminal(
      `let n = 0; s.onResize(() => { n++ }); process.stdout.emit('resize'); s.close(); process.stdout.emit('resize'); process.stdout.write('told ' + n)`,
    )
    expect(out).toContain('told 1')
  })
})
