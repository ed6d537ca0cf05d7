/** What the words of `npm run gauntlet` ask for. */
import { expect, test } from 'vitest'
import { wishOf } from '../../../scripts/gauntlet/wish.ts'

const lab = (...args: readonly string[]): unknown => {
  const wish = wishOf(args)
  if (typeof wish === 'string') return wish
  const { attacks, ...more } = wish.lab
  return { ...more, attacks: attacks.length, values: wish.values }
}

test('without words: values, and no lab', () =>
  expect(lab()).toEqual({ honest: 0, ten: 0, composed: 0, attacks: 0, topology: 'five', values: true }))
test('a lab: every attack and one honest run', () =>
  expect(lab('--lab')).toMatchObject({ honest: 1, ten: 0, attacks: expect.any(Number) as number }))
test('figures of a lab alone', () =>
  expect(lab('--no-values', '--honest', '30', '--ten', '5', '--composed-lab', '3')).toEqual({
    honest: 30,
    ten: 5,
    composed: 3,
    attacks: 0,
    topology: 'five',
    values: false,
  }))
test('some attacks alone', () => expect(lab('--only', 'junk,noexec')).toMatchObject({ attacks: 2, honest: 0 }))
test('another lab', () => {
  expect(lab('--only', 'junk', '--topology', 'saorsa')).toMatchObject({ attacks: 1, topology: 'saorsa' })
  expect(lab('--topology', 'none')).toBe('no topology "none"; one of: five, saorsa')
})
test('what is no word of it', () => {
  expect(lab('--only', 'junk,none')).toMatch(/^no attack "none"; one of: claims, /)
  expect(lab('--honest', 'x')).toBe('"x" is no number')
  expect(lab('--nothing')).toMatch(/--nothing/)
  expect(lab('--help')).toBe('help')
})
