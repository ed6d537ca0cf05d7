/** Every suite's section of a report by its id; the compiler names a missing one. */
import { brokenBy } from '../../domain/judge-suites.ts'
import { suites } from '../../domain/suites/registry.ts'
import type { SuiteId, SuiteResult } from '../../domain/suites/suite.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { RunInput } from '../../domain/verdict-input.ts'
import { paragraph } from '../section.ts'
import { commandPages } from './command.ts'
import { connectivityPages } from './connectivity.ts'
import { gossipPages } from './gossip.ts'
import { survivalPages } from './survival.ts'
import { natTraversalPages } from './nat-traversal.ts'
import { observedPages } from './observed.ts'
import { throughputPages } from './throughput.ts'
import type { SuitePages, SuiteReport } from './suite-report.ts'

const pages: { readonly [Id in SuiteId]: SuitePages<Id> } = {
  connectivity: connectivityPages,
  'nat-traversal': natTraversalPages,
  observed: observedPages,
  survival: survivalPages,
  gossip: gossipPages,
  throughput: throughputPages,
  command: commandPages,
}

/** Of every suite that was judged, in the order of the plan. */
export const suiteReports = (verdict: Verdict, input: RunInput): readonly SuiteReport[] =>
  (Object.keys(verdict.suites) as SuiteId[]).flatMap((id) => reportOf(id, verdict, input))

function reportOf<Id extends SuiteId>(id: Id, verdict: Verdict, input: RunInput): readonly SuiteReport[] {
  const result: SuiteResult<Id> | undefined = verdict.suites[id]
  if (result === undefined) return []
  const { figures } = result
  if (figures === null) return [brokenReport(id, result.error ?? '')]
  try {
    // What is left out of the rates is seen all the same.
    return [pages[id]({ ...result, samples: [...result.samples, ...result.known], figures }, { verdict, input })]
  } catch (error) {
    return [brokenReport(id, brokenBy(`the page of suite ${id}`, error))]
  }
}

const brokenReport = (id: SuiteId, error: string): SuiteReport => ({
  overview: [{ id: `suite-${id}`, title: `Suite ${suites[id].title}`, blocks: [paragraph(error)] }],
  terms: null,
  sentences: [],
  figures: [],
})
