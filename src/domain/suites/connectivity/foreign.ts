/** What ran beside the deployed program keeps a success from counting; a failure it does not excuse. */
import type { Attempt, Readings } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { NodeName } from '../../fleet.ts'
import { closedPort, foreignDialler, type Foreign } from '../../processes.ts'
import type { Reason } from '../../reason.ts'
import type { RunContext } from '../run-context.ts'
import { counts, subjectName, type Sample } from '../sample.ts'
import type { Judgement } from './judge.ts'

export type InRound = ReadonlyMap<NodeName, Foreign>

/** At the ends of the attempt, and at a relay that it went through. */
export function orForeign(
  judged: Judgement,
  attempt: Attempt,
  readings: Readings,
  inRound: InRound,
  run: RunContext,
): Judgement {
  const { from, to } = attempt.pair
  const at = [from, to, ...(judged.relayVia === null ? [] : [judged.relayVia])]
  const unread = at.find((n) => Object.hasOwn(readings, n) && readings[n]?.processes?.kind === 'not-read')
  if (unread !== undefined && counts(judged))
    return notCounted(judged, attempt, `what ran on ${unread} could not be read`)
  const dialler = foreignDialler(attempt, run.deployed)
  const found = [
    ...(dialler === null ? [] : [{ ...dialler, node: from }]),
    ...at.flatMap((node) => {
      const foreign = inRound.get(node)
      return foreign === undefined ? [] : [{ ...foreign, node, text: `${node}: ${foreign.text}` }]
    }),
  ]
  const [first] = found
  const closed = closedPort(run.running, to, attempt.servicePort)
  const findings = [
    ...judged.findings,
    ...[...found, ...(closed === null ? [] : [{ ...closed, node: to }])].map(({ kind, text, node }): Finding => ({
      kind,
      node,
      message: text,
      attempts: [attempt.id],
    })),
  ]
  return {
    ...(judged.outcome === 'success' && first !== undefined ? notCounted(judged, attempt, first.text) : judged),
    findings,
  }
}

const notCounted = (judged: Judgement, { claim }: Attempt, why: string): Judgement => ({
  ...judged,
  outcome: 'unwitnessed',
  grade: claim.success === true ? 'D' : null,
  sentence: `${subjectName(judged.subject)}: not counted: ${why}`,
})

const neverPassed: readonly Finding['kind'][] = ['another-program', 'executed-anew', 'port-closed']

/** Whatever the rest of a run says: what was tested was not the deployed program alone. */
export const foreignReasons = (judged: readonly Pick<Sample, 'findings'>[]): readonly Reason[] => {
  const texts = judged.flatMap((j) => j.findings).filter((f) => neverPassed.includes(f.kind) && f.pair === undefined)
  return [...new Set(texts.map((f) => f.message))].map((text) => ({ kind: 'inconclusive', text }))
}
