/** States, transitions, verbs and commands that there are, and a table of the tests that reached each of them. */
import { Command } from 'commander'
import { contextOf } from '../../src/app/surroundings.ts'
import { defineVerbs } from '../../src/cli/define.ts'
import { idle, type Session } from '../../src/domain/session.ts'
import { checkpointStates, stateNames, type State } from '../../src/domain/states.ts'
import { table, targetOf } from '../../src/domain/transitions.ts'
import { commands } from '../../src/inputs/job-inputs.ts'
import { layerNames, layerOf } from '../layers.mjs'

export type Kind = 'state' | 'transition' | 'verb' | 'command'

/** One line of what a run of the tests wrote down. */
export interface Reached {
  readonly kind: Kind
  readonly name: string
  readonly file: string
  readonly test: string
}

export interface Row {
  readonly kind: Kind
  readonly name: string
  /** Tests of each layer. */
  readonly by: Readonly<Record<string, number>>
  /** One of them, of the dearest layer. */
  readonly test: string | null
}

/** What a transition's target may depend on. */
const sessions = (state: State): readonly Session[] => {
  const flags = [false, true]
  const takings = [null, ...checkpointStates]
  return takings.flatMap((taken) =>
    takings.flatMap((left) =>
      flags.flatMap((manualVerify) =>
        flags.flatMap((selection) =>
          [0, 99].map((times): Session => {
            const none = idle('s', 0)
            return {
              ...none,
              state,
              manualVerify,
              selection,
              checkpointsLeft: left === null ? [] : [left],
              checkpoint: taken === null ? null : { name: taken, dueAt: 0, takenAt: 0, latenessMs: 0 },
              inconclusiveInARow: times,
              failedBuildsInARow: times,
              restartsAllowed: 3,
              counters: { ...none.counters, restarts: times },
            }
          }),
        ),
      ),
    ),
  )
}

export interface Transition {
  readonly from: State
  readonly event: string
  readonly to: State
}

/** Every state, event and target that the table can give. */
export const transitions: readonly Transition[] = stateNames.flatMap((from) =>
  Object.keys(table[from]).flatMap((event) =>
    [...new Set(sessions(from).flatMap((session) => targetOf(session, event)?.to ?? []))].map((to) => ({
      from,
      event,
      to,
    })),
  ),
)

/** Verbs of the command line with those below them, as its own parser knows them. */
export function verbsOf(): readonly string[] {
  const program = new Command('vps-test')
  const signal = new AbortController().signal
  defineVerbs(
    program,
    contextOf({ env: {}, cwd: '/', home: '/', directory: import.meta.dirname, signal, version: '0' }),
    () => {},
  )
  const below = (command: Command, words: string): readonly string[] => {
    const inner = command.commands.flatMap((one) => below(one, `${words} ${one.name()}`.trim()))
    // A verb that only groups others acts by them.
    return words === '' || groups.has(words) ? inner : [words, ...inner]
  }
  return below(program, '')
}
const groups = new Set(['lab'])

export const nameOf = ({ from, event, to }: Transition): string => `${from} ${event} ${to}`

/** All that there is to reach, in the order of the tables. */
export const reachable: readonly Pick<Row, 'kind' | 'name'>[] = [
  ...stateNames.map((name) => ({ kind: 'state' as const, name })),
  ...transitions.map((one) => ({ kind: 'transition' as const, name: nameOf(one) })),
  ...verbsOf().map((name) => ({ kind: 'verb' as const, name })),
  ...commands.map((name) => ({ kind: 'command' as const, name })),
]

/** `lines`: what the tests of one run wrote down. A transition reaches both of its states. */
export function rowsOf(lines: readonly Reached[]): readonly Row[] {
  const all = lines.flatMap((line): readonly Reached[] =>
    line.kind === 'transition'
      ? [
          line,
          ...line.name.split(' ').flatMap((name, i) => (i === 1 ? [] : [{ ...line, kind: 'state' as const, name }])),
        ]
      : [line],
  )
  return reachable.map(({ kind, name }) => {
    const own = all.filter((line) => line.kind === kind && (line.name === name || isBelow(kind, line.name, name)))
    const tests = new Map(own.map((line) => [`${line.file} ${line.test}`, line]))
    const count = (layer: string): number => [...tests.values()].filter((one) => layerOf(one.file) === layer).length
    const dearest = layerNames.toReversed().find((layer) => count(layer) > 0)
    const named = [...tests.values()].find((one) => layerOf(one.file) === dearest)
    return {
      kind,
      name,
      by: Object.fromEntries(layerNames.map((layer) => [layer, count(layer)])),
      test: named === undefined ? null : `${named.file}: ${named.test === '' ? 'its set-up' : named.test}`,
    }
  })
}

/** `start testnet` is the verb `start`: what follows a verb that has none below it is its argument. */
const isBelow = (kind: Kind, line: string, name: string): boolean =>
  kind === 'verb' && line.startsWith(`${name} `) && !verbNames.has(line)
const verbNames = new Set(verbsOf())

/** As text, and at its end what no test reached. */
export function asTable(rows: readonly Row[]): string {
  const width = Math.max(...rows.map((row) => row.name.length))
  const head = `${'reached by tests of'.padEnd(width)}  ${layerNames.map((layer) => layer.padStart(5)).join(' ')}  one of them`
  const lines = rows.map(
    (row) =>
      `${row.name.padEnd(width)}  ${layerNames.map((layer) => String(row.by[layer] || '-').padStart(5)).join(' ')}  ${row.test ?? 'NONE'}`,
  )
  const missing = unreached(rows)
  const onValues = rows.filter((row) => row.test !== null && layerNames.slice(1).every((layer) => row.by[layer] === 0))
  return [
    head,
    ...lines,
    '',
    `on values only (${onValues.length}): ${onValues.map((row) => row.name).join(', ') || 'none'}`,
    `reached by no test (${missing.length}): ${missing.map((row) => `${row.kind} ${row.name}`).join(', ') || 'none'}`,
    '',
  ].join('\n')
}

export const unreached = (rows: readonly Row[]): readonly Row[] => rows.filter((row) => row.test === null)
