/** The rules of the gauntlet's lab, seen to refuse; its lies are those of the example, its compositions repeat. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { composedRun } from './compose.ts'
import { labDisturbances } from './disturbances/all.ts'
import { labLies } from './lies.ts'
import { liesIn, wrongOf, type Sampled, type Seen, type Told } from './rules.ts'

const root = join(import.meta.dirname, '../../..')
const lieOf = (id: string, share = 100): Told => {
  const lie = labLies.find((l) => l.id === id)
  if (lie === undefined) throw new Error(`no lie ${id}`)
  return { lie, share }
}
const sample = (over: Partial<Sampled> = {}): Sampled => ({
  id: 'r1',
  nonce: '00'.repeat(16),
  group: 'direct',
  expected: 'end-to-end',
  to: 'saorsa-7',
  outcome: 'success',
  recovered: false,
  sentence: 'a → b: end-to-end',
  ...over,
})
const seen = (over: Partial<Seen> = {}, verdict = 'passed'): Seen => ({
  code: { passed: 0, failed: 20, inconclusive: 30 }[verdict] ?? 1,
  answer: { verdict, why: 'why', state: 'DONE' },
  samples: [sample()],
  failures: [],
  findings: [],
  targets: { direct: 99 },
  ...over,
})

describe('rules', () => {
  test.each([
    ['an honest program that passed', null, seen(), []],
    ['an honest program that nobody could judge', null, seen({}, 'inconclusive'), []],
    ['an honest program that failed', null, seen({}, 'failed'), ['an honest program failed: why']],
    ['no answer', null, seen({ answer: null, code: 1 }), ['no answer, exit code 1']],
    ['another exit code', null, seen({ code: 30 }), ['passed, and exit code 30']],
    ['a lie that failed', lieOf('junk'), seen({ samples: [sample({ outcome: 'failed' })] }, 'failed'), []],
    ['a lie that is a success', lieOf('junk'), seen({}, 'failed'), ['a lie is a success: a → b: end-to-end']],
    [
      'a lie that nobody counted, and passed',
      lieOf('hide'),
      seen({ samples: [sample({ outcome: 'infra' })] }),
      ['passed, and 1 of 1 of direct were lies'],
    ],
    ['another program', lieOf('another-program', 0), seen(), ['passed, and another program served']],
    ['a false name that nobody told', lieOf('swap'), seen(), ['passed, false names untold']],
    ['gossip that was lied to, and found', lieOf('diverges'), seen({ failures: ['convergence: 0/4'] }, 'failed'), []],
    [
      'gossip that was lied to, and nothing named',
      lieOf('diverges'),
      seen({}, 'failed'),
      ['failed, and no group is named'],
    ],
    [
      'gossip that was lied to, and an honest part of it blamed',
      lieOf('diverges'),
      seen({ failures: ['convergence: 0/4', 'broadcast: 9/10'] }, 'failed'),
      ['an honest part is blamed: broadcast: 9/10'],
    ],
    [
      'a sender that was slow, and found',
      lieOf('throttle'),
      seen({ failures: ['at least 2 Mbit/s: 0/12 = 0 %, target 100 %'] }, 'failed'),
      [],
    ],
    [
      'gossip that was lied to, and left open',
      lieOf('ghosts'),
      seen({}, 'inconclusive'),
      ['inconclusive, and a suite was lied to'],
    ],
    ['a false name', lieOf('swap'), seen({ findings: ['method-mislabelled'] }), []],
  ] as const)('%s', (_what, told, one, wrong) => expect(wrongOf(told, one)).toEqual(wrong))

  test('a lie concerns the dials that it can be told in, as often as it is told', () => {
    const last = (hex: string): Sampled => sample({ nonce: `${'00'.repeat(15)}${hex}` })
    expect(['00', '3f', '40', 'ff'].map((hex) => liesIn(lieOf('junk', 25), last(hex)))).toEqual([
      true,
      true,
      false,
      false,
    ])
    expect(liesIn(lieOf('relay-direct'), sample())).toBe(true)
    expect(liesIn(lieOf('relay-direct'), sample({ expected: 'relayed' }))).toBe(false)
    expect(liesIn(lieOf('relay-direct'), sample({ to: 'saorsa-2' }))).toBe(false)
    expect(liesIn(lieOf('tcp-tunnel'), sample({ group: 'nat_traversed' }))).toBe(false)
  })
})

test('every lie is one that the example can tell', () => {
  const source = readFileSync(join(root, 'examples/testnet/crates/testnet-peer/src/lies.rs'), 'utf8')
  expect(labLies.filter((l) => !source.includes(`"${l.id}"`)).map((l) => l.id)).toEqual([])
})

test('every disturbance is a file of its own', () =>
  expect(labDisturbances.filter((d) => !existsSync(join(import.meta.dirname, 'disturbances', `${d.id}.ts`)))).toEqual(
    [],
  ))

test('compositions are the same for the same number, and not all the same', () => {
  const all = Array.from({ length: 200 }, (_, i) => JSON.stringify(composedRun(i + 1)))
  expect(Array.from({ length: 200 }, (_, i) => JSON.stringify(composedRun(i + 1)))).toEqual(all)
  expect(new Set(all).size).toBeGreaterThan(100)
})
