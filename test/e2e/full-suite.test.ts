/** The full suite of the example on a small lab: one verdict, and a part for each suite. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cli, scratch, type Ended } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Answer, type Story } from './session.ts'

const place = scratch()
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10']
let lab: Lab
let run: Story
let end: Ended & { readonly answer: Answer }

beforeAll(async () => {
  lab = await openLab('efull', 'five')
  run = await story({
    dir: place.dir,
    lab: lab.id,
    nodes,
    focus: 'full-suite',
    limitMs: 600_000,
    tests: { message_delivery: { message_count: 20 }, throughput: { min_mbps: 1, test_size_mb: 1 } },
  })
  end = await run.run()
}, 700_000)
afterAll(async () => {
  await lab.down()
  place.remove()
})

describe('the full suite of an honest program', () => {
  test('passes as one', () => expect(end.answer).toMatchObject({ state: 'COMPLETE', verdict: 'passed', exitCode: 0 }))
  test('and so does the part of each suite', async () => {
    const { suites } = await run.whole()
    const parts = Object.entries(suites).map(([id, part]) => ({
      id,
      groups: part.groups.map((g) => [g.name, g.met, g.attempts === g.successes]),
    }))
    const met = (...names: readonly string[]) => names.map((name) => [name, true, true])
    expect(parts).toEqual([
      { id: 'connectivity', groups: met('direct', 'nat_traversed', 'relay') },
      {
        id: 'nat-traversal',
        groups: met('direct', 'nat_traversed', 'relay', 'after rebinding', 'after a rest'),
      },
      {
        id: 'gossip',
        groups: met('broadcast', 'convergence', 'membership', 'membership after a death', 'membership after a return'),
      },
      { id: 'throughput', groups: met('at least 1 Mbit/s') },
    ])
  })
  test("saw each node's network all through gossip", async () => {
    const looks = (await run.items('gossip')).filter((i) => i.kind === 'network')
    expect(looks.map((i) => [i.node, i.with, i.answered.kind])).toEqual([
      ['saorsa-2', 'saorsa-1', 'there'],
      ['saorsa-6', 'saorsa-2', 'there'],
      ['saorsa-7', 'saorsa-2', 'there'],
      ['saorsa-10', 'saorsa-2', 'there'],
    ])
  })
  test('its evidence is valid', async () => {
    const verified = await cli(['verify', await run.folder(), '--ledger', `${run.home}/testnet/ledger.git`], run.home)
    expect(verified, verified.out).toMatchObject({ code: 0 })
  })
})
