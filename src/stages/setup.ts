/**
 * SETUP: every node answers, has room, tools and a sane clock, and its lease is ours; what is not is named and left
 * out.
 */
import { freedText, freeSpace, parseFreed } from '../commands/free-space.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import { parseSurvey, parseUnfit, survey, type NodeFacts } from '../commands/survey.ts'
import { Failure, failureFacts, isFailure } from '../domain/failure.ts'
import { registryOf, type NodeName } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { registryUrlOf } from '../domain/program.ts'
import type { Exclusion, SetupWarning } from '../domain/events/facts.ts'
import { quorumFault } from '../domain/quorum.ts'
import type { LeaseTerms, Nodes, Execution, SessionRecord } from '../ports.ts'
import { refuseUnfit } from '../instruments/fitness.ts'
import { onEachNode } from '../instruments/per-node.ts'
import { leaseFleet, type Busy } from './parts/busy.ts'
import { occupiedBy } from './parts/occupied.ts'
import { fireLeftOut } from './parts/left-out.ts'
import { withCause } from './parts/roster.ts'
import type { Stage } from './stage.ts'

const lowDisk = 1 << 30
const criticalDisk = 200 << 20

export const setup: Stage<'SETUP', Execution & Nodes & SessionRecord & LeaseTerms> = async (plan, session, world) => {
  world.log.info(`setup: ${plan.nodes.length} nodes`)
  const seen = await onEachNode(plan.nodes, world.signal, (name) =>
    Promise.all([surveyNode(world, name, plan.config), tryForward(plan, world, name)]).then(([facts]) => facts),
  )
  const excluded = [...seen.failed].map(([node, f]) => exclusion(node, f))
  fireLeftOut(world, plan, 'SETUP', excluded)
  const answered = plan.nodes.filter((n) => seen.done.has(n))
  const early = quorumFault(plan, answered)
  if (early !== null) return { event: 'unrecoverable', why: withCause(early, excluded), facts: { excluded } }

  const taken = await occupiedBy(world, plan, answered)
  if (taken !== null)
    return { event: 'unrecoverable', why: taken.message.slice(0, 1000), facts: { excluded, ...failureFacts(taken) } }

  const leases = await leaseFleet(plan, session, world, answered)
  if ('event' in leases) return withExclusions(leases, excluded)
  const late = [...leases.failed].map(([node, f]) => exclusion(node, f))
  fireLeftOut(world, plan, 'SETUP', late, excluded.length)
  const all = [...excluded, ...late]
  const left = answered.filter((n) => leases.done.has(n))
  const facts = {
    excluded: all,
    answered: left,
    warnings: [...seen.done].flatMap(([node, f]) => warnings(node, f)),
    nodes: Object.fromEntries(seen.done),
    fences: Object.fromEntries(leases.done),
  }
  facts.warnings.filter((w) => w.kind !== 'skewed-clock').forEach((w) => world.log.warn(w.message))
  facts.warnings
    .filter((w) => w.kind === 'skewed-clock')
    .forEach(({ node, message }) =>
      world.recoveries?.fire('clock-off', {
        node,
        recognised: message.replace(`${node}: `, ''),
        done: 'nothing is set; the run goes on by uptimes and by readings of one clock at a time',
        nth: 1,
      }),
    )
  const fault = quorumFault(plan, left)
  if (fault !== null) return { event: 'unrecoverable', why: withCause(fault, all), facts }
  return {
    event: 'ready',
    why: `${left.length} of ${plan.nodes.length} nodes answered${all.length === 0 ? '' : `; left out: ${all.map((e) => e.node).join(', ')}`}${leases.superseded === null ? '' : `; ended for it: session ${leases.superseded}`}`,
    facts,
  }
}

/** The registry is asked through its node's SSH connection: where that may not forward, nothing is touched. */
async function tryForward(plan: Plan, world: Execution & Nodes, name: NodeName): Promise<void> {
  const asked = plan.profile.registry !== null && registryOf(world.fleet)?.name === name
  if (!asked && plan.profile.record.kind !== 'http') return
  const { hostname, port, protocol } = new URL(asked ? registryUrlOf(world.fleet, plan) : 'http://127.0.0.1')
  try {
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    const number = Number(port || (protocol === 'https:' ? 443 : 80))
    const stream = await (await world.remote(name)).forward(host, number, { timeoutMs: 15_000, signal: world.signal })
    stream.destroy()
  } catch (error) {
    // That nothing listens there yet is as it should be.
    if (isFailure(error, 'T015')) throw error
  }
}

async function surveyNode(world: Execution & Nodes, name: NodeName, config: Plan['config']): Promise<NodeFacts> {
  const { installPath } = config.deploy
  const node = world.fleet.nodes.find((n) => n.name === name) ?? ({ runtime: { kind: 'systemd' } } as const)
  const remote = await world.remote(name)
  const options = { timeoutMs: 30_000, signal: world.signal }
  const ask = async (): Promise<NodeFacts> => {
    const began = world.clock.now()
    const result = await remote.run(survey(installPath, node), options)
    const facts = parseSurvey(result.stdout, Math.round((began + world.clock.now()) / 2))
    if (result.code !== 0 || facts.bootId === '')
      throw new Failure({
        code: 'I131',
        node: name,
        message: `${name}: tells nothing about itself (exit ${String(result.code)}): ${result.stderr.trim().slice(0, 200)}`,
        remedy: diagnoseNode(name, world.fleet),
      })
    refuseUnfit(world.fleet, name, parseUnfit(result.stdout))
    return facts
  }
  const facts = await ask()
  if (facts.freeBytes >= criticalDisk) return facts
  const freed = await remote.run(freeSpace({ project: config.project, installPath, leased: false }), options)
  const after = await ask()
  world.recoveries?.fire('disk-full', {
    node: name,
    recognised: `${mib(facts.freeBytes)} free, less than ${mib(criticalDisk)}`,
    done: freedText(parseFreed(freed.stdout)),
    nth: 1,
    ...(after.freeBytes < criticalDisk ? { usedUp: true } : {}),
  })
  return after
}

const mib = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(0)} MiB`

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
