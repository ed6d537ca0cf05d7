/** `diagnose <node>`: the way to it step by step, then the whole machine in one look, and what to do; it changes nothing. */
import { wayTo } from '../adapters/ssh/way.ts'
import { onNode } from '../commands/diagnosis.ts'
import { lookAround } from '../commands/node-look.ts'
import { parseUnfit, whoThere } from '../commands/survey.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { fleetReference, type Fleet, type FleetNode } from '../domain/fleet.ts'
import type { FactsLook } from '../domain/node-facts.ts'
import { lookParts, troublesOf, type Parts, type WayStep } from '../domain/node-look.ts'
import { hint } from '../inputs/nearest.ts'
import { readNodeFacts } from '../instruments/node-facts.ts'
import { refuseUnfit } from '../instruments/fitness.ts'
import { asFailure } from '../instruments/per-node.ts'
import type { Remote } from '../ports.ts'
import { nodePageText } from '../report/node-page.ts'
import type { KeySource, OpenWorld } from '../world.ts'
import { loadFleet, readOnlyWorld, type Context } from './context.ts'
import { chosenFleet } from './fleet-choice.ts'

export interface DiagnoseFlags {
  readonly fleet?: string
  readonly lab?: string
  readonly key?: KeySource | null
  readonly json?: boolean
}

interface Todo {
  readonly what: string
  readonly command: string
}

interface Found {
  readonly steps: readonly WayStep[]
  readonly look: { readonly facts: FactsLook; readonly parts: Parts } | null
  readonly todo: readonly Todo[]
}

export async function diagnose(c: Context, name: string, flags: DiagnoseFlags): Promise<number> {
  const { fleet } = await loadFleet(c, await chosenFleet(c, { named: flags.fleet, lab: flags.lab }), flags.lab)
  const node = nodeNamed(fleet, name)
  const world = await readOnlyWorld(c, fleet, flags.key ?? null)
  try {
    const found = await lookAt(c, world, node, flags.lab)
    if (flags.json === true)
      c.terminal.print(
        JSON.stringify({
          node: name,
          steps: found.steps,
          facts: found.look?.facts ?? null,
          parts: Object.fromEntries(found.look?.parts ?? []),
          todo: found.todo,
        }),
      )
    else c.terminal.print(nodePageText({ node, ...found, now: c.clock.now() }, c.terminal.palette))
    // A busy machine is told; only a node that cannot be looked at keeps a run from being done.
    return found.look === null ? exitCodes.infra : exitCodes.passed
  } finally {
    void world.close()
  }
}

function nodeNamed(fleet: Fleet, name: string): FleetNode {
  const names = fleet.nodes.map((n) => n.name)
  const node = fleet.nodes.find((n) => n.name === name)
  if (node === undefined)
    throw new Failure({
      code: 'U030',
      message: `fleet ${fleet.name} has no node ${JSON.stringify(name.slice(0, 80))}${hint(name, names)}`,
      remedy: `vps-test nodes --fleet ${quote(fleetReference(fleet))}`,
    })
  return node
}

const after = ['host key', 'login', 'root', 'place'] as const
/** The step at which a connection that failed so had come. */
const failsAt: Readonly<Record<string, (typeof after)[number]>> = {
  T010: 'host key',
  T011: 'host key',
  T005: 'login',
  T013: 'login',
  T014: 'login',
  U031: 'login',
  U070: 'login',
  I131: 'login',
  I132: 'root',
  I157: 'root',
  I160: 'place',
}

async function lookAt(c: Context, world: OpenWorld, node: FleetNode, lab: string | undefined): Promise<Found> {
  const way = await wayTo(node, c.signal)
  const reached = await enter(c, world, node)
  if (reached instanceof Failure) {
    const at = failsAt[reached.facts.code]
    const steps = [
      ...way,
      ...(at === undefined ? [{ name: 'SSH', state: 'bad', detail: reached.message } as const] : []),
      ...after.map((name, i): WayStep => stepAt(name, i, at, reached.message)),
    ]
    return { steps, look: null, todo: [{ what: reached.message, command: reached.facts.remedy ?? noRemedy(node) }] }
  }
  const [facts, said] = await Promise.all([
    readNodeFacts(
      reached,
      { units: 'ours', disks: ['/', '/opt', '/var'] },
      { timeoutMs: 30_000, signal: c.signal, clock: c.clock },
    ),
    reached.run(lookAround, { timeoutMs: 90_000, signal: c.signal, maxBytes: 1 << 20 }),
  ])
  const parts = lookParts(said.stdout)
  const running = parts.get('running')?.[0] ?? ''
  const missing = parts.get('tools') ?? []
  const steps: readonly WayStep[] = [
    ...way,
    ...after.map((name): WayStep => ({ name, state: 'good', detail: wentWell(name, node) })),
    {
      name: 'systemd',
      state: running === 'running' || running === 'degraded' ? 'good' : 'bad',
      detail: running === '' ? 'does not answer' : running,
    },
    {
      name: 'tools',
      state: missing.length === 0 ? 'good' : 'bad',
      detail: missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`,
    },
  ]
  const troubles = troublesOf({ facts, parts, services: world.fleet.ports })
  return {
    steps,
    look: { facts, parts },
    todo: troubles.map(({ what, onNode: command }) => ({ what, command: typed(node, command, lab) })),
  }
}

/** Of a lab, its own shell is the way in. */
const typed = (node: FleetNode, command: string, lab: string | undefined): string =>
  node.proxy?.kind === 'command'
    ? `vps-test lab shell ${quote(node.name)}${lab === undefined ? '' : ` --lab ${quote(lab)}`}  # then: ${command}`
    : onNode(node, command)

const noRemedy = (node: FleetNode): string =>
  node.proxy?.kind === 'command'
    ? 'vps-test lab status'
    : `ssh -v -p ${node.sshPort} ${quote(`${node.user}@${node.host}`)} true`

function stepAt(
  name: (typeof after)[number],
  i: number,
  at: (typeof after)[number] | undefined,
  message: string,
): WayStep {
  const failed = at === undefined ? -1 : after.indexOf(at)
  if (failed === -1 || i > failed) return { name, state: 'not tried', detail: '' }
  return i === failed ? { name, state: 'bad', detail: message } : { name, state: 'good', detail: '' }
}

function wentWell(name: (typeof after)[number], node: FleetNode): string {
  switch (name) {
    case 'host key':
      return `one of ${node.hostKeys.length} that are pinned`
    case 'login':
      return `as ${node.user}`
    case 'root':
      return 'and what is installed can be executed'
    case 'place':
      return node.runtime.kind === 'systemd' ? "the node's own network" : `${node.runtime.kind} network can be entered`
  }
}

async function enter(c: Context, world: OpenWorld, node: FleetNode): Promise<Remote | Failure> {
  try {
    const remote = await world.remote(node.name)
    const said = await remote.run(whoThere(node), { timeoutMs: 20_000, signal: c.signal })
    refuseUnfit(world.fleet, node.name, parseUnfit(said.stdout))
    return remote
  } catch (error) {
    c.signal.throwIfAborted()
    const failure = asFailure(error, node.name)
    // No key is a fault of the call, and no finding of the node.
    if (failure.kind === 'usage') throw failure
    return failure
  }
}
