/** Nodes that a failure would be told of: there our own instruments are tried once more. */
import type { NodeName } from '../../domain/fleet.ts'
import { resultsOf } from '../../domain/suites/suite.ts'
import type { Verdict } from '../../domain/verdict.ts'

export const endsOfFailures = ({ suites }: Verdict): readonly NodeName[] => [
  ...new Set(
    resultsOf(suites)
      .flatMap((r) => r.samples)
      .filter((s) => s.outcome === 'failed')
      .flatMap(({ subject }) =>
        subject.kind === 'pair' ? [subject.pair.from, subject.pair.to] : subject.kind === 'node' ? [subject.node] : [],
      ),
  ),
]
