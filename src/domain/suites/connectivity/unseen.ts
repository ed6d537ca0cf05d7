/** Why an attempt could not be seen, and whether the program itself is the reason: then it is its failure. */
import { nobody, type Attempt, type Counters, type Readings, type RoundEvidence } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { Reason } from '../../reason.ts'
import { mostRepeats } from '../repeat.ts'

/** Half of what a counter set holds: with so many the program's own ports filled it, and not the rest of the machine. */
const ownFlows = 32_768

type Seen = Pick<RoundEvidence, 'attempts' | 'readings'>

/** A node's full counter set that the program filled by its own ports, or its dialler as the user it runs as. */
export function floodedBy(attempt: Pick<Attempt, 'pair'>, { attempts, readings }: Seen): string | null {
  for (const node of [attempt.pair.from, attempt.pair.to]) {
    const counters = countersOf(readings, node)
    if (counters?.overflow !== true) continue
    const own = new Set(
      attempts.flatMap(({ pair, localPort, servicePort }) => [
        ...(pair.from === node ? [localPort] : []),
        ...(pair.to === node ? [servicePort] : []),
      ]),
    )
    const dialler = counters.sent.filter((s) => s.uid === nobody && node === attempt.pair.from)
    dialler.filter((s) => s.protocol === 'udp').forEach((s) => own.add(s.localPort))
    const flows = [...counters.in, ...counters.out]
    const its = Math.max(dialler.length, flows.filter((f) => own.has(f.localPort)).length)
    if (its >= ownFlows) return `the program filled the packet counters of ${node}: ${its} flows are its own`
  }
  return null
}

/** What kept us from seeing it that the program cannot have caused; null: it was seen, or the program is the reason. */
export function unseen(attempt: Attempt, seen: Seen, recordPromised: boolean): string | null {
  if (attempt.fault !== undefined) return attempt.fault.message
  if (floodedBy(attempt, seen) !== null) return null
  for (const node of [attempt.pair.from, attempt.pair.to]) {
    const counters = countersOf(seen.readings, node)
    if (counters === null) return `the packet counters of ${node} were not there`
    const ran = Object.hasOwn(seen.readings, node) ? seen.readings[node]?.processes : undefined
    if (ran?.kind === 'not-read') return `what ran on ${node} could not be read`
    if (counters.overflow) return `the packet counters of ${node} were full`
  }
  return recordPromised && attempt.record.kind === 'not-read' ? attempt.record.why : null
}

/** Attempts that are to be tried again, one for each pair at a time; none more often than a judge takes it. */
export function toRepeat(rounds: readonly Seen[], recordPromised: boolean): readonly Attempt[] {
  const all = new Map(rounds.flatMap((r) => r.attempts).map((a) => [a.id, a]))
  const repeated = new Set([...all.values()].map((a) => a.repeats))
  const wanted = rounds.flatMap((round) =>
    round.attempts.filter(
      (a) => !repeated.has(a.id) && triesBefore(a, all) < mostRepeats && unseen(a, round, recordPromised) !== null,
    ),
  )
  return [...new Map(wanted.map((a) => [JSON.stringify([a.pair.from, a.pair.to]), a])).values()]
}

/** Repetitions of what was seen, or what the program itself kept from being seen: one more chance for a failure. */
export function unaskedRepeats(recordPromised: boolean): {
  readonly add: (round: Seen) => void
  readonly end: () => readonly Reason[]
} {
  const [seen, repeated] = [[] as string[], new Map<string, string>()]
  return {
    add(round) {
      for (const a of round.attempts) {
        if (a.repeats !== undefined) repeated.set(a.repeats, a.id)
        if (unseen(a, round, recordPromised) === null) seen.push(a.id)
      }
    },
    end: () =>
      (repeated.size === 0 ? [] : seen).flatMap((id): readonly Reason[] => {
        const by = repeated.get(id)
        return by === undefined
          ? []
          : [{ kind: 'inconclusive', text: `attempt ${by} repeats ${id}, which nothing of ours kept from being seen` }]
      }),
  }
}

function triesBefore(attempt: Attempt, all: ReadonlyMap<string, Attempt>): number {
  let n = 0
  for (let at = attempt.repeats; at !== undefined && n < mostRepeats; at = all.get(at)?.repeats) n++
  return n
}

function countersOf(readings: Readings, node: NodeName): Counters | null {
  const read = Object.hasOwn(readings, node) ? readings[node]?.counters : undefined
  return read?.kind === 'there' ? read.value : null
}
