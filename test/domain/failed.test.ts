/** Planted symptoms beside the cause that is named first, and whose it is: a row for each row of the table. */
import { expect, test } from 'vitest'
import { causeRows } from '../../src/domain/failed/causes.ts'
import { diagnosed, symptomsOf } from '../../src/domain/failed/diagnosis.ts'
import { sharedBy } from '../../src/domain/failed/shared.ts'
import type { FailedSubject, NewLines, Symptoms } from '../../src/domain/failed/symptoms.ts'

const pair = (from: string, to: string, more: Partial<FailedSubject> = {}): FailedSubject => ({
  suite: 'connectivity',
  group: 'direct',
  subject: `${from} → ${to}`,
  from,
  to,
  times: 1,
  sentence: `${from} → ${to}: nothing arrived`,
  ...more,
})
const line = (template: string, more: Partial<NewLines> = {}): NewLines => ({
  level: 'error',
  template,
  count: 3,
  nodes: ['a'],
  change: 'new',
  ...more,
})
const finding = (kind: string) => ({ kind, message: `${kind} of a` })
const oneCaller = [pair('a', 'b'), pair('a', 'c'), pair('a', 'd')]
const everywhere = [pair('a', 'b'), pair('c', 'd'), pair('e', 'f')]
const shared = (failing: readonly FailedSubject[]): Pick<Symptoms, 'failing' | 'shared'> => ({
  failing,
  shared: sharedBy(failing, []),
})

const planted: readonly (readonly [cause: string, owner: string, of: Partial<Symptoms>])[] = [
  ['controls', 'harness', { reasons: [{ kind: 'invalid', text: 'the open control did not get through' }] }],
  ['does-not-compile', 'product', { stage: 'BUILD', buildFaults: [{ file: 'a.rs', line: 3, message: 'E0308' }] }],
  ['machine', 'infra', { stage: 'DEPLOY', leftOut: [{ node: 'a', code: 'I150', why: 'no space' }] }],
  ['machine', 'infra', { stage: 'DEPLOY', leftOut: [{ node: 'a', code: 'I154', why: 'another has the port' }] }],
  ['does-not-run', 'product', { stage: 'DEPLOY', leftOut: [{ node: 'a', code: 'P011', why: 'it ended' }] }],
  [
    'panicked',
    'product',
    { ...shared(everywhere), counted: 9, lines: [line("thread 'main' panicked at src/main.rs")] },
  ],
  ['claims-refuted', 'product', { ...shared(everywhere), counted: 9, findings: [finding('claim-without-delivery')] }],
  ['one-node', 'product', { ...shared(oneCaller), counted: 9 }],
  ['one-node', 'product', { ...shared([pair('b', 'a'), pair('c', 'a')]), counted: 9 }],
  [
    'not-recorded',
    'product',
    { ...shared(everywhere.map((f) => ({ ...f, sentence: "but the receiver's record is missing" }))), counted: 9 },
  ],
  ['one-class', 'product', { ...shared(everywhere.map((f) => ({ ...f, group: 'relay' }))), counted: 9 }],
  ['nothing-works', 'product', { ...shared(everywhere), counted: 3 }],
  ['new-errors', 'product', { ...shared([pair('a', 'b')]), counted: 9, lines: [line('cannot bind <address>')] }],
  ['network', 'infra', { counted: 0, uncounted: { infra: 4, harness: 0 }, findings: [finding('network-obstacle')] }],
  ['clock', 'infra', { findings: [finding('skewed-clock')] }],
  ['nodes-left-out', 'infra', { leftOut: [{ node: 'a', code: 'T001', why: 'it does not answer' }] }],
  ['unknown', 'product', {}],
]

test.each(planted)('%s (%s)', (cause, owner, of) => {
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: 'it failed', ...of }))
  expect(causes[0]).toMatchObject({ id: cause, owner })
  expect(causes[0]?.evidence.length).toBeGreaterThan(0)
  expect(causes[0]?.look).toMatch(/^(?:vps-test|cargo) /)
})

test('no row is untested', () => {
  expect(new Set(planted.map(([cause]) => cause))).toEqual(new Set(causeRows.map((r) => r.id)))
})

test('what the network takes away from others explains no failure of the program', () => {
  const { causes } = diagnosed(
    symptomsOf({ stage: 'TEST', why: '', ...shared(oneCaller), counted: 9, findings: [finding('network-obstacle')] }),
  )
  expect(causes.map((c) => c.id)).toEqual(['one-node', 'one-class', 'network'])
})

test("one pair that failed for no known cause is the program's, whatever else was odd", () => {
  const odd = { counted: 9, findings: [finding('network-obstacle'), finding('skewed-clock')] }
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...shared([pair('a', 'b')]), ...odd }))
  expect(causes.map((c) => c.id)).toEqual(['unknown', 'network', 'clock'])
})

test('what failing pairs share is said in the narrowest way', () => {
  const some = [['a', 'e']] as const
  expect(sharedBy(oneCaller, some)).toEqual(['all 3 failing pairs have a as caller', 'all that fails is of direct'])
  expect(sharedBy(oneCaller, [])[0]).toBe('all 3 failing pairs have a as caller, and no pair with it there succeeded')
  expect(sharedBy([pair('a', 'b'), pair('c', 'a')], some)[0]).toBe('all 2 failing pairs have a at one end')
  expect(sharedBy([pair('b', 'a'), pair('c', 'a')], some)[0]).toContain('a as callee')
  expect(sharedBy([pair('a', 'b')], [])).toEqual([])
})
