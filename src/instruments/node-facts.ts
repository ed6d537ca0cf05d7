/** Asks a node for its facts, and learns from its first line how far its clock may be off. */
import { factsWord, nodeFacts, type FactsWish } from '../commands/node-facts.ts'
import { clockOffset, parseNodeFacts, type FactsLook } from '../domain/node-facts.ts'
import { thereIs } from '../domain/evidence.ts'
import type { Execution, Remote, RunOptions } from '../ports.ts'

const most = 1 << 20

export async function readNodeFacts(
  remote: Remote,
  wish: FactsWish,
  { clock: ours, ...options }: Pick<RunOptions, 'signal' | 'timeoutMs'> & Pick<Execution, 'clock'>,
): Promise<FactsLook> {
  const sent = ours.now()
  let heard: number | null = null
  const result = await remote.run(nodeFacts(wish), {
    ...options,
    maxBytes: most,
    onLine: (line) => {
      if (line === factsWord) heard = ours.now()
    },
  })
  const facts = parseNodeFacts(result.truncated ? '' : result.stdout)
  const first = heard ?? sent + result.ms
  const { clock } = facts.machine
  return {
    ...facts,
    clockOffset: clock.kind === 'there' ? thereIs(clockOffset(clock.value, sent, first)) : clock,
  }
}
