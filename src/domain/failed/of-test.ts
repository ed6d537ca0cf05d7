/** The diagnosis of a test, from its sealed evidence alone: the same for the run, the proof and `verify`. */
import { layout, runInputOf, type BundleHead } from '../bundle.ts'
import { fleetReference, type FleetNode } from '../fleet.ts'
import { changeOf, logKey, type LogDigest } from '../log-templates.ts'
import { readPostMortem } from '../post-mortem/read.ts'
import type { PostMortem } from '../post-mortem/told.ts'
import { exclusions, fold } from '../session.ts'
import { asDeclared, natName } from '../suites/connectivity/oracle.ts'
import { subjectName, type Sample } from '../suites/sample.ts'
import { resultsOf } from '../suites/suite.ts'
import type { Verdict } from '../verdict.ts'
import { diagnosed, type FailureDiagnosis } from './diagnosis.ts'
import { commonOf, commonText, pairsOf } from './shared.ts'
import { sinceThen, type PassedBefore } from './since.ts'
import type { FailedSubject, LeftOut, NewLines, NodeSymptoms, Symptoms } from './symptoms.ts'

/** Whoever writes logs and names decides how many there are. */
const most = { subjects: 200, lines: 40, findings: 40, text: 500 } as const

/** Null: it passed. */
export const diagnosisOfTest = (head: BundleHead, verdict: Verdict): FailureDiagnosis | null =>
  verdict.result === 'passed' ? null : diagnosed(symptomsOfTest(head, verdict))

export function symptomsOfTest(head: BundleHead, verdict: Verdict): Symptoms {
  const { plan, facts, entries, logs, measurements, postMortems } = head
  const results = resultsOf(verdict.suites)
  const samples = results.flatMap((r) => r.samples)
  const failing = results.flatMap(({ suite, samples: all }) => subjectsOf(suite, all, (s) => s.outcome === 'failed'))
  const hindered = results.flatMap(({ suite, samples: all }) =>
    subjectsOf(suite, all, (s) => s.outcome !== 'failed' && s.outcome !== 'success'),
  )
  const of = (outcome: Sample['outcome']): number => samples.filter((s) => s.outcome === outcome).length
  const succeeded = results.flatMap((r) => succeeding(r.samples))
  const nodes = plan.fleet.nodes
    .filter((n) => plan.nodes.includes(n.name))
    .map((n) => nodeOf(n, natOf(n, measurements.before), postMortems))
  const common = commonOf(failing, succeeded, nodes)
  const before: PassedBefore | null = runInputOf(head).history?.begun?.passedBefore ?? null
  return {
    stage: 'TEST',
    on: { project: plan.answers.project.value, session: facts.session, fleet: fleetReference(plan.fleet) },
    why: verdict.reasons[0]?.text ?? '',
    code: null,
    reasons: verdict.reasons.map(({ kind, text }) => ({ kind, text })),
    buildFaults: [],
    failing: failing.slice(0, most.subjects),
    hindered: hindered.slice(0, most.subjects),
    counted: of('success') + of('failed'),
    uncounted: { infra: of('infra'), harness: of('harness') },
    shared: common.map((c) => commonText(c, pairsOf(failing).length)),
    common,
    since: sinceThen(before, { head, failing, nats: new Map(nodes.map((n) => [n.node, n.nat])) }),
    findings: verdict.findings
      .slice(0, most.findings)
      .map(({ kind, node, message }) => ({ kind, node: node ?? null, message: message.slice(0, most.text) })),
    lines: newLines(logs, before?.counts ?? null),
    leftOut: leftOutOf(head, entries),
    nodes,
  }
}

/** What made the plan or a stage leave a node out has a code; what the test left out by itself has a sentence. */
function leftOutOf({ facts }: BundleHead, entries: BundleHead['entries']): readonly LeftOut[] {
  const coded = exclusions(fold(facts.session, entries))
  return facts.excluded.map(({ node, why }) => ({
    node,
    code: coded.find((e) => e.node === node && e.message === why)?.code ?? null,
    why: why.slice(0, most.text),
  }))
}

const natOf = (node: FleetNode, measured: BundleHead['measurements']['before']): string =>
  natName(measured.find((m) => m.node === node.name) ?? asDeclared(node))

export function nodeOf(
  { name, role, provider, region }: FleetNode,
  nat: string,
  all: readonly PostMortem[],
  file = `evidence/${layout.postMortems}`,
): NodeSymptoms {
  const own = all.find((p) => p.node === name)
  const found = own === undefined ? null : readPostMortem(own)
  return { node: name, role, nat, provider, region, found, silent: own?.why ?? null, file }
}

/** One that was recovered, or that a later attempt stands for, did not fail. */
function subjectsOf(
  suite: string,
  samples: readonly Sample[],
  which: (s: Sample) => boolean,
): readonly FailedSubject[] {
  const these = samples.filter((s) => which(s) && s.recovered !== true && s.repeatedBy === undefined)
  return [...Map.groupBy(these, (s) => JSON.stringify([s.group, subjectName(s.subject)])).values()].flatMap((all) => {
    const last = all.at(-1)
    if (last === undefined) return []
    const { subject: s, outcome, group } = last
    return [
      {
        suite,
        group,
        subject: subjectName(s),
        outcome,
        from: s.kind === 'pair' ? s.pair.from : null,
        to: s.kind === 'pair' ? s.pair.to : null,
        node: s.kind === 'node' ? s.node : null,
        times: all.length,
        sentence: last.sentence.slice(0, most.text),
      },
    ]
  })
}

const succeeding = (samples: readonly Sample[]): readonly (readonly [from: string, to: string])[] =>
  samples.flatMap(({ outcome, subject: s }) =>
    outcome === 'success' && s.kind === 'pair' ? [[s.pair.from, s.pair.to] as const] : [],
  )

function newLines(logs: LogDigest, before: PassedBefore['counts'] | null): readonly NewLines[] {
  return logs.templates
    .flatMap((t): readonly NewLines[] => {
      const change = changeOf(t, before)
      if (change === 'as before' || (change === null && t.level !== 'error')) return []
      return [
        {
          level: t.level,
          template: t.template.slice(0, 300),
          count: t.count,
          nodes: t.nodes.map((n) => n.node),
          change,
          before: before === null ? null : (before[logKey(t)] ?? 0),
        },
      ]
    })
    .slice(0, most.lines)
}
