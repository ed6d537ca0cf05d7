/** An attempt as a sample of NAT traversal: in the group of what was made of its mapping before. */
import type { Attempt } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import type { Judgement } from '../connectivity/judge.ts'
import { subjectName } from '../sample.ts'
import { reboundGroup, restedGroup, type NatRound, type NatSample } from './work.ts'

export function natSample(
  judged: Judgement,
  round: Pick<NatRound, 'order' | 'forgotten'> | undefined,
  nameOf: (node: NodeName) => string,
): NatSample {
  const order = round?.order ?? 'in-turn'
  const { from, to } = judged.subject.pair
  const group = order === 'rebound' ? reboundGroup : order === 'rested' ? restedGroup : judged.group
  const words = order === 'in-turn' ? '' : ` (${order})`
  const sample: NatSample = {
    ...judged,
    group,
    order,
    nats: { from: nameOf(from), to: nameOf(to) },
    sentence: `${judged.sentence}${words}`,
  }
  const why = order === 'rebound' ? notForgotten(round?.forgotten ?? [], to) : null
  return why === null || judged.outcome === 'harness'
    ? sample
    : { ...sample, outcome: 'infra', grade: null, sentence: `${subjectName(judged.subject)}: not counted: ${why}` }
}

/** Null: the callee's NAT had forgotten. */
function notForgotten(forgotten: NatRound['forgotten'], node: Attempt['pair']['to']): string | null {
  const removed = forgotten.find((f) => f.node === node)?.removed
  if (removed === undefined) return `the NAT of ${node} was not made to forget`
  if (removed.kind === 'there' && removed.value > 0) return null
  return `the NAT of ${node} could not be made to forget: ${removed.kind === 'not-read' ? removed.why : 'it had no mapping'}`
}
