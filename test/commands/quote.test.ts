/** Quoting, judged by the shells that read it. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inside, quote, raw, render, sh } from '../../src/commands/quote.ts'
import type { Command } from '../../src/commands/command.ts'

const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/busybox'].filter((path) => existsSync(path))
const run = (shell: string, text: string): Buffer =>
  execFileSync(shell, [...(shell.endsWith('busybox') ? ['sh'] : []), '-c', text], { timeout: 60_000 })
/** Any text a word can hold: no NUL, no lone surrogate (which has no UTF-8). */
const words = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...' \'"\\$`!*?[]{}~#&;|<>()=-\n\t\r\x01\x7f'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
  })
  .filter((w) => !w.includes('\0') && w.isWellFormed())
const argv = (...list: readonly string[]): Command => ({ kind: 'argv', why: 'test', idempotent: true, argv: list })
const script = (text: string): Command => ({ kind: 'script', why: 'test', idempotent: true, text })

describe('quote', () => {
  it('leaves plain words alone and quotes the rest', () => {
    expect(['abc', '/usr/bin/x-y_z', 'a@b:22', '--key=v', '50%'].map(quote)).toEqual([
      'abc',
      '/usr/bin/x-y_z',
      'a@b:22',
      '--key=v',
      '50%',
    ])
    expect(['', 'a b', "it's", '$HOME', '~', 'é'].map(quote)).toEqual([
      `''`,
      `'a b'`,
      `'it'\\''s'`,
      `'$HOME'`,
      `'~'`,
      `'é'`,
    ])
  })
  it('quotes what a shell would not read as a word when it stands first', () => {
    for (const word of ['A=b', 'PATH+=x', '=ls', 'if', 'done', 'time', 'function'])
      expect(quote(word)).toBe(`'${word}'`)
  })
  it('refuses a NUL byte, which no argument can hold', () => {
    expect(() => quote('a\0b')).toThrow('NUL')
  })

  it.each(shells)(
    'comes back unchanged through %s',
    (shell) => {
      fc.assert(
        fc.property(fc.array(words, { maxLength: 24 }), (list) => {
          const text = `printf '%s\\037' ${list.map(quote).join(' ')}`
          expect(run(shell, text).toString()).toBe(list.length === 0 ? '\x1f' : list.map((w) => `${w}\x1f`).join(''))
        }),
        // Many words a run: a process costs more than they do.
        { numRuns: 20 },
      )
    },
    60_000,
  )

  it.each(shells)('keeps one of every byte class through sh -c inside %s', (shell) => {
    const every = String.fromCharCode(...Array.from({ length: 0x17e }, (_, i) => i + 1))
    expect(run(shell, render(script(sh`printf %s ${every}`))).toString()).toBe(every)
    expect(run(shell, render(inside(['env', 'X=y z'], script(sh`printf %s ${every}`)))).toString()).toBe(every)
  })
})

describe('sh', () => {
  it('quotes a string as one word, an array as several, passes numbers and raw text', () => {
    expect(sh`a ${'b c'} ${['d', 'e f']} ${7} ${raw('$g')}`).toBe(`a 'b c' d 'e f' 7 $g`)
  })
  it('removes the indentation of the template', () => {
    expect(sh`
      set -eu
        cat ${'x'}
    `).toBe('set -eu\n  cat x')
  })
  it('never touches the lines inside a value', () => {
    const value = '\nfirst\n   second   \n\n      '
    const text = sh`
      printf %s ${value}
      echo ${'  '}`
    expect(text).toBe(`printf %s '${value}'\necho '  '`)
    fc.assert(
      fc.property(words, (word) => {
        expect(sh`
        a ${word}
          b`).toBe(`a ${quote(word)}\n  b`)
      }),
    )
  })
  it('hands backslashes to the shell as written', () => {
    expect(sh`printf 'a\n'; echo \$x`).toBe(String.raw`printf 'a\n'; echo \$x`)
  })
})

describe('render', () => {
  it('gives argv as words and a script to sh -c', () => {
    expect(render(argv('ls', '-l', 'a b'))).toBe(`ls -l 'a b'`)
    expect(render(script(`echo 'x'`))).toBe(`sh -c 'echo '\\''x'\\'''`)
  })
  it('refuses a line that no kernel would take as one argument', () => {
    expect(render(argv('x'.repeat(131_071)))).toHaveLength(131_071)
    expect(() => render(argv('x'.repeat(131_072)))).toThrow('by stdin')
  })
})

describe('inside', () => {
  it('puts the prefix before the words, and a script behind sh -c', () => {
    expect(inside(['nsenter', '--net=/run/x', '--'], argv('ls', 'a b'))).toEqual(
      argv('nsenter', '--net=/run/x', '--', 'ls', 'a b'),
    )
    expect(inside(['in'], script('echo hi'))).toEqual(argv('in', 'sh', '-c', 'echo hi'))
    expect(inside([], script('echo hi'))).toEqual(script('echo hi'))
  })
})
