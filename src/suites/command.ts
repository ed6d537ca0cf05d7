/**
 * Commands of the project's configuration in action: each on all peers at once, as nobody, in the service's own
 * namespace.
 */
import { ownersText } from '../commands/owners-text.ts'
import { placeOf } from '../commands/place.ts'
import { currentBinary } from '../commands/release.ts'
import { readSubjectRun } from '../commands/subject-run.ts'
import { peersOf, type FleetNode } from '../domain/fleet.ts'
import { patternOf } from '../domain/pattern.ts'
import type { Plan } from '../domain/plan.ts'
import type { AskedCommand, CommandEnd, CommandRun } from '../domain/suites/command/run.ts'
import { mostRepeats } from '../domain/suites/repeat.ts'
import { faultOf } from './attempt.ts'
import type { Bench, Runner, StoreItem } from './bench.ts'

/** Of its output, what is matched with the pattern and kept. */
const keptBytes = 4096
/** What a node far away may take beside the command itself. */
const transportSeconds = 20

export const command: Runner<'command'> = {
  async run(bench, { commands }, keep) {
    const peers = peersOf(bench.world.fleet).filter((n) => bench.nodes.includes(n.name))
    bench.world.log.info(`test: ${commands.length} commands on ${peers.length} nodes`)
    for (const [index, asked] of commands.entries()) await onAll(bench, { index, asked, nodes: peers }, keep)
  },

  /** On the nodes where it failed, and on no other. */
  async again(bench, { commands }, failed, _before, keep) {
    for (const [index, asked] of commands.entries()) {
      const names = failed.filter((s) => s.group === asked.name).map((s) => s.subject.node)
      const nodes = peersOf(bench.world.fleet).filter((n) => names.includes(n.name))
      await onAll(bench, { index, asked, nodes, retry: true }, keep)
    }
  },
}

interface Turn {
  readonly index: number
  readonly asked: AskedCommand
  readonly nodes: readonly FleetNode[]
  readonly retry?: true
}

/** Kept in the fleet's order: what is written down must not depend on who was faster. */
async function onAll(bench: Bench, turn: Turn, keep: StoreItem<'command'>): Promise<void> {
  const runs = await Promise.all(turn.nodes.map((node) => untilSeen(bench, turn, node)))
  for (const one of runs.flat()) await keep(one)
}

/** What a machine or the network kept from running is tried again, as often as a judge takes it. */
async function untilSeen(bench: Bench, turn: Turn, node: FleetNode): Promise<readonly CommandRun[]> {
  const runs = [await onOne(bench, turn, node)]
  for (let last = runs[0]; last?.end.kind === 'fault' && last.end.by === 'infra' && runs.length <= mostRepeats;) {
    last = { ...(await onOne(bench, turn, node)), id: `${runs[0]?.id}.${runs.length + 1}`, repeats: last.id }
    runs.push(last)
  }
  return runs
}

async function onOne(bench: Bench, { index, asked, retry }: Turn, node: FleetNode): Promise<CommandRun> {
  const { clock } = bench.world
  const startedAt = clock.now()
  const ended = await endOf(bench, asked, node)
  return {
    id: `${bench.test}.${index + 1}.${node.name}${retry === true ? '.retry' : ''}`,
    command: asked.name,
    node: node.name,
    startedAt,
    endedAt: clock.now(),
    ...ended,
    ...(retry === true ? { retry } : {}),
  }
}

/** One that is no pattern matches nothing: the configuration was refused before. */
function matchedBy(source: string, output: string): boolean {
  const pattern = patternOf(source)
  return !('fault' in pattern) && pattern.matches(output)
}

/** A profile does not know where a project puts its program; both parts are of names without a space. */
const binaryOf = ({ config: { deploy, binary } }: Plan): string =>
  currentBinary({ installPath: deploy.installPath, name: binary.name })

async function endOf(
  { world, plan }: Bench,
  { name, suite, command, timeoutSeconds: seconds, successPattern }: AskedCommand,
  node: FleetNode,
): Promise<Pick<CommandRun, 'end' | 'output' | 'errors'>> {
  const text = suite === undefined ? command : command.replaceAll('{binary}', binaryOf(plan))
  const fault = (by: 'infra' | 'harness', message: string): CommandEnd => ({ kind: 'fault', by, message })
  try {
    const remote = await world.remote(node.name)
    const result = await remote.run(
      ownersText({ why: `test ${name}`, place: placeOf(node.runtime), text, seconds, maxBytes: keptBytes }),
      { timeoutMs: (seconds + transportSeconds) * 1000, signal: world.signal },
    )
    const ended = readSubjectRun(result.stdout, result.stderr, seconds)
    if (ended.kind === 'not-started')
      return { end: fault('infra', `it could not be started on the node: ${ended.why}`), output: '', errors: '' }
    const { code, output, errors } = ended
    if (ended.late) return { end: { kind: 'timeout' }, output, errors }
    const matched = successPattern === null ? null : matchedBy(successPattern, output)
    return { end: { kind: 'exit', code, matched }, output, errors }
  } catch (error) {
    world.signal.throwIfAborted()
    const { kind, message } = faultOf(error, node.name)
    return { end: fault(kind, message), output: '', errors: '' }
  }
}
