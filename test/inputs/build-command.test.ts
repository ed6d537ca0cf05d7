/** Build commands become argv with no shell in between, and whatever needs one is refused. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote } from '../../src/commands/quote.ts'
import { splitCommand, withZigbuild } from '../../src/inputs/build-command.ts'

describe('a build command', () => {
  test.each<readonly [string, readonly string[]]>([
    ['cargo zigbuild --release', ['cargo', 'zigbuild', '--release']],
    [
      `cargo\tbuild  --features 'a b' --config "x = \\"y\\""`,
      ['cargo', 'build', '--features', 'a b', '--config', 'x = "y"'],
    ],
    [`make CC=gcc 'a;b|c&d>$e' a\\ b ""`, ['make', 'CC=gcc', 'a;b|c&d>$e', 'a b', '']],
    [`cargo "it's" --x='y'z`, ['cargo', "it's", '--x=yz']],
  ])('%s', (text, argv) => {
    expect(splitCommand(text)).toEqual({ ok: true, argv })
  })

  test.each([
    ['cargo build && reboot', '"&"'],
    ['cargo build; reboot', '";"'],
    ['cargo build | tee x', '"|"'],
    ['cargo build > x', '">"'],
    ['cargo build < x', '"<"'],
    ['cargo build $HOME', '"$" (variables)'],
    ['cargo build "$HOME"', '"$"'],
    ['cargo build `id`', '"`"'],
    ['cargo build "`id`"', '"`"'],
    ['(cargo build)', '"("'],
    ['cargo\nreboot', 'several lines'],
    ['cargo build *.rs', 'file patterns'],
    ['cargo --path ~/x', '"~"'],
    ["cargo 'x", "a ' is not closed"],
    ['cargo "x', 'a " is not closed'],
    ['cargo x\\', 'ends with a backslash'],
    ['', 'must not be empty'],
    ["''", 'must not be empty'],
    ['RUSTFLAGS=-g cargo build', 'RUSTFLAGS=… before it needs a shell'],
  ])('refuses %j', (text, says) => {
    const split = splitCommand(text)
    expect(split.ok ? split.argv : split.message).toContain(says)
    expect(split.ok).toBe(false)
  })

  test('reads back every quoted word', () => {
    const words = fc
      .array(
        fc.string({ unit: 'binary' }).filter((w) => !w.includes('\0')),
        { minLength: 1, maxLength: 5 },
      )
      .filter(([first]) => first !== '' && !/^[A-Za-z_]\w*=/.test(first ?? ''))
    fc.assert(
      fc.property(words, (argv) => {
        expect(splitCommand(argv.map(quote).join(' '))).toEqual({ ok: true, argv })
      }),
    )
  })

  test('cargo zig build means cargo zigbuild', () => {
    expect(withZigbuild(['cargo', 'zig', 'build', '-p', 'x'])).toEqual({
      argv: ['cargo', 'zigbuild', '-p', 'x'],
      warning: expect.stringContaining('cargo zigbuild'),
    })
    expect(withZigbuild(['cargo', '+1.85', 'zig', 'build']).argv).toEqual(['cargo', '+1.85', 'zigbuild'])
    for (const argv of [
      ['cargo', 'zigbuild'],
      ['zig', 'build'],
      ['cargo', 'build', 'zig', 'build'],
    ])
      expect(withZigbuild(argv)).toEqual({ argv })
  })
})
