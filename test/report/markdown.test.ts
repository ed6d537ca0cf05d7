import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { block, code, table, text } from '../../src/report/markdown.ts'
import { spellHidden } from '../../src/domain/text.ts'

describe('foreign text inline', () => {
  test.each([
    ['a|b', 'a\\|b'],
    ['`rm`', '\\`rm\\`'],
    ['<img src=x onerror=alert(1)>', '&lt;img src=x onerror=alert\\(1\\)&gt;'],
    ['&lt;', '&amp;lt;'],
    ['[x](javascript:y)', '\\[x\\]\\(javascript:y\\)'],
    ['**bold** _it_ ~~no~~', '\\*\\*bold\\*\\* \\_it\\_ \\~\\~no\\~\\~'],
    ['@everyone', '@\u200beveryone'],
    ['fixes #12', 'fixes #\u200b12'],
    ['GH-12', 'GH\u200b-12'],
    ['see https://evil.example', 'see https:\u200b//evil.example'],
    ['www.evil.example', 'www\u200b.evil.example'],
    ['::error::x', ':\u200b:\u200berror:\u200b:x'],
    ['_www.evil.example', '\\_www\u200b.evil.example'],
    ['all :white_check_mark: here', 'all :\u200bwhite\\_check\\_mark: here'],
    ['08:05:09 127.0.0.1:9000: refused', '08:05:09 127.0.0.1:9000: refused'],
    ['##[error]x', '#\u200b#\u200b\\[error\\]x'],
    ['- item', '-\u200b item'],
    ['1. one', '1\u200b. one'],
    ['0.1.0', '0.1.0'],
    ['---', '---\u200b'],
    ['==', '==\u200b'],
    ['-6', '-6'],
    ['a\nb\r\nc', 'a⟨U+000A⟩b⟨U+000D⟩⟨U+000A⟩c'],
    ['\u001b[31mred', '⟨U+001B⟩\\[31mred'],
    ['a\u202eb', 'a⟨U+202E⟩b'],
    ['a\u200bb', 'a⟨U+200B⟩b'],
    ['back\\slash', 'back\\\\slash'],
    ['saorsa-6 → saorsa-10: ok', 'saorsa-6 → saorsa-10: ok'],
  ])('%j', (given, expected) => expect(text(given)).toBe(expected))
  test('is one line, holds no mention, tag or command, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        const out = text(s)
        expect(out).not.toMatch(/[\n\r<>\u001b]|@[\w-]|::|(?<!\\)\||(?<!\\)`/)
      }),
    )
  })
  test('is cut, and says by how much', () => {
    expect(text('x'.repeat(1000), 10)).toBe('xxxxxxxxxx… \\(990 more\\)')
    expect(text('\u{1f642}'.repeat(12), 10)).toBe(`${'\u{1f642}'.repeat(10)}… \\(2 more\\)`)
    expect(text('\u{1f642}'.repeat(10), 10)).toBe('\u{1f642}'.repeat(10))
  })
})

test.each([
  ['plain', '`plain`'],
  ['a`b', '``a`b``'],
  ['``', '``` `` ```'],
  ['a|b', '`a\\|b`'],
  ['a\\|b', '`a\\\u200b\\|b`'],
  ['a\nb', '`a⟨U+000A⟩b`'],
  ['', '` `'],
])('code %j', (given, expected) => expect(code(given)).toBe(expected))

test('a block cannot be closed from inside, nor give a workflow command', () => {
  expect(block('a\n```\n::stop-commands::x\n##[group]')).toBe(
    '````text\na\n```\n:\u200b:stop-commands:\u200b:x\n##\u200b[group]\n````',
  )
})

test('visible keeps what people read', () => expect(spellHidden('naïve — 日本語 🙂\tx')).toBe('naïve — 日本語 🙂 x'))

test('a table', () =>
  expect(table(['a', 'b'], [['1', '2']], ['left', 'right'])).toBe('| a | b |\n| --- | ---: |\n| 1 | 2 |'))
