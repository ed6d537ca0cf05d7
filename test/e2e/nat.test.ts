/**
 * NATs that are not what their labels say: `lab up` refuses them, and a run on them does not pass as if nothing was
 * wrong.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { itemsFile, layout } from '../../src/domain/bundle.ts'
import { isTest } from '../../src/domain/events/entry.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { connectivityOf } from '../domain/fixtures.ts'
import { begin, cli, scratch, type Ended } from './cli.ts'
import { dropLab, openLab, topologyFile, type Lab } from './lab.ts'
import { story, type Answer, type Story } from './session.ts'
import { until } from './wait.ts'
import { leftovers } from '../lab/leftovers.ts'

const place = scratch()
const id = 'e3'
afterAll(async () => {
  await dropLab(id)
  place.remove()
})

describe('boxes that lie', () => {
  test('lab up fails, names each of them, and leaves nothing', async () => {
    await dropLab(id)
    const ended = await cli(
      ['lab', 'up', '--lab', id, '--topology', topologyFile('wrong-boxes'), '--shaping', 'none'],
      place.dir,
    )
    expect(ended.err).toContain(
      'I240: a NAT is not what the topology says: saorsa-6: declared port-restricted, measured EIM+APDF, unstable; saorsa-10: declared symmetric, measured EIM+EIF\n',
    )
    expect(ended.code).toBe(10)
    expect(leftovers(id)).toEqual([])
  })

  describe('believed and run upon', () => {
    let run: Story
    let end: Ended & { readonly answer: Answer }
    beforeAll(async () => {
      await openLab(id, 'wrong-boxes')
      run = await story({
        dir: place.dir,
        lab: id,
        nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10'],
      })
      end = await run.run()
    })

    test('both are findings', async () => {
      expect((await run.verdict()).findings.filter((f) => f.kind.endsWith('-nat'))).toEqual([
        {
          kind: 'mislabelled-nat',
          node: 'saorsa-10',
          message: 'saorsa-10: declared symmetric, measured full-cone',
          attempts: [],
        },
        {
          kind: 'unstable-nat',
          node: 'saorsa-6',
          message: 'saorsa-6: its mapping moved after an unsolicited packet',
          attempts: [],
        },
      ])
    })
    test('the declared type that nobody has is not covered: inconclusive, twice, stopped', async () => {
      const v = await run.verdict()
      expect(v.reasons).toContainEqual({
        kind: 'inconclusive',
        text: 'NAT type symmetric is not covered: saorsa-10 is declared so but was measured full-cone',
      })
      expect(v.notCovered).toContainEqual({
        kind: 'nat',
        nat: 'symmetric',
        why: 'saorsa-10 was measured to be something else',
      })
      expect(v.result).toBe('inconclusive')
      expect(end.answer.state).toBe('STOPPED')
      expect(end.code).toBe(30)
    })
    test('classes follow what was measured: no pair must relay', async () => {
      expect((await run.verdict()).classes.relay).toBeUndefined()
    })
  })
})

describe('the drop of unsolicited packets removed from one box', () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab(id)
    const rules = await lab.box('saorsa-6', ['nft', '-a', 'list', 'chain', 'ip', 'lab', 'input'])
    const handle = /iifname "wan" drop # handle (\d+)/.exec(rules)?.[1] ?? 'none'
    await lab.box('saorsa-6', ['nft', 'delete', 'rule', 'ip', 'lab', 'input', 'handle', handle])
  })

  test('lab status shows the box as unstable', async () => {
    const ended = await cli(['lab', 'status', '--lab', id, '--json'], place.dir)
    const nats = (
      JSON.parse(ended.out) as {
        nats: { node: string; measured: { mapping: string; filtering: string; stable: boolean | null } | null }[]
      }
    ).nats
    expect(nats.find((n) => n.node === 'saorsa-6')?.measured).toMatchObject({
      mapping: 'EIM',
      filtering: 'APDF',
      stable: false,
    })
  })
  test('a run names it, expects nothing sure where it matters, and its proof says so', async () => {
    const run = await story({
      dir: place.dir,
      lab: id,
      nodes: ['saorsa-1', 'saorsa-2', 'saorsa-5', 'saorsa-6', 'saorsa-7'],
    })
    const end = await run.run()
    const v = await run.verdict()
    expect(v.findings).toEqual([
      {
        kind: 'unstable-nat',
        node: 'saorsa-6',
        message: 'saorsa-6: its mapping moved after an unsolicited packet',
        attempts: [],
      },
    ])
    expect(
      v.samples
        .filter((j) => j.expected !== 'end-to-end')
        .map((j) => `${j.subject.pair.from} ${j.subject.pair.to} ${j.group} ${j.expected}`)
        .sort(),
    ).toEqual(['saorsa-5 saorsa-6 nat_traversed either', 'saorsa-6 saorsa-5 nat_traversed either'])
    expect(v.nodes.find((n) => n.node === 'saorsa-6')?.measured).toBe('port-restricted (unstable)')
    const proof = readFileSync(end.answer.proof ?? '', 'utf8')
    expect(proof).toContain('saorsa-6: its mapping moved after an unsolicited packet')
    expect(proof).toContain('EIM+APDF, UNSTABLE')
    // Every pair got through, on a path that was allowed; but nothing went through the NAT that the label names.
    expect(v.reasons).toEqual([
      {
        kind: 'inconclusive',
        text: 'NAT type port-restricted is not covered: saorsa-6 is declared so but was measured port-restricted (unstable)',
      },
    ])
    expect(end.answer).toMatchObject({ state: 'STOPPED', verdict: 'inconclusive', exitCode: 30 })
  })

  test('a box that is mended while attempts run: what its node did through which NAT, nobody knows', async () => {
    const run = await story({ dir: place.dir, lab: id, nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7'] })
    const { ended } = await run.begin()
    await until('the first round', () =>
      readdirSync(run.home, { recursive: true }).some((path) => String(path).endsWith(itemsFile('connectivity'))),
    )
    await lab.box('saorsa-6', ['nft', 'add', 'rule', 'ip', 'lab', 'input', 'iifname', 'wan', 'drop'])
    await ended
    // What is inconclusive is tested once more; by then the box has been mended from the beginning.
    const [tested] = (await run.entries()).filter(isTest)
    const evidence = join(
      run.home,
      'testnet',
      'sessions',
      tested?.session ?? '',
      tested?.facts.folder ?? '',
      'evidence',
    )
    const v = connectivityOf(JSON.parse(readFileSync(join(evidence, layout.verdict), 'utf8')) as Verdict)
    expect(v.result).toBe('inconclusive')
    const why =
      'the NAT of saorsa-6 changed during the test: measured port-restricted (unstable) before, port-restricted after'
    expect(v.findings).toContainEqual({ kind: 'nat-changed', node: 'saorsa-6', message: why, attempts: [] })
    expect(v.reasons).toContainEqual({ kind: 'inconclusive', text: `${why}: its attempts do not count` })
    const counted = v.samples.filter((s) => s.outcome !== 'unwitnessed').map(({ subject: { pair } }) => pair)
    expect(counted.length).toBeGreaterThan(0)
    expect(counted.filter((pair) => [pair.from, pair.to].includes('saorsa-6'))).toEqual([])
  })

  test('lab shell is a root shell on the node that is named; lab down takes everything away', async () => {
    const asked = await begin(['lab', 'shell', 'saorsa-6', '--lab', id], place.dir, { input: 'hostname; id -u\n' })
    const shell = await asked.ended
    expect([shell.code, shell.out.trim().split('\n')], shell.err).toEqual([0, ['saorsa-6', '0']])
    const down = await cli(['lab', 'down', '--lab', id], place.dir)
    expect([down.code, down.err]).toEqual([0, expect.stringContaining('lab down')])
    expect(leftovers(id)).toEqual([])
  })
})
