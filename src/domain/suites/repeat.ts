/** An attempt that could not be counted is tried again in the same test: which repetition stands for which attempt. */
import type { Finding } from '../findings.ts'
import type { Reason } from '../reason.ts'
import type { Measured } from './retry.ts'
import { counts, sampleKey, type Sample } from './sample.ts'

/** Of one attempt: a node that is never well must not keep a test for ever. */
export const mostRepeats = 2

interface Repeated<S extends Sample> {
  /** One that did not count and has a repetition that does is marked `repeatedBy`. */
  readonly samples: readonly S[]
  readonly strays: readonly Reason[]
}

/** Only what did not count may be repeated: elsewhere the mark would be one more chance for a failure. */
export function applyRepeats<S extends Sample>(judged: readonly S[], items: Iterable<Measured>): Repeated<S> {
  const lines = linesOfRepeats(items)
  if (lines.size === 0) return { samples: judged, strays: [] }
  const samples = new Map(judged.flatMap((s) => (lines.has(s.id) ? [[s.id, s] as const] : [])))
  const followers = Map.groupBy(
    judged.filter((s) => lines.get(s.id)?.repeats !== undefined),
    (s) => lines.get(s.id)?.repeats ?? '',
  )
  const strays: Reason[] = []
  const standsFor = new Map<string, string>()
  for (const [of, list] of followers)
    for (const [i, sample] of list.entries()) {
      const fault = i > 0 ? 'it was repeated already' : faultOf(sample, samples.get(of), lines)
      if (fault === null) standsFor.set(of, sample.id)
      else
        strays.push({ kind: 'inconclusive', text: `attempt ${sample.id} is marked as a repetition of ${of}: ${fault}` })
    }
  return { samples: judged.map((s) => withCounted(s, samples, standsFor)), strays }
}

/** Of what is repeated, and of what repeats it: few of all. */
function linesOfRepeats(items: Iterable<Measured>): ReadonlyMap<string, Measured> {
  const wanted = new Set<string>()
  for (const { id, repeats } of items) if (repeats !== undefined) wanted.add(id).add(repeats)
  const lines = new Map<string, Measured>()
  if (wanted.size > 0) for (const one of items) if (wanted.has(one.id)) lines.set(one.id, one)
  return lines
}

function faultOf(sample: Sample, first: Sample | undefined, lines: ReadonlyMap<string, Measured>): string | null {
  if (first === undefined) return 'there is no such attempt'
  if (counts(first)) return 'that attempt counts'
  if (sampleKey(first) !== sampleKey(sample)) return 'that attempt is of something else'
  if ((lines.get(sample.id)?.startedAt ?? -Infinity) < (lines.get(first.id)?.endedAt ?? Infinity))
    return 'it began before that attempt had ended'
  return depth(sample.id, lines) > mostRepeats ? `only ${mostRepeats} repetitions are made` : null
}

/** How many attempts it stands for, one behind the other; a ring is endless. */
function depth(id: string, lines: ReadonlyMap<string, Measured>): number {
  let n = 0
  for (let at = lines.get(id)?.repeats; at !== undefined && n <= mostRepeats; at = lines.get(at)?.repeats) n++
  return n
}

function withCounted<S extends Sample>(
  s: S,
  samples: ReadonlyMap<string, S>,
  standsFor: ReadonlyMap<string, string>,
): S {
  if (counts(s)) return s
  for (let [n, id] = [0, standsFor.get(s.id)]; id !== undefined && n < mostRepeats; n++, id = standsFor.get(id)) {
    const again = samples.get(id)
    if (again !== undefined && counts(again))
      return { ...s, repeatedBy: id, sentence: `${s.sentence}; tried again as ${id}` }
  }
  return s
}

/** What no rate shows: how many attempts of a group say nothing, and what became of them. */
export function notCountedFindings(group: string, all: readonly Sample[]): readonly Finding[] {
  const lost = all.filter((s) => s.group === group && !counts(s))
  if (lost.length === 0) return []
  const kinds = [...Map.groupBy(lost, (s) => s.outcome)].map(([outcome, list]) => `${list.length} ${outcome}`)
  const again = lost.filter((s) => s.repeatedBy !== undefined).length
  return [
    {
      kind: 'not-counted',
      message: `${group}: ${lost.length} ${lost.length === 1 ? 'attempt' : 'attempts'} not counted (${kinds.sort().join(', ')}); ${
        again === 0
          ? 'judged as failures and as successes'
          : again === lost.length
            ? 'each was repeated, and the repetition counts'
            : `${again} repeated and counted then, ${lost.length - again} judged as failures and as successes`
      }`,
      attempts: lost.map((s) => s.id),
    },
  ]
}
