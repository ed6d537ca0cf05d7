/**
 * A fleet of the real one's shape: services in real containers behind others that are their NATs, one in a namespace
 * behind its machine; and what becomes of a test when such a container starts anew.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { itemsFile, layout } from '../../src/domain/bundle.ts'
import { isTest } from '../../src/domain/events/entry.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { connectivityOf } from '../domain/fixtures.ts'
import { cli, scratch, type Ended } from './cli.ts'
import { dropLab, openLab, type Lab } from './lab.ts'
import { story, type Answer, type Story } from './session.ts'
import { until } from './wait.ts'

const place = scratch()
const id = 'e10'
let lab: Lab
beforeAll(async () => {
  lab = await openLab(id, 'inside')
})
afterAll(async () => {
  await dropLab(id)
  place.remove()
})

const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-4', 'saorsa-5', 'saorsa-6', 'saorsa-7', 'saorsa-10']
const life = (node: string, container: string) =>
  lab.on(node, `docker inspect -f '{{.State.Pid}}' ${container}`).then((text) => text.trim())

test('every NAT is what its label says, measured from inside', async () => {
  const ended = await cli(['nodes', '--fleet', 'lab', '--lab', id, '--measure', '--json'], place.dir)
  const rows = JSON.parse(ended.out) as { name: string; measured: { kind: string; stable: boolean | null } | null }[]
  expect(rows.map((r) => `${r.name} ${String(r.measured?.kind)}`)).toEqual([
    'saorsa-1 none',
    'saorsa-2 none',
    'saorsa-4 full-cone',
    'saorsa-5 address-restricted',
    'saorsa-6 port-restricted',
    'saorsa-7 none',
    'saorsa-10 symmetric',
  ])
})

describe('a session', () => {
  let run: Story
  let end: Ended & { readonly answer: Answer }
  beforeAll(async () => {
    run = await story({ dir: place.dir, lab: id, nodes, sampleFloor: 1 })
    end = await run.run()
  })
  test('passes, whole', async () => {
    expect(end.answer).toMatchObject({ state: 'COMPLETE', verdict: 'passed', exitCode: 0 })
    const v = await run.verdict()
    expect(v.nodes.map((n) => n.node)).toEqual(nodes.slice(1))
    expect(v.samples.filter((s) => s.outcome !== 'success')).toEqual([])
  })
  test('each service runs in the network that is measured, in the life of its container', async () => {
    const mark = await life('saorsa-5', 'node-restricted')
    const proofs = JSON.parse(readFileSync(join(await run.folder(), 'evidence', 'running.json'), 'utf8')) as {
      after: { node: string; network: string; lives: { place: string | null; box: string | null } }[]
    }
    expect(new Set(proofs.after.map((p) => p.network))).toEqual(new Set(['measured']))
    expect(proofs.after.find((p) => p.node === 'saorsa-5')?.lives.place?.split('.')[0]).toBe(mark)
    expect(proofs.after.find((p) => p.node === 'saorsa-10')?.lives).toEqual({ place: null, box: null })
  })
  test('nothing but the release can be executed there, in a container’s network and in a namespace as well', async () => {
    const tried = (await run.controls()).filter((c) => c.name === 'confinement')
    expect(tried.map((c) => `${c.from} ${c.seen}`)).toEqual(nodes.slice(1).map((node) => `${node} blocked`))
  })
})

test('a NAT container that is another than its label: named as what it is, its declared type not covered', async () => {
  const box = (words: string): Promise<string> =>
    lab.on('saorsa-5', `nsenter -t "$(docker inspect -f '{{.State.Pid}}' nat-restricted)" -n nft ${words}`)
  const rules = async (): Promise<readonly string[]> => (await box('-a list chain ip lab prerouting')).split('\n')
  const restricted = (await rules()).find((rule) => rule.includes('@peers')) ?? expect.fail('no rule of its label')
  const open = restricted
    .replace(/ # handle.*/, '')
    .replace('udp dport . ip saddr @peers', 'meta l4proto udp')
    .trim()
  await box(`'insert rule ip lab prerouting ${open}'`)
  const run = await story({ dir: place.dir, lab: id, nodes: ['saorsa-1', 'saorsa-2', 'saorsa-5', 'saorsa-7'] })
  const end = await run.run()
  const verdict = await run.verdict()
  expect(verdict.findings).toEqual([
    {
      kind: 'mislabelled-nat',
      node: 'saorsa-5',
      message: 'saorsa-5: declared address-restricted, measured full-cone',
      attempts: [],
    },
  ])
  expect(verdict.samples.map((s) => s.outcome)).toEqual(verdict.samples.map(() => 'success'))
  expect(verdict.reasons).toEqual([
    {
      kind: 'inconclusive',
      text: 'NAT type address-restricted is not covered: saorsa-5 is declared so but was measured full-cone',
    },
  ])
  expect(end.answer).toMatchObject({ verdict: 'inconclusive', exitCode: 30 })
  const added =
    (await rules()).find((rule) => rule.includes('@eim') && rule !== restricted) ?? expect.fail('the rule is gone')
  await box(`delete rule ip lab prerouting handle ${/\d+$/.exec(added)?.[0] ?? ''}`)
})

describe('a container that is down, one that starts anew in the middle, and a NAT that does', () => {
  let run: Story
  let verdict: ReturnType<typeof connectivityOf>
  let setup: string
  const proofs = () =>
    lab.on(
      'saorsa-5',
      'systemctl show testnet-peer -p MainPID --value; docker inspect -f "{{.State.Pid}}" node-restricted',
    )
  beforeAll(async () => {
    await lab.on('saorsa-4', 'docker stop -t 1 node-fullcone')
    run = await story({
      dir: place.dir,
      lab: id,
      nodes: ['saorsa-1', 'saorsa-2', 'saorsa-4', 'saorsa-5', 'saorsa-6', 'saorsa-7'],
    })
    const { ended } = await run.begin()
    await until('the first round', () =>
      readdirSync(run.home, { recursive: true }).some((path) => String(path).endsWith(itemsFile('connectivity'))),
    )
    await lab.on('saorsa-5', 'docker restart -t 1 node-restricted')
    await lab.on('saorsa-6', 'docker restart -t 1 nat-portrestricted')
    setup = (await ended).err
    const [tested] = (await run.entries()).filter(isTest)
    const folder = join(run.home, 'testnet', 'sessions', tested?.session ?? '', tested?.facts.folder ?? '')
    verdict = connectivityOf(JSON.parse(readFileSync(join(folder, 'evidence', layout.verdict), 'utf8')) as Verdict)
  })

  test('the node whose container is down is left out, by its name', () => {
    expect(setup).toContain(
      'saorsa-4: node-left-out: saorsa-4: its network cannot be entered: the container node-fullcone does not run',
    )
  })
  test('what started anew is named, and nothing of it is the program’s fault', () => {
    expect(
      verdict.findings
        .filter((f) => f.kind === 'container-restarted')
        .map((f) => f.message)
        .sort(),
    ).toEqual([
      'saorsa-5: the container of its service was started anew during the test',
      'saorsa-6: the container that is its NAT was started anew during the test',
    ])
    expect(verdict.samples.filter((s) => s.outcome === 'failed')).toEqual([])
    expect(verdict.result).toBe('inconclusive')
    expect(verdict.reasons).toContainEqual({
      kind: 'inconclusive',
      text: 'saorsa-6: the container that is its NAT was started anew during the test: its attempts do not count',
    })
  })
  test('the service came back in the new network of its container, by itself', async () => {
    const [service = '', container = ''] = (await proofs()).trim().split('\n')
    const [own, theirs] = (await lab.on('saorsa-5', `readlink /proc/${service}/ns/net /proc/${container}/ns/net`))
      .trim()
      .split('\n')
    expect(own).toMatch(/^net:/)
    expect(own).toBe(theirs)
  })
})
