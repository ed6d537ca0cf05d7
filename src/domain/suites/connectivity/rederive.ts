/** What rounds of attempts say twice: the timetable, ids, draws, records and counters, derived again round by round. */
import { canonical } from '../../canonical.ts'
import { valueOf, type Attempt, type Pair, type RoundEvidence } from '../../evidence.ts'
import { bootstrapsOf, type NodeName } from '../../fleet.ts'
import { expectedSha256 as hashOf, wireBytesOf } from '../../payload.ts'
import type { Profile } from '../../profile.ts'
import { boundPorts } from '../../program.ts'
import { dialledAs, recordIn } from '../../received.ts'
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import { readingFaults } from '../../rederive/counters.ts'
import { lengthOf, nonceOf, type TestSeed } from '../../test-seed.ts'
import type { ConnectivityWork } from './config.ts'
import { plannedRounds } from './rounds.ts'
import { attemptId, connectivitySeries, type Series } from './series.ts'
import { textSet } from '../../text-set.ts'
import { pairKey } from './timetable.ts'

export const rederiveConnectivity = (on: RederiveContext, work: ConnectivityWork): Rederivation<RoundEvidence> =>
  rederiveRounds(on, plannedRounds(on.fleet, on, on.measurements, work), connectivitySeries)

/** `planned`: the timetable of the suite. */
export function rederiveRounds(
  on: Pick<RederiveContext, 'fleet' | 'there' | 'profile' | 'test' | 'seed' | 'running'>,
  planned: readonly (readonly Pair[])[],
  series: Series,
): Rederivation<RoundEvidence> {
  const { fleet, there, profile, test, seed, running } = on
  const relays = bootstrapsOf(fleet)
    .map((n) => n.name)
    .filter((n) => there.includes(n))
  const ports = boundPorts(profile.servicePort, running)
  const tries = new Map<string, number>()
  const used = textSet()
  const retried = new Set<string>()
  let [next, last, retrying] = [0, 0, false]

  const timetableOf = ({ round, retry, attempts }: RoundEvidence): readonly string[] => {
    const faults = round > last ? [] : [`stands behind round ${last}`]
    last = round
    if (retry === true) {
      retrying = true
      const again = attempts.filter((a) => retried.has(pairKey(a.pair)))
      attempts.forEach((a) => retried.add(pairKey(a.pair)))
      return [...faults, ...again.map((a) => `${a.id} is a second retry`)]
    }
    // What did not count is tried again in rounds beside the plan's: which may be, its own judge says.
    const first = attempts.filter((a) => a.repeats === undefined)
    if (first.length === 0) return faults
    const wanted = planned[next++] ?? []
    const same = sorted(first.map((a) => pairKey(a.pair))) === sorted(wanted.map(pairKey))
    return [
      ...faults,
      ...(retrying ? ['stands behind retries'] : []),
      ...(same ? [] : [`is not round ${next} of the plan`]),
    ]
  }

  const attemptOf = (a: Attempt, round: number): readonly string[] => {
    const key = pairKey(a.pair)
    const repetition = (tries.get(key) ?? 0) + 1
    tries.set(key, repetition)
    const socket = `${a.pair.from}:${a.localPort}`
    const taken = !used.add(socket)
    return [
      ...(a.id === attemptId(test, series, round, a.pair) ? [] : ['its id is not of its test, round and pair']),
      ...(a.repetition === repetition ? [] : [`it is try ${repetition} of its pair, not ${a.repetition}`]),
      ...(taken ? [`port ${a.localPort} of ${a.pair.from} was used before`] : []),
      ...(a.servicePort === (ports.get(a.pair.to) ?? profile.servicePort)
        ? []
        : [`${a.servicePort} is not the port of the service`]),
      ...payloadFaults(a, profile.payload, seed),
      ...recordFaults(a, profile),
    ]
  }

  return {
    add: (line) => [
      ...(line.pass === test ? [] : [`round ${line.round}: is of test ${line.pass}`]),
      ...timetableOf(line).map((f) => `round ${line.round}: ${f}`),
      ...line.attempts.flatMap((a) => attemptOf(a, line.round).map((f) => `attempt ${a.id}: ${f}`)),
      ...looksFaults(line, relays).map((f) => `round ${line.round}: ${f}`),
    ],
    end: () => (next === planned.length ? [] : [`${next} of the plan's ${planned.length} rounds are there`]),
  }
}

const sorted = (keys: readonly string[]): string => keys.toSorted().join('\n')

/** Drawn from the test's seed, so that it is in the profile's range; and its hash follows. */
function payloadFaults(
  { id, nonce, bytes, wireBytes, expectedSha256 }: Attempt,
  payload: Profile['payload'],
  seed: TestSeed,
): readonly string[] {
  if (nonce !== nonceOf(seed, id)) return ["its nonce is not drawn from the test's seed"]
  if (payload.kind === 'opaque')
    return bytes === 0 && expectedSha256 === '' && wireBytes === undefined
      ? []
      : ['the profile knows no payload of a known length and hash']
  if (bytes !== lengthOf(seed, id, payload.minBytes, payload.maxBytes))
    return [`${bytes} bytes are not drawn from the test's seed`]
  if (wireBytes !== wireBytesOf(payload, bytes)) return ['its length on the wire is not what the framing makes of it']
  return expectedSha256 === hashOf(payload, seed, { id, nonce, bytes })
    ? []
    : ['the expected hash does not follow from what was drawn']
}

function recordFaults(attempt: Attempt, profile: Profile): readonly string[] {
  const told = valueOf(attempt.record)
  return [
    ...(attempt.dialledAs === dialledAs(profile, attempt.claim) ? [] : ["the dialler's id is not what its lines say"]),
    ...(told === null || canonical(told) === canonical(recordIn(profile, told.raw, attempt))
      ? []
      : ["the receiver's record is not what its own text says"]),
  ]
}

/** One reading of each node that was concerned, and of no other. */
function looksFaults({ attempts, readings }: RoundEvidence, relays: readonly NodeName[]): readonly string[] {
  const concerned = [...new Set([...attempts.flatMap((a) => [a.pair.from, a.pair.to]), ...relays])]
  return [
    ...(sorted(Object.keys(readings)) === sorted(concerned) ? [] : ['its readings are of other nodes']),
    ...Object.entries(readings).flatMap(([node, r]) => readingFaults(r).map((f) => `counters of ${node}: ${f}`)),
  ]
}
