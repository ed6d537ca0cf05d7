/** What the packets of failing pairs show that were tried once more: who sent what, and what of it arrived. */
import { layout } from '../../domain/bundle.ts'
import type { PairCapture } from '../../domain/captures/capture.ts'
import { judgedDials } from '../../domain/captures/judged.ts'
import { captureSentences } from '../../domain/captures/sentences.ts'
import type { Judgement } from '../../domain/suites/connectivity/judge.ts'
import { pairKey } from '../../domain/suites/connectivity/timetable.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, list, paragraph, strong, text, type Block, type Section } from '../section.ts'

/** Null: nothing was captured. */
export function capturesSection({ captures, input }: Pick<ProofInput, 'captures' | 'input'>): Section | null {
  if (captures.length === 0) return null
  const judged = judgedDials(captures, input)
  return {
    id: 'captures',
    title: 'Packets of pairs that failed',
    blocks: [
      paragraph(
        inline`Tried once more at the end, outside of every rate, while our prober kept the headers of packets at both ends. Whole in ${code(`evidence/${layout.captures}`)}, a pair a line. Times count from the beginning of each end's capture; ${strong('arrived')} means at the node's interface, before its firewall.`,
      ),
      ...captures.flatMap((c, i) => pairBlocks(c, i + 1, judged.get(pairKey(c.pair)))),
    ],
  }
}

const pairBlocks = (c: PairCapture, line: number, judged: Judgement | undefined): readonly Block[] => [
  paragraph(inline`${strong(`${c.pair.from} → ${c.pair.to}`)}, line ${String(line)}: ${whatCame(c, judged)}`),
  list(captureSentences(c).map((s) => text(s, 1000))),
]

function whatCame({ round, startedAt, endedAt }: PairCapture, judged: Judgement | undefined): string {
  if (round === null)
    return `nobody was dialled; both ends were watched for ${Math.round((endedAt - startedAt) / 1000)} s`
  if (judged === undefined) return 'this dial could not be judged'
  const { outcome, sentence } = judged
  const said = sentence.replace(/^.*?: /, '')
  return outcome === 'success'
    ? `passed this time: ${said}`
    : outcome === 'failed'
      ? `failed again: ${said}`
      : `this dial shows nothing of the program (${outcome}): ${said}`
}
