/** `modify`: the same dispatch as a line for the command line of GitHub, with every answer filled in. */
import { quote } from '../commands/quote.ts'
import type { Plan } from '../domain/plan.ts'
import type { StartRequest } from '../inputs/request.ts'
import type { RunContext } from './job.ts'

/** What a caller's workflow may have settled without asking: a form refuses answers to questions that it does not have. */
const fixed: readonly string[] = ['project', 'fleet', 'repo', 'config', 'queue-minutes']

export function dispatchLine(plan: Plan, r: StartRequest, facts: RunContext): string {
  const { project, focus, criteria, proof } = plan.answers
  const release =
    r.releaseTag === undefined
      ? undefined
      : `${r.releaseTag.repository === null ? '' : `${r.releaseTag.repository}@`}${r.releaseTag.tag}${r.releaseTag.asset === null ? '' : `:${r.releaseTag.asset}`}`
  const answers: Readonly<Record<string, string | undefined>> = {
    project: project.value,
    focus: focus.value,
    criteria: criteria.value,
    'custom-criteria': r.customCriteria,
    proof: proof.value,
    nodes: r.nodes?.join(','),
    'binary-source': r.binarySource ?? 'zigbuild',
    'release-tag': release,
    soak: plan.soak.length > 0 ? 'on' : 'off',
    'on-busy': r.onBusy,
    'queue-minutes': r.queueMinutes?.toString(),
    fleet: r.fleet,
    repo: r.repo,
    config: r.config,
    confirm: 'proceed',
  }
  const given = Object.entries(answers).flatMap(([name, value]) =>
    value === undefined || (fixed.includes(name) && facts.form?.includes(name) === false)
      ? []
      : ['-f', `${name}=${value}`],
  )
  return [
    'gh',
    'workflow',
    'run',
    facts.workflow,
    '--repo',
    facts.repository,
    ...(facts.ref === '' ? [] : ['--ref', facts.ref]),
    ...given,
  ]
    .map(quote)
    .join(' ')
}
