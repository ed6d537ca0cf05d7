/** The cool-off: how long a round waits, and what a whole timetable's waiting costs. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { shortestPause, waitBefore, waitingSeconds } from '../../../../src/domain/suites/connectivity/cooloff.ts'
import { peersKey, timetable, type Round } from '../../../../src/domain/suites/connectivity/timetable.ts'

const round: Round = [
  { from: 'a', to: 'b' },
  { from: 'c', to: 'd' },
]

describe('a round waits', () => {
  test.each<[string, Record<string, number>, number, number]>([
    ['not at all when nobody met', {}, 0, 0],
    ['not for peers of other rounds', { 'a↔c': 1000 }, 1000, 0],
    ['for the rest of the pause, whichever direction', { 'a↔b': 1000 }, 1500, 2500],
    ['for the pair that met last', { 'a↔b': 1000, 'c↔d': 1400 }, 1500, 2900],
    ['not when the pause is over', { 'a↔b': 1000 }, 4000, 0],
    ['never longer than the pause, though the clock was set back', { 'a↔b': 900_000 }, 1000, 3000],
  ])('%s', (_, ended, now, wait) => expect(waitBefore(round, new Map(Object.entries(ended)), now, 3000)).toBe(wait))
})

describe('a timetable that waits', () => {
  const peers = Array.from({ length: 9 }, (_, i) => `n${i}`)
  test('keeps the pause for every two peers', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.nat(4), fc.nat(60), (count, seconds, cooloff) => {
        const rounds = timetable({ peers: peers.slice(0, count), relayPairs: [], relayNodes: [] })
        const ended = new Map<string, number>()
        const met: { pair: Round[number]; startedAt: number; endedAt: number }[] = []
        let now = 0
        for (const pairs of rounds) {
          now += waitBefore(pairs, ended, now, cooloff)
          for (const pair of pairs) {
            met.push({ pair, startedAt: now, endedAt: now + seconds })
            ended.set(peersKey(pair), now + seconds)
          }
          now += seconds
        }
        expect(shortestPause(met) ?? cooloff).toBeGreaterThanOrEqual(cooloff)
        expect(waitingSeconds(rounds, seconds, cooloff)).toBe(now - rounds.length * seconds)
      }),
    )
  })
  test('waits nothing when rounds take long enough', () =>
    expect(waitingSeconds(timetable({ peers, relayPairs: [], relayNodes: [] }), 4, 30)).toBe(0))
})
