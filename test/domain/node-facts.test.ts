/** Facts of nodes that write what they like. */
import { expect, test } from 'vitest'
import { factsWord } from '../../src/commands/node-facts.ts'
import { clockOffset, parseNodeFacts } from '../../src/domain/node-facts.ts'

const said = (...lines: readonly string[]): string => [factsWord, ...lines, `${factsWord} end`].join('\n')

test('what a node does not say, or says in another way, is not read', () => {
  for (const text of [
    '',
    'node load 1.00 1.00 1.00',
    said(),
    said('node load Infinity 0 0', 'node memory -5 2', 'node clock now'),
  ]) {
    const { machine, units } = parseNodeFacts(text)
    expect([machine.load.kind, machine.memory.kind, machine.clock.kind, machine.bootId.kind]).toEqual(
      Array(4).fill('not-read'),
    )
    expect(units).toEqual([])
  }
})

test('an answer that was cut says so, and its last line counts for nothing', () => {
  const { machine, whole } = parseNodeFacts(`${factsWord}\nnode cpus 4\nnode load 0.10 0.20 0.3`)
  expect(whole).toBe(false)
  expect(machine.cpus).toEqual({ kind: 'there', value: 4 })
  expect(machine.load.kind).toBe('not-read')
})

test('names and paths that are none are passed over, absence is told from silence', () => {
  const { machine, units } = parseNodeFacts(
    said(
      'unit \u001b[31mred state loaded active running success',
      'unit gone state not-found inactive dead success',
      'unit gone pid 0',
      'node disk 100 50 - /a b',
      'node disk  - /unread',
      'node disk 100 50 9 /\u001b]0;x',
    ),
  )
  expect(units.map((u) => [u.unit, u.state.kind, u.pid.kind, u.exe.kind, u.errors.kind])).toEqual([
    ['gone', 'absent', 'absent', 'absent', 'absent'],
  ])
  expect(machine.disks.map((d) => [d.path, d.space.kind, d.freeInodes.kind])).toEqual([
    ['/a b', 'there', 'absent'],
    ['/unread', 'not-read', 'absent'],
  ])
})

test("a node's clock against ours, give or take half the call", () => {
  expect(clockOffset({ wallMs: 5500, uptimeMs: 0 }, 1000, 1400)).toEqual({ ms: 4300, within: 200 })
})
