/**
 * Programs that nobody wrote for vps-test, by data alone, on a lab of five: events in the words of the plain ant-quic
 * program, dialled by id and by address, with what such a program says that is not so; socat; and a program tried.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TryReport } from '../../src/stages/parts/try-program.ts'
import { cli, example, liar, scratch } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Story, type Wish } from './session.ts'

const place = scratch()
const id = 'e12'
let lab: Lab
beforeAll(async () => {
  lab = await openLab(id, 'five')
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

const session = async (wish: Partial<Wish>) => {
  const s = await story({ dir: place.dir, lab: id, nodes: [], ...wish })
  const end = await s.run()
  expect(end.answer.verdict, end.err.slice(-3000)).not.toBeNull()
  return { s, end }
}
const outcomes = async (s: Story): Promise<readonly string[]> =>
  (await s.verdict()).samples
    .map(
      (j) => `${j.subject.pair.from} ${j.subject.pair.to} ${j.group} ${j.outcome} ${String(j.path)} ${String(j.grade)}`,
    )
    .sort()

test('a program that is tried says what can be read of it, and is gone afterwards', async () => {
  const args = ['check', 'profiles/ant-quic-cli.yaml', '--try', 'saorsa-2', '--fleet', 'lab', '--lab', id, '--json']
  const ended = await cli([...args, '--binary', await example()], place.dir)
  expect(ended.code, ended.err).toBe(0)
  const { tried } = JSON.parse(ended.out) as { tried: TryReport }
  expect(tried).toMatchObject({
    process: expect.stringMatching(/^pid \d+, user (?!0,)\d+, [0-9a-f]{12}, capabilities 0+$/) as string,
    port: 'UDP 9000',
    identity: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    events: expect.stringMatching(/^local_identity × 1, .*data_received × 24/) as string,
    claim: 'of a dial to itself: success (hole_punched), exit 0',
    record: expect.stringMatching(/^393216 bytes, 0 parts missing, from \[::ffff:198\.18\.2\.10\]:\d+$/) as string,
  })
  const left = await lab.on(
    'saorsa-2',
    '{ systemctl list-units --all; ls /opt /etc/systemd/system; } | grep try- || true',
  )
  expect(left).toBe('')
})

describe('a program with events, and an id of each start', () => {
  test('dialled by id: every delivery is known by the receiver’s events for the dialler’s fresh id', async () => {
    const { s, end } = await session({
      profile: 'ant-quic-cli',
      nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7'],
    })
    expect(await outcomes(s)).toEqual([
      'saorsa-2 saorsa-6 nat_traversed success end-to-end B',
      'saorsa-2 saorsa-7 direct success end-to-end B',
      'saorsa-6 saorsa-2 direct success end-to-end B',
      'saorsa-6 saorsa-7 direct success end-to-end B',
      'saorsa-7 saorsa-2 direct success end-to-end B',
      'saorsa-7 saorsa-6 nat_traversed success end-to-end B',
    ])
    const attempts = await s.attempts()
    expect(attempts.map((a) => a.claim.method)).toEqual(attempts.map(() => 'hole_punched'))
    // Whoever is dialled by id is called punched, without a NAT as well.
    expect(new Set((await s.verdict()).findings.map((f) => f.kind))).toEqual(new Set(['method-mislabelled']))
    expect(end.answer).toMatchObject({ verdict: 'passed', exitCode: 0 })
  })

  test('dialled by address: who was reached through another is called relayed, whatever the second event says', async () => {
    const { s } = await session({
      profile: 'ant-quic-cli-address',
      nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10'],
      binary: await liar('unescaped', place.dir),
    })
    // By address nobody punches: what has a path and goes through another is no success.
    expect((await outcomes(s)).filter((o) => !o.includes(' nat_traversed '))).toEqual([
      'saorsa-10 saorsa-2 direct success end-to-end B',
      'saorsa-10 saorsa-6 relay success relayed B',
      'saorsa-10 saorsa-7 direct success end-to-end B',
      'saorsa-2 saorsa-7 direct success end-to-end B',
      'saorsa-6 saorsa-10 relay success relayed B',
      'saorsa-6 saorsa-2 direct success end-to-end B',
      'saorsa-6 saorsa-7 direct success end-to-end B',
      'saorsa-7 saorsa-2 direct success end-to-end B',
    ])
    const connected = (await s.attempts()).filter(({ claim }) => claim.success === true)
    expect(new Set(connected.map(({ claim }) => claim.brokenLines))).toEqual(new Set([3]))
  })

  test('nothing sent, and said to be relayed with the right hash: each claim is refuted by its name', async () => {
    const { s, end } = await session({
      profile: 'ant-quic-cli',
      nodes: ['saorsa-1', 'saorsa-2', 'saorsa-7'],
      binary: await liar('sha-ok', place.dir),
    })
    expect(await outcomes(s)).toEqual([
      'saorsa-2 saorsa-7 direct failed none D',
      'saorsa-7 saorsa-2 direct failed none D',
    ])
    for (const { claim } of await s.attempts())
      expect(claim).toMatchObject({ success: true, method: 'relayed', brokenLines: 3 })
    expect((await s.verdict()).findings.map((f) => f.kind)).toEqual([
      'claim-without-delivery',
      'claim-without-delivery',
      // Of a peer that does not exist.
      'untrustworthy-claim',
    ])
    expect(end.answer).toMatchObject({ verdict: 'failed', exitCode: 20 })
  })
})

test('socat from Debian: packets both ways are a delivery of grade C, and its exit code alone is none', async () => {
  // Another project of the same port: its service is in the way, and would be named.
  for (const node of ['saorsa-2', 'saorsa-6', 'saorsa-7']) await lab.on(node, 'systemctl stop testnet-peer || true')
  const { s, end } = await session({
    project: 'socat',
    repo: 'examples/socat',
    profile: './profile.yaml',
    binary: '/usr/bin/socat',
    nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7'],
  })
  expect(await outcomes(s)).toEqual([
    'saorsa-2 saorsa-6 nat_traversed failed none D',
    'saorsa-2 saorsa-7 direct success end-to-end C',
    'saorsa-6 saorsa-2 direct success end-to-end C',
    'saorsa-6 saorsa-7 direct success end-to-end C',
    'saorsa-7 saorsa-2 direct success end-to-end C',
    'saorsa-7 saorsa-6 nat_traversed failed none D',
  ])
  expect((await s.verdict()).findings.map((f) => f.kind)).toEqual([
    'claim-without-delivery',
    'claim-without-delivery',
    'untrustworthy-claim',
  ])
  expect(end.answer.verdict).toBe('failed')
})
