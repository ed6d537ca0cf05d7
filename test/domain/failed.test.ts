/** Planted symptoms beside the cause that is named first, and whose it is: a row for each row of the table. */
import { expect, test } from 'vitest'
import { causeRows } from '../../src/domain/failed/causes.ts'
import { diagnosed, symptomsOf } from '../../src/domain/failed/diagnosis.ts'
import { sharedBy } from '../../src/domain/failed/shared.ts'
import type { NodeSymptoms } from '../../src/domain/failed/symptoms.ts'
import { fixRefusal } from '../../src/domain/fix/refusals.ts'
import { machineWell, nodeFound, nodeWell, unitWell } from '../kit/post-mortem.ts'
import { everywhere, exited, failing, finding, oneCaller, pair, planted, told, withNodes } from './failed-cases.ts'

test.each(planted)('%s (%s)', (cause, owner, of) => {
  const diagnosis = diagnosed(symptomsOf({ stage: 'TEST', why: 'it failed', ...withNodes(cause, of) }))
  const [first] = diagnosis.causes
  expect(first).toMatchObject({ id: cause, owner })
  expect(first?.evidence.length).toBeGreaterThan(0)
  expect(first?.evidence.every((e) => e.file !== '' && e.text !== '')).toBe(true)
  expect(first?.look).toMatch(/^(?:vps-test|cargo) /)
  // Whatever is the machine's or ours starts no fix.
  const refused = fixRefusal({
    plan: { source: { kind: 'build', workspace: '.', revision: 'a'.repeat(40) } },
    config: {
      command: 'x',
      paths: [],
      tests: [],
      maxAttempts: 3,
      timeoutMinutes: 1,
      memoryMb: 1,
      outputMb: 1,
      network: false,
      env: [],
      workflows: false,
      publish: null,
    },
    diagnosis,
    entries: [],
    able: true,
  })
  expect(refused?.reason ?? 'tried').toBe(owner === 'product' ? 'tried' : 'not the program')
})

test('no row is untested', () => {
  expect(new Set(planted.map(([cause]) => cause))).toEqual(new Set(causeRows.map((r) => r.id)))
  expect(new Set(causeRows.map((r) => r.id)).size).toBe(causeRows.length)
})

test('what the network takes away from others explains no failure of the program', () => {
  const of = { ...failing(oneCaller), findings: [finding('network-obstacle', 'no UDP of ours passes e → f', null)] }
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...of }))
  expect(causes.map((c) => c.id)).toEqual(['one-node', 'one-class', 'one-way-network'])
})

test('what an obstacle keeps from counting does not excuse what counted and failed', () => {
  const lost = 'no UDP of ours passes e → f'
  const kept = { ...pair('e', 'f'), outcome: 'infra', sentence: `e → f: not counted: ${lost}` } as const
  const of = { ...failing(oneCaller), hindered: [kept], findings: [finding('network-obstacle', lost, null)] }
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...of }))
  expect(causes[0]).toMatchObject({ id: 'one-node', owner: 'product' })
  expect(causes.at(-1)).toMatchObject({ id: 'one-way-network', explains: 0.1 })
})

test("one pair that failed for no known cause is the program's, whatever else was odd", () => {
  const odd = [finding('network-obstacle', 'no UDP of ours passes e → f', null), finding('skewed-clock')]
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...failing([pair('a', 'b')]), findings: odd }))
  expect(causes.map((c) => c.id)).toEqual(['unknown', 'clock', 'one-way-network'])
})

test('a cause explains as much as the failing pairs that have its node, and all that lean on it', () => {
  const crash = exited('dumped, status=11/SEGV')
  const explains = (nodes: readonly NodeSymptoms[]): number | undefined =>
    diagnosed(symptomsOf({ stage: 'TEST', why: '', ...failing(everywhere, nodes) })).causes.find(
      (c) => c.id === 'crashed',
    )?.explains
  expect(explains([nodeFound('a', crash)])).toBe(0.333)
  expect(explains([nodeFound('a', crash), nodeFound('c', crash)])).toBe(0.667)
  expect(explains([nodeFound('r', crash, {}, { role: 'registry' })])).toBe(1)
  const natted = nodeFound('c', {}, {}, { nat: 'symmetric' })
  expect(explains([nodeFound('z', crash, {}, { role: 'bootstrap' }), natted])).toBe(0.333)
})

test('a service that somebody stopped, or that we killed on purpose, has not crashed', () => {
  for (const end of [
    'killed, status=15/TERM',
    'killed, status=9/KILL',
    'exited, status=0/SUCCESS',
    'exited, status=203/EXEC',
  ]) {
    const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...told(exited(end)) }))
    expect(causes.map((c) => c.id)).toEqual(['one-node', 'one-class'])
  }
})

test('what a node shows more plainly is named before what the pairs share', () => {
  const { causes } = diagnosed(
    symptomsOf({
      stage: 'TEST',
      why: '',
      ...told({ unit: { ...unitWell, restarts: 4 }, ...exited('killed, status=11/SEGV') }),
    }),
  )
  expect(causes.map((c) => c.id)).toEqual(['crashed', 'one-node', 'one-class'])
  expect(causes[0]).toMatchObject({
    what: 'the program crashed on a: signal SEGV',
    look: 'vps-test diagnose a --fleet fleet',
  })
})

test('a panic is named by its place', () => {
  const ended = [
    "thread 'tokio-7' panicked at crates/peer/src/io.rs:77:13:",
    'called `Option::unwrap()` on a `None` value',
  ]
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...told({ ended }) }))
  expect(causes[0]?.what).toBe('the program panicked at crates/peer/src/io.rs:77:13 on a')
  expect(causes[0]?.evidence[0]?.text).toContain('called `Option::unwrap()`')
})

test('what failing pairs share is said in the narrowest way', () => {
  const some = [['a', 'e']] as const
  expect(sharedBy(oneCaller, some)).toEqual(['all 3 failing pairs have a as caller', 'all that fails is of direct'])
  expect(sharedBy(oneCaller, [])[0]).toBe('all 3 failing pairs have a as caller, and no pair with it there succeeded')
  expect(sharedBy([pair('a', 'b'), pair('c', 'a')], some)[0]).toBe('all 2 failing pairs have a at one end')
  expect(sharedBy([pair('b', 'a'), pair('c', 'a')], some)[0]).toContain('a as callee')
  expect(sharedBy([pair('a', 'b')], [])).toEqual([])
})

test('one NAT type, one provider and one direction are said where they are more than one node', () => {
  const nodes = [
    ...['a', 'b'].map((node) => ({ node, nat: 'symmetric', provider: 'vultr', region: node })),
    ...['x', 'y'].map((node) => ({ node, nat: 'no NAT', provider: 'hetzner', region: node })),
  ]
  const some = [pair('x', 'a'), pair('y', 'b', { group: 'relay' })]
  expect(sharedBy(some, [], nodes)).toEqual([
    'all 2 failing pairs have NAT type symmetric as callee, and no pair with that there succeeded',
    'all 2 failing pairs have provider hetzner as caller, and no pair with that there succeeded',
  ])
  expect(
    sharedBy(
      some,
      [
        ['x', 'y'],
        ['a', 'x'],
        ['b', 'y'],
      ],
      nodes,
    ),
  ).toEqual([
    'all 2 failing pairs have NAT type symmetric as callee, and no pair with that there succeeded',
    'all 2 failing pairs have provider hetzner as caller',
    'all 2 failing pairs succeed the other way round',
  ])
})

test('a row that breaks on what was told takes nothing else away', () => {
  const broken = { ...nodeFound('a'), found: { ...nodeWell, machine: { ...machineWell, systemd: null as never } } }
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...failing(oneCaller, [broken]) }))
  expect(causes.map((c) => c.id)).toContain('one-node')
})
