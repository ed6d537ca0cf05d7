/** What another dial of the same moment may account for: never so much that a payload could hide in it. */
import { describe, expect, test } from 'vitest'
import { thereIs, type Attempt } from '../../../../src/domain/evidence.ts'
import { judgeAttempt } from '../../../../src/domain/suites/connectivity/judge.ts'
import { views } from '../../../../src/domain/suites/connectivity/flows.ts'
import { oracle } from '../../../../src/domain/suites/connectivity/oracle.ts'
import { pathClass } from '../../../../src/domain/suites/connectivity/path.ts'
import { answer, introduction, saidOf, straight, throughRelay, udp, type Dial } from '../../../gauntlet/program.ts'
import { addressOf, readingsOf, type Network, type Traffic } from '../../../gauntlet/network.ts'
import { attemptOf, measurementOf, measurements, nineNodes, promised, senders, serviceUid } from '../../fixtures.ts'

const network: Network = { nodes: nineNodes.nodes.map((n) => n.name), measurements, serviceUid }
const attempt = (from: string, to: string, bytes: number): Attempt => {
  const { round, retry, readings, ...tried } = attemptOf({ from, to }, { round: 1, repetition: 1 }, measurements, {})
  void [round, retry, readings]
  return {
    ...tried,
    bytes,
    localPort: 20_000 + Number(from.replace(/\D/g, '')),
    claim: saidOf('direct'),
    record: thereIs({
      nonce: tried.nonce,
      bytes,
      sha256: tried.expectedSha256,
      from: addressOf(network, from),
      missing: 0,
      completedMs: 1,
      raw: '',
    }),
    kept: thereIs({ bytes, sha256: tried.expectedSha256 }),
  }
}
const dialOf = (a: Attempt, relay: string): Dial => ({ attempt: a, pair: a.pair, expected: 'end-to-end', relay })
const open = measurementOf('saorsa-7', 'none')

const judgedAmong = (one: Attempt, others: readonly Attempt[], traffic: readonly Traffic[]) =>
  judgeAttempt({
    attempt: one,
    promises: promised,
    oracle: oracle(open, open),
    seen: views(one, {
      readings: readingsOf(network, traffic),
      others,
      nats: new Map(measurements.map((m) => [m.node, m])),
      fleet: nineNodes,
      senders,
      ipv6: new Map(),
    }),
  })

const one = attempt('saorsa-7', 'saorsa-8', 20_000)
const other = attempt('saorsa-2', 'saorsa-9', 20_000)
const [dial, second] = [dialOf(one, 'saorsa-3'), dialOf(other, 'saorsa-3')]
/** Both ends of another dial help: its caller sends junk for the appearance of relaying, its callee passes on. */
const bySecondDial = (bytes: number): Traffic[] => [
  ...introduction(dial),
  straight(dial, one.bytes, 0),
  answer(dial),
  udp('saorsa-2', 9000, 'saorsa-7', 9000, bytes),
  udp('saorsa-7', 9000, 'saorsa-9', 9000, bytes, { payload: bytes }),
  udp('saorsa-9', 9000, 'saorsa-8', 9000, bytes, { payload: bytes }),
]

test('a payload does not hide as the relaying of another dial, whose own leg carried it', () => {
  const traffic = [...bySecondDial(one.bytes), straight(second, other.bytes, other.bytes), answer(second)]
  expect(judgedAmong(one, [other], traffic)).toMatchObject({ outcome: 'unwitnessed', path: 'ambiguous' })
})

test('… nor as more of it than the other payload is long', () => {
  const small = attempt('saorsa-2', 'saorsa-9', 6000)
  expect(judgedAmong(one, [small], bySecondDial(one.bytes))).toMatchObject({
    outcome: 'unwitnessed',
    path: 'ambiguous',
  })
})

test('… nor as the answers of one who was dialled at the same moment with much more than a payload', () => {
  const dialled = attempt('saorsa-9', 'saorsa-7', 6000)
  const traffic = [
    ...introduction(dial),
    straight(dial, one.bytes, 0),
    answer(dial),
    udp('saorsa-9', dialled.localPort, 'saorsa-7', 9000, 3 * one.bytes),
    udp('saorsa-7', 9000, 'saorsa-9', dialled.localPort, one.bytes, { payload: one.bytes }),
    udp('saorsa-9', 9000, 'saorsa-8', 9000, one.bytes, { payload: one.bytes }),
  ]
  expect(judgedAmong(one, [dialled], traffic)).toMatchObject({ outcome: 'unwitnessed', path: 'ambiguous' })
})

test('an honest caller may relay for others meanwhile, and introduce them', () => {
  const honestly = [...introduction(dial), straight(dial, one.bytes, one.bytes), answer(dial)]
  const relays = { ...second, relay: 'saorsa-7' }
  const relaying = [...honestly, ...throughRelay(relays, other.bytes, other.bytes)]
  expect(judgedAmong(one, [other], relaying)).toMatchObject({ outcome: 'success', path: 'end-to-end', grade: 'A' })
  const introducing = [...honestly, ...introduction(relays), straight(second, other.bytes, other.bytes), answer(second)]
  expect(judgedAmong(one, [other], introducing)).toMatchObject({ outcome: 'success', path: 'end-to-end' })
})

describe('two that dial each other by way of a relay', () => {
  const [there, back] = [attempt('saorsa-7', 'saorsa-8', 24_000), attempt('saorsa-8', 'saorsa-7', 58_000)]
  const both = [there, back].map((a) => dialOf(a, 'saorsa-3'))
  const traffic = both.flatMap((d) => [...introduction(d), ...throughRelay(d, d.attempt.bytes, d.attempt.bytes)])
  const pathAmong = (more: readonly Traffic[]) =>
    pathClass(
      views(there, {
        readings: readingsOf(network, [...traffic, ...more]),
        others: [back],
        nats: new Map(measurements.map((m) => [m.node, m])),
        fleet: nineNodes,
        senders,
        ipv6: new Map(),
      }),
      there.bytes,
    ).kind
  const answers = (bytes: number) => udp('saorsa-7', 9000, 'saorsa-3', 9000, bytes)

  test('answer by that way what they get', () => expect(pathAmong([answers(5500)])).toBe('relayed'))
  test('a payload does not hide in these answers', () => expect(pathAmong([answers(24_000)])).toBe('ambiguous'))
})
