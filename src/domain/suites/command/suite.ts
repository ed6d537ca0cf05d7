/**
 * Commands of the project's configuration: planned for every peer, judged by their exit, their pattern and their time.
 */
import { peersOf } from '../../fleet.ts'
import type { NotCovered } from '../../not-covered.ts'
import type { CustomTest } from '../../project.ts'
import type { Reason } from '../../reason.ts'
import { every, fields, flag, kinds, list, name, number, oneOf, optional, orNull, text, time } from '../../shape.ts'
import { atOnce } from '../at-once.ts'
import type { Terms } from '../group.ts'
import { applyRepeats } from '../repeat.ts'
import { applyRetries } from '../retry.ts'
import type { RunContext } from '../run-context.ts'
import { counts, sampleKey, type SampleOutcome } from '../sample.ts'
import type { Judged, Planning, Suite } from '../suite.ts'
import { rederiveCommands } from './rederive.ts'
import { commandsAsked } from './asked.ts'
import type { AskedCommand, CommandRun, CommandSample, CommandWork } from './run.ts'

/** A command is asked for on every node: one that fails anywhere fails, and four nodes in five must have been asked. */
const terms: Terms = { target: 100, sampleFloor: 1, coverage: 80, strict: false }

/** Rough: most of what is asked of a node is answered at once. */
const secondsEach = 2

export const command: Suite<'command'> = {
  title: 'commands',
  unable: () => null,
  plan,
  item: every<CommandRun>({
    id: name,
    startedAt: time,
    endedAt: time,
    retry: optional(oneOf(true)),
    repeats: optional(name),
    command: name,
    node: name,
    end: kinds({
      exit: fields({ code: number, matched: orNull(flag) }),
      timeout: fields({}),
      fault: fields({ by: oneOf('infra', 'harness'), message: text }),
    }),
    output: text,
    errors: text,
  }),
  work: every<CommandWork>({
    commands: list(
      every<AskedCommand>({
        suite: optional(name),
        name,
        command: text,
        successPattern: orNull(text),
        timeoutSeconds: number,
        expectedExit: number,
      }),
    ),
  }),
  rederive: rederiveCommands,
  clocks: () => [],
  judge: atOnce(judge),
}

function plan({ config, profile, focus, fleet, nodes }: Planning): ReturnType<Suite<'command'>['plan']> {
  const commands = commandsAsked({ config, profile, focus })
  if (commands.length === 0) return null
  const peers = peersOf(fleet).filter((n) => nodes.includes(n)).length
  return {
    work: { commands },
    attempts: commands.length * peers,
    seconds: commands.length * secondsEach,
    detail: `${commands.length} ${commands.length === 1 ? 'command' : 'commands'} on ${peers} nodes`,
    thresholds: `each command ${terms.target}%`,
  }
}

function judge(items: readonly CommandRun[], { commands }: CommandWork, run: RunContext): Judged<'command'> {
  const { runs, strays } = sortOut(items, commands, run)
  const judged = runs.flatMap((one) => {
    const asked = commands.find((c) => c.name === one.command)
    return asked === undefined ? [] : [judgeRun(one, asked, run.barred.get(one.node) ?? null)]
  })
  const repeated = applyRepeats(judged, runs)
  const retried = applyRetries(repeated.samples, runs, run.checkpoint)
  return {
    samples: retried.samples,
    retries: retried.retries,
    groups: commands.map((c) => ({ name: c.name, of: 'node', planned: run.peers.length, terms, secondsEach })),
    figures: { nodes: run.peers.map((n) => n.name) },
    reasons: [...strays, ...repeated.strays, ...retried.strays],
    notCovered: uncovered(retried.samples, commands, run),
  }
}

function judgeRun(one: CommandRun, asked: CustomTest, barred: string | null): CommandSample {
  const [outcome, words] = outcomeOf(one, asked, barred)
  return {
    id: one.id,
    group: one.command,
    subject: { kind: 'node', node: one.node },
    outcome,
    grade: null,
    sentence: `${one.node}: ${one.command}: ${words}`,
    findings: [],
    output: outcome === 'success' ? '' : [one.output, one.errors].filter((part) => part !== '').join('\n'),
  }
}

function outcomeOf(
  { end }: CommandRun,
  { expectedExit, successPattern, timeoutSeconds }: CustomTest,
  barred: string | null,
): readonly [SampleOutcome, string] {
  if (end.kind === 'fault') return [end.by, end.message]
  if (barred !== null) return ['unwitnessed', barred]
  if (end.kind === 'timeout') return ['failed', `did not end within ${timeoutSeconds} s`]
  if (end.code !== expectedExit) return ['failed', `exit ${end.code}; expected was ${expectedExit}`]
  if (successPattern !== null && end.matched !== true)
    return ['failed', `exit ${end.code}, and nothing in its output matches ${successPattern}`]
  return ['success', `exit ${end.code}${successPattern === null ? '' : ', and its output matches'}`]
}

/** A repeated id is a copy; a command or a node that the plan does not have belongs to nobody. */
function sortOut(
  items: readonly CommandRun[],
  commands: readonly CustomTest[],
  { peers }: RunContext,
): { readonly runs: readonly CommandRun[]; readonly strays: readonly Reason[] } {
  const ids = new Set<string>()
  const strays: Reason[] = []
  const runs = items.filter((one) => {
    const copy = ids.has(one.id)
    ids.add(one.id)
    const planned = commands.some((c) => c.name === one.command) && peers.some((n) => n.name === one.node)
    if (copy) strays.push({ kind: 'inconclusive', text: `command run ${one.id} occurs twice in the evidence` })
    else if (!planned)
      strays.push({
        kind: 'inconclusive',
        text: `command run ${one.id}: the plan has no ${one.command} on ${one.node}`,
      })
    return !copy && planned
  })
  return { runs, strays }
}

/** Each command on each peer without a sample that counts, and what kept it from counting. */
function uncovered(
  samples: readonly CommandSample[],
  commands: readonly CustomTest[],
  { peers, excluded }: RunContext,
): readonly NotCovered[] {
  const counted = new Set(samples.filter(counts).map(sampleKey))
  return commands.flatMap(({ name: group }) =>
    peers.flatMap(({ name: node }): readonly NotCovered[] => {
      const subject = { kind: 'node', node } as const
      const key = sampleKey({ group, subject })
      if (counted.has(key)) return []
      const out = excluded.find((e) => e.node === node)
      const why =
        out === undefined
          ? (samples.find((s) => sampleKey(s) === key)?.sentence ?? 'it was not run')
          : `${node} was left out: ${out.why}`
      return [{ kind: 'subject', suite: 'command', group, subject, why }]
    }),
  )
}
