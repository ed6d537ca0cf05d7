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
  const at = concernedBy(judged)
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
  return withFindings(
    judged.outcome === 'success' && first !== undefined ? notCounted(judged, attempt, first.text) : judged,
    [...found, ...(closed === null ? [] : [{ ...closed, node: to }])],
  )
}

/** Nodes at which nothing else may have run. */
export const concernedBy = ({ subject: { pair }, relayVia }: Judgement): readonly NodeName[] => [
  pair.from,
  pair.to,
  ...(relayVia === null ? [] : [relayVia]),
]

/** What a later round told of this one. */
export function orForeignLate(
  judged: Judgement,
  claimed: Pick<Attempt['claim'], 'success'>,
  node: NodeName,
  { kind, text }: Foreign,
): Judgement {
  const foreign = { kind, text: `${node}: ${text}`, node }
  const counted = judged.outcome === 'success' ? notCounted(judged, { claim: claimed }, foreign.text) : judged
  return withFindings(counted, [foreign])
}

const withFindings = (judged: Judgement, found: readonly (Foreign & { readonly node: NodeName })[]): Judgement =>
  found.length === 0
    ? judged
    : {
        ...judged,
        findings: [
          ...judged.findings,
          ...found.map(({ kind, text, node }): Finding => ({ kind, node, message: text, attempts: [judged.id] })),
        ],
      }

const notCounted = (
  judged: Judgement,
  { claim }: { readonly claim: Pick<Attempt['claim'], 'success'> },
  why: string,
): Judgement => ({
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
