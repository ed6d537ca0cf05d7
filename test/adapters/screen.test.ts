/** What a screen takes of a line. */
import { expect, test } from 'vitest'
import { clipped } from '../../src/adapters/screen.ts'

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
