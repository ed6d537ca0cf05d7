/** The commands' sections: a table of commands and nodes, and what those printed that did not succeed. */
import type { NodeName } from '../../domain/fleet.ts'
import type { CommandSample } from '../../domain/suites/command/run.ts'
import type { SampleOutcome } from '../../domain/suites/sample.ts'
import { codeBlock, inline, paragraph, table, text, toned, type Inline, type Section, type Tone } from '../section.ts'
import type { SuitePages } from './suite-report.ts'

export const commandPages: SuitePages<'command'> = ({ samples, groups, figures }) => ({
  overview: [
    commandsSection(
      samples,
      groups.map((g) => g.name),
      figures.nodes,
    ),
  ],
  terms: inline`Commands: each ran on every peer as an unprivileged user; success needs the expected exit code, its
    pattern in the last 4 KB of its output, and an end in time.`,
  sentences: samples.some(wanting) ? [outputSection(samples.filter(wanting))] : [],
  figures: [],
})

const words: Readonly<Record<SampleOutcome, readonly [string, Tone]>> = {
  failed: ['failed', 'bad'],
  harness: ['a step of ours broke', 'warn'],
  infra: ['a step of ours broke', 'warn'],
  unwitnessed: ['does not count', 'warn'],
  success: ['ok', 'good'],
}
const worstFirst = Object.keys(words) as readonly SampleOutcome[]

function commandsSection(
  samples: readonly CommandSample[],
  names: readonly string[],
  nodes: readonly NodeName[],
): Section {
  return {
    id: 'commands',
    title: 'Commands',
    blocks: [
      table(
        ['command', ...nodes],
        names.map((name) => [
          text(name, 100),
          ...nodes.map((node) => cell(samples.filter((s) => s.group === name && s.subject.node === node))),
        ]),
      ),
    ],
  }
}

function cell(list: readonly CommandSample[]): Inline {
  const worst = worstFirst.find((outcome) => list.some((s) => s.outcome === outcome))
  if (worst === undefined) return toned('not run', 'dim')
  const [word, tone] = words[worst]
  const recovered = worst === 'failed' && list.every((s) => s.outcome === 'success' || s.recovered === true)
  return toned(recovered ? `${word}, recovered on retry` : word, tone)
}

const wanting = (s: CommandSample): boolean => s.outcome !== 'success'

const outputSection = (samples: readonly CommandSample[]): Section => ({
  id: 'commands-output',
  title: 'Commands that did not succeed',
  blocks: samples.flatMap((s) => [paragraph(s.sentence), ...(s.output === '' ? [] : [codeBlock(s.output)])]),
})
