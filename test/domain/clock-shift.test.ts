/** A moved clock is refused where it is no test's, and told whoever moved it. */
import { expect, test } from 'vitest'
import { checkEntryShift, checkShift, shiftNotes } from '../../src/domain/clock-shift.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { foreignEntry } from '../kit/session.ts'

const lab = { name: 'lab-1', lab: { natTimeoutFactor: 1, shaping: 'none' } } as const
const entry = (before: readonly Entry[], facts: object): Entry => foreignEntry(before, { facts })

test('only a lab has a clock that was moved', () => {
  const code = (shift: number | undefined, fleet: Parameters<typeof checkShift>[1]): string => {
    try {
      checkShift(shift, fleet)
      return 'none'
    } catch (error) {
      return (error as { facts: { code: string } }).facts.code
    }
  }
  expect([
    code(0, null),
    code(undefined, { name: 'saorsa' }),
    code(3700, lab as never),
    code(-1, lab as never),
  ]).toEqual(['none', 'none', 'none', 'none'])
  expect([
    code(3700, { name: 'saorsa' }),
    code(-1, { name: 'saorsa' }),
    code(3700, null),
    code(Number.NaN, lab as never),
    code('x' as never, lab as never),
  ]).toEqual(['U058', 'U058', 'U058', 'U059', 'U059'])
})

test('an entry is held against the newest plan, its own included', () => {
  const [real, onLab] = [entry([], { plan: { fleet: { name: 'saorsa' } } }), entry([], { plan: { fleet: lab } })]
  expect(() => {
    checkEntryShift([real], entry([real], { clockShift: 5 }))
  }).toThrow('fleet saorsa is none')
  expect(() => {
    checkEntryShift([real], entry([real], {}))
  }).not.toThrow()
  expect(() => {
    checkEntryShift([onLab], entry([onLab], { clockShift: 5 }))
  }).not.toThrow()
  expect(() => {
    checkEntryShift([onLab], entry([onLab], { clockShift: 5, plan: { fleet: { name: 'saorsa' } } }))
  }).toThrow('fleet saorsa is none')
})

test('the proof says it of every writer that moved the clock, not of the last alone', () => {
  const first = entry([], {})
  expect(shiftNotes([first], 0)).toEqual([])
  expect(shiftNotes([first, entry([first], { clockShift: 3700 }), entry([first], { clockShift: 3700 })], 0)).toEqual([
    { what: 'real waiting', why: 'the clock was moved by 3700 s for a test' },
  ])
  expect(shiftNotes([entry([], { clockShift: 3700 })], 90)).toEqual([
    { what: 'real waiting', why: 'the clock was moved by 3700 s, 90 s for a test' },
  ])
})
