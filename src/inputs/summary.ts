/** The Test Plan Summary that a person confirms before anything is touched. */
import type { FleetNode, NatKind } from '../domain/fleet.ts'
import type { Answer, Plan } from '../domain/plan.ts'
import { criteriaDescriptions, focusDescriptions, proofDescriptions } from './questions.ts'
import { stripHidden } from '../domain/text.ts'

export type SummaryFacts = Pick<
  Plan,
  'answers' | 'expression' | 'fleet' | 'nodes' | 'source' | 'suites' | 'config' | 'unsupported'
>

export function planSummary(plan: SummaryFacts): string {
  const { project, focus, criteria, proof } = plan.answers
  const used = plan.nodes.flatMap((name) => plan.fleet.nodes.filter((n) => n.name === name))
  const peers = used.filter((n) => n.role !== 'registry')
  const translated = peers.filter((n) => n.nat !== 'none')
  const title = 'Test Plan Summary'
  return [
    title,
    '='.repeat(title.length),
    `Project: ${stripHidden(project.value)} (${origin(project)})`,
    `Focus: ${focusDescriptions[focus.value]} (${origin(focus)})`,
    `Success: ${success(plan)} (${origin(criteria)})`,
    `Proof: ${proofDescriptions[proof.value]} (${origin(proof)})`,
    '',
    `Nodes to use (fleet ${stripHidden(plan.fleet.name)}):`,
    `  Registry: ${names(used.filter((n) => n.role === 'registry'))}`,
    `  Standard: ${names(peers.filter((n) => n.nat === 'none'))}`,
    ...(translated.length === 0
      ? ['  NAT Emulation: none']
      : ['  NAT Emulation:', ...translated.map((n) => `    - ${stripHidden(n.name)} (${natNames[n.nat]})`)]),
    '',
    `Binary source: ${source(plan)}`,
    ...plan.config.warnings.map((w) => `Note: ${stripHidden(w, 400)}`),
    ...plan.unsupported.map((u) => `Not done: ${u.what} ${u.why}${u.test === true ? '; the run cannot pass' : ''}`),
    '',
    'Ready to proceed?',
  ].join('\n')
}

export const natNames: Readonly<Record<NatKind, string>> = {
  none: 'no NAT',
  'full-cone': 'Full Cone',
  'address-restricted': 'Address Restricted',
  'port-restricted': 'Port Restricted',
  symmetric: 'Symmetric',
}

const origin = ({ from }: Answer<string>): string =>
  from === 'interview' ? 'confirmed via interview' : `from ${stripHidden(from)}`

const names = (nodes: readonly FleetNode[]): string =>
  nodes.length === 0 ? 'none' : nodes.map((n) => stripHidden(n.name)).join(', ')

function success({ answers, suites, expression }: SummaryFacts): string {
  if (answers.criteria.value === 'custom') return `Custom: ${stripHidden(expression ?? '', 2000)}`
  if (answers.criteria.value !== 'threshold') return criteriaDescriptions[answers.criteria.value]
  return `Meet configured thresholds: ${suites.map((s) => stripHidden(s.thresholds, 400)).join('; ')}`
}

function source({ source: s, config }: SummaryFacts): string {
  switch (s.kind) {
    case 'build':
      return `Build on this machine (${stripHidden(config.binary.build.join(' '))}) in ${stripHidden(s.workspace)}`
    case 'file':
      return `Given file ${stripHidden(s.path)}`
    case 'session':
      return `The program of session ${stripHidden(s.session)}, ${s.build.sha256.slice(0, 12)}`
    case 'release':
      return `Release ${stripHidden(s.tag)} of ${stripHidden(s.repository)}, ${stripHidden(s.asset)}`
  }
}
