/**
 * SETUP: every node answers, has room, tools and a sane clock, and its lease is ours; what is not is named and left
 * out.
 */
import { diagnoseNode } from '../commands/remedies.ts'
import { parseSurvey, survey, vacuum, type NodeFacts } from '../commands/survey.ts'
import { Failure, failureFacts } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Exclusion, SetupWarning } from '../domain/events/facts.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { LeaseTerms, Nodes, Execution, SessionRecord } from '../ports.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { leaseFleet, type Busy } from './parts/busy.ts'
import { withCause } from './parts/roster.ts'
import type { Stage } from './stage.ts'

const lowDisk = 1 << 30
const criticalDisk = 200 << 20

export const setup: Stage<'SETUP', Execution & Nodes & SessionRecord & LeaseTerms> = async (plan, session, world) => {
  world.log.info(`setup: ${plan.nodes.length} nodes`)
  const seen = await onEachNode(plan.nodes, world.signal, (name) =>
    surveyNode(world, name, plan.config.deploy.installPath),
  )
  const excluded = [...seen.failed].map(([node, f]) => exclusion(node, f))
  excluded.forEach((e) => world.log.warn(`${e.node}: left out: ${e.message}`))
  const answered = plan.nodes.filter((n) => seen.done.has(n))
  const early = quorumFault(plan, answered)
  if (early !== null) return { event: 'unrecoverable', why: withCause(early, excluded), facts: { excluded } }

  const leases = await leaseFleet(plan, session, world, answered)
  if ('event' in leases) return withExclusions(leases, excluded)
  const all = [...excluded, ...[...leases.failed].map(([node, f]) => exclusion(node, f))]
  const left = answered.filter((n) => leases.done.has(n))
  const facts = {
    excluded: all,
    answered: left,
    warnings: [...seen.done].flatMap(([node, f]) => warnings(node, f)),
    nodes: Object.fromEntries(seen.done),
    fences: Object.fromEntries(leases.done),
  }
  facts.warnings.forEach((w) => world.log.warn(w.message))
  const fault = quorumFault(plan, left)
  if (fault !== null) return { event: 'unrecoverable', why: withCause(fault, all), facts }
  return {
    event: 'ready',
    why: `${left.length} of ${plan.nodes.length} nodes answered${all.length === 0 ? '' : `; left out: ${all.map((e) => e.node).join(', ')}`}`,
    facts,
  }
}

async function surveyNode(world: Execution & Nodes, name: NodeName, installPath: string): Promise<NodeFacts> {
  const remote = await world.remote(name)
  const options = { timeoutMs: 30_000, signal: world.signal }
  const ask = async (): Promise<NodeFacts> => {
    const began = world.clock.now()
    const result = await remote.run(survey(installPath), options)
    const facts = parseSurvey(result.stdout, Math.round((began + world.clock.now()) / 2))
    if (facts.bootId === '')
      throw new Failure({
        code: 'I131',
        node: name,
        message: `${name}: tells nothing about itself (exit ${String(result.code)}): ${result.stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
    return facts
  }
  const facts = await ask()
  if (facts.freeBytes >= criticalDisk) return facts
  await remote.run(vacuum, options)
  return ask()
}

const exclusion = (node: NodeName, f: Failure): Exclusion => ({
  node,
  stage: 'SETUP',
  ...failureFacts(f),
  message: f.message.slice(0, 400),
})

function withExclusions(busy: Busy, excluded: readonly Exclusion[]): Busy {
  switch (busy.event) {
    case 'queued':
      return { ...busy, facts: { ...busy.facts, excluded } }
    case 'unrecoverable':
      return { ...busy, facts: { ...busy.facts, excluded } }
    case 'superseded':
      return busy
  }
}

const warnings = (node: NodeName, f: NodeFacts): readonly SetupWarning[] => [
  ...(f.freeBytes < lowDisk
    ? [{ kind: 'low-disk' as const, node, message: `${node}: ${(f.freeBytes / (1 << 20)).toFixed(0)} MiB free` }]
    : []),
  ...(f.missingTools.length > 0
    ? [{ kind: 'missing-tools' as const, node, message: `${node}: missing ${f.missingTools.join(', ')}` }]
    : []),
  ...(Math.abs(f.clockSkewMs) > 2000
    ? [
        {
          kind: 'skewed-clock' as const,
          node,
          message: `${node}: clock is off by ${(f.clockSkewMs / 1000).toFixed(1)} s`,
        },
      ]
    : []),
]
