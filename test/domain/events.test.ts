/** What is written into a ledger is what its readers read, and what anybody else wrote is refused with its place. */
import { describe, expect, test } from 'vitest'
import { entryShape } from '../../src/domain/events/check.ts'
import { isTest, meaningOf, type Entry } from '../../src/domain/events/entry.ts'
import { ledgerFormat } from '../../src/domain/events/facts.ts'
import { fleetOf, originOf, projectOf, subjectOf, testsOf, writerOf } from '../../src/domain/events/readers.ts'
import { buildRecord, commit, origin } from '../kit/facts.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { foreignEntry, runWriter, story, type Step } from '../kit/session.ts'

const through: readonly Step[] = [
  'begin',
  ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'] }],
  'queued',
  'ready',
  'toolchain',
  'built',
  'deployed',
  'inconclusive',
  'passed',
  'due',
  'claimed',
  'failed',
  'restart',
  'ready',
  'failed',
  'no-fix-command',
  'pushed',
  ['unrecoverable', { code: 'T004' }],
]
const by = runWriter('7')
const entries = story(through, { plan: planOf({ project: 'p', fleet: labFleet(['a'], 'lab-9') }), by })

describe('what a stage writes', () => {
  test.each(entries.map((e) => [`${e.from} ${e.event}`, e] as const))('%s is taken by the ledger', (_, entry) =>
    expect(entryShape(JSON.parse(JSON.stringify(entry)))).toBeNull(),
  )
  test('is read back', () => {
    expect([projectOf(entries), fleetOf(entries), originOf(entries), writerOf(entries.at(-1))]).toEqual([
      'p',
      'lab-9',
      origin,
      by,
    ])
    expect(testsOf(entries).map((t) => [t.result, t.checkpoint?.name ?? null])).toEqual([
      ['inconclusive', null],
      ['passed', null],
      ['failed', 'WAIT_1HR'],
    ])
  })
  test('the subject of the tested commit is the one that BUILD wrote', () => {
    expect(buildRecord.from).toMatchObject({ commit, subject: 'mend it' })
    expect(subjectOf(entries)).toBe('mend it')
  })
  test('three of its events are tests', () =>
    expect(entries.filter(isTest).map((e) => meaningOf(e).outcome)).toEqual(['inconclusive', 'passed', 'failed']))
})

describe('what is refused when it is read', () => {
  const begin = entries[0]
  const confirmed = entries[1]
  const own = (entry: (typeof entries)[number] | undefined, facts: object) => ({
    ...entry,
    facts: { ...entry?.facts, ...facts },
  })
  test.each([
    ['an event of another state', { ...begin, event: 'passed' }, '.event is none of '],
    ['the name of every object as an event', { ...begin, event: 'toString' }, '.event is none of '],
    ['a state that nobody knows', { ...begin, to: 'constructor' }, '.to is no state'],
    ['another format', own(begin, { format: ledgerFormat - 1 }), '.facts.format'],
    ['no format', own(begin, { format: undefined }), '.facts.format'],
    [
      'a plan without nodes',
      own(begin, { plan: { ...planOf(), nodes: null } }),
      '.facts.plan: is not as agreed: .nodes is no list',
    ],
    ['a policy that nobody knows', own(confirmed, { onBusy: 'no such policy' }), '.facts.onBusy'],
    ['a checkpoint that nobody takes', own(confirmed, { soak: ['WAIT_9HR'] }), '.facts.soak.0'],
    ['a due time beyond all dates', own(confirmed, { dueAt: 8.7e15 }), '.facts.dueAt'],
    ['a writer that is a word', own(confirmed, { by: 'me' }), '.facts.by'],
    ['facts that are a list', { ...confirmed, facts: [] }, '.facts'],
  ])('%s', (_, entry, fault) => expect(entryShape(entry)).toContain(fault))
  test('and its words are short and plain', () => {
    const fault = entryShape(own(confirmed, { onBusy: '\u001b[2J'.repeat(10_000) }))
    expect(fault?.length).toBeLessThanOrEqual(300)
    expect(fault).not.toContain('\u001b')
  })
})

test.each(['NOWHERE', '__proto__', 'constructor', ''])(
  'an entry of a stranger that comes from %j is no test',
  (from) => {
    expect(isTest({ ...foreignEntry([], {}), from: from as 'TEST' } as Entry)).toBe(false)
  },
)
