/** Connectivity's sections: the matrix, why a pair was not end to end, figures, and nodes with their NATs. */
import type { ConnectivityFigures, NodeResult } from '../../domain/suites/connectivity/figures.ts'
import type { Judgement } from '../../domain/suites/connectivity/judge.ts'
import { bestGrade } from '../../domain/promises.ts'
import { subjectName } from '../../domain/suites/sample.ts'
import { percent } from '../../domain/statistics.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { RunInput } from '../../domain/verdict-input.ts'
import { ms } from '../../domain/text.ts'
import { behaviour } from '../nodes-table.ts'
import { inline, joined, list, pairs, paragraph, table, type Inline, type Section } from '../section.ts'
import { matrixOf } from './connectivity-matrix.ts'
import type { SuitePages } from './suite-report.ts'

export const connectivityPages: SuitePages<'connectivity'> = ({ samples, figures }, { verdict, input }) => ({
  overview: [{ id: 'matrix', title: 'Matrix', blocks: [matrixOf({ samples, nodes: figures.nodes })] }],
  terms: terms(input),
  sentences: [pathsSection(samples)],
  figures: [figuresSection(samples, figures), nodesSection(figures.nodes, verdict, input)],
})

function terms(input: RunInput): Inline | null {
  const targets = input.suites.find((s) => s.suite === 'connectivity')?.work.targets
  if (targets === undefined) return null
  const bound = targets.strict && input.criteria !== 'all-pass' ? 'the lower bound of the interval' : 'the rate'
  return inline`Criteria ${input.criteria}: ${bound} is compared with the target, over counted attempts, with at least
    ${targets.sampleFloor} of them and ${targets.coverage} % of the pairs in each class. Classes: direct, the callee has
    no NAT; nat_traversed, it has one and a path end to end exists; relay, none exists. Success needs ${successNeeds(input)}`
}

function successNeeds({ promises }: RunInput): string {
  const best = bestGrade(promises)
  const oneLeg = 'and one leg in the packet counters that carried it while no other could have'
  switch (best) {
    case 'A':
      return `the payload itself, found with the receiver, ${oneLeg} (grade A).`
    case 'B':
      return `the receiver's own record of an unpredictable payload, ${oneLeg} (grade B).`
    default:
      return promises.record
        ? `the receiver's own record of a payload that follows from its nonce, ${oneLeg} (grade C).`
        : 'volume both ways that no handshake reaches, counted behind the NATs, and that the program says it connected (grade C).'
  }
}

/** One sentence for each pair that was not end to end; the same sentence of several attempts once. */
export function pathsSection(samples: readonly Pick<Judgement, 'outcome' | 'path' | 'sentence'>[]): Section {
  const others = samples.filter((j) => j.outcome !== 'success' || j.path !== 'end-to-end')
  const sentences = [...Map.groupBy(others, (j) => j.sentence)].map(([sentence, alike]) =>
    alike.length > 1 ? inline`${sentence} (${alike.length} attempts)` : sentence,
  )
  return {
    id: 'paths',
    title: 'Why not end to end',
    blocks: [
      samples.length === 0
        ? paragraph('No attempt was made.')
        : others.length === 0
          ? paragraph('Every attempt was delivered end to end.')
          : list(sentences),
    ],
  }
}

function figuresSection(
  attempts: readonly Judgement[],
  { timeToConnect: t, relayUpgrades, families, shortestPauseMs, cooloffMs, mixedVersionPairs }: ConnectivityFigures,
): Section {
  const grade = (g: string | null): number => attempts.filter((j) => j.grade === g).length
  const direct = attempts.filter((j) => j.path === 'end-to-end')
  const outcome = (o: string): number => attempts.filter((j) => j.outcome === o).length
  return {
    id: 'figures',
    title: 'Figures',
    blocks: [
      pairs([
        [
          "Time to connect, by the program's own clock",
          `p50 ${ms(t.p50)} · p95 ${ms(t.p95)} · max ${ms(t.max)} (${t.count} successes)`,
        ],
        ['Relay-to-direct upgrades', `${relayUpgrades.claimed} claimed, ${relayUpgrades.witnessed} witnessed`],
        [
          'Attempts per grade',
          `A ${grade('A')} · B ${grade('B')} · C ${grade('C')} · D ${grade('D')} · none ${grade(null)}`,
        ],
        [
          'Attempts per outcome',
          ['success', 'failed', 'unwitnessed', 'infra', 'harness'].map((o) => `${o} ${outcome(o)}`).join(' · '),
        ],
        [
          'End-to-end paths',
          `${direct.filter((j) => j.punched).length} punched, ${direct.filter((j) => !j.punched).length} not`,
        ],
        ['IPv4 / IPv6', `${families.ipv4} / ${families.ipv6}`],
        [
          'Shortest pause of the same two peers',
          shortestPauseMs === null
            ? 'no two peers met twice'
            : inline`${ms(shortestPauseMs)};
                ${shortestPauseMs < cooloffMs ? 'shorter than' : 'at least'} the ${ms(cooloffMs)} asked for`,
        ],
        [
          'Mixed-version pairs',
          mixedVersionPairs.length === 0
            ? 'none'
            : joined(
                mixedVersionPairs.map((pair) => subjectName({ kind: 'pair', pair })),
                ', ',
              ),
        ],
      ]),
    ],
  }
}

/** Declared and measured side by side; the expected per cent beside the measured ones, never a gate. */
export function nodesSection(nodes: readonly NodeResult[], verdict: Verdict, input: RunInput): Section {
  const excluded = new Map(input.excluded.map((e) => [e.node, e.why]))
  const finding = (n: NodeResult): string =>
    [
      excluded.has(n.node) ? `left out: ${excluded.get(n.node)}` : '',
      ...verdict.findings
        .filter((f) => f.node === n.node && (f.kind === 'mislabelled-nat' || f.kind === 'unstable-nat'))
        .map((f) => f.kind),
    ]
      .filter((s) => s !== '')
      .join('; ')
  const node = (name: string) => input.fleet.nodes.find((n) => n.name === name)
  return {
    id: 'nodes',
    title: 'Nodes and NATs',
    blocks: [
      table(
        [
          'node',
          'role',
          'provider, region',
          'declared NAT',
          'measured NAT',
          'RFC 4787',
          'as callee',
          'as caller',
          'expected',
          'note',
        ],
        nodes.map((n) => [
          n.node,
          node(n.node)?.role ?? '',
          [node(n.node)?.provider, node(n.node)?.region].filter(Boolean).join(', '),
          n.declared,
          n.measured ?? 'not measured',
          behaviour(input.measurements.before.find((m) => m.node === n.node)),
          share(n.asCallee),
          share(n.asCaller),
          n.expectedRate === null ? '' : `~${n.expectedRate} %`,
          finding(n),
        ]),
      ),
    ],
  }
}

const share = ({ attempts, successes }: NodeResult['asCallee']): string =>
  attempts === 0 ? '–' : `${successes}/${attempts} = ${percent(successes / attempts)} %`
