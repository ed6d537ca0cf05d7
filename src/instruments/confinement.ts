/** Tries on each node what the tested program could execute there beside itself, with a program of ours in its place. */
import { confinementSeconds, tryConfinement, type Trial } from '../commands/confinement.ts'
import { placeOf } from '../commands/place.ts'
import { readSubjectRun } from '../commands/subject-run.ts'
import { confinementOf, type ConfinementRaw } from '../domain/confinement.ts'
import type { Control } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes, RunResult } from '../ports.ts'
import { onEachNode } from './per-node.ts'
import { events } from './prober.ts'

export interface ConfinementOf extends Omit<Trial, 'dialsFrom'> {
  readonly dials: boolean
  /** Its profile says so: then there is nothing to try. */
  readonly startsPrograms: boolean
}

/** One control for each node. */
export async function confinementOn(
  world: Nodes & Abortable,
  nodes: readonly NodeName[],
  { dials, startsPrograms, ...trial }: ConfinementOf,
): Promise<readonly Control[]> {
  if (startsPrograms) return nodes.map((name) => confinementOf(name, null))
  const tried = await onEachNode(nodes, world.signal, async (name): Promise<ConfinementRaw> => {
    const place = placeOf(world.fleet.nodes.find((n) => n.name === name)?.runtime ?? { kind: 'systemd' })
    const command = tryConfinement({ ...trial, dialsFrom: dials ? place : null })
    const result = await (await world.remote(name)).run(command, { timeoutMs: 40_000, signal: world.signal })
    return readTrial(result, dials)
  })
  return nodes.map((name) => {
    const why = tried.failed.get(name)?.message ?? ''
    const missing: ConfinementRaw = { unit: { why }, service: { why }, dialler: dials ? { why } : null }
    return confinementOf(name, tried.done.get(name) ?? missing)
  })
}

function readTrial({ stdout, stderr }: Pick<RunResult, 'stdout' | 'stderr'>, dials: boolean): ConfinementRaw {
  const missing = { why: stderr.trim().slice(-200) }
  // What stands before is the unit's, what stands behind the dialler's.
  const before = events(stdout.split('\nvps-test-run ')[0] ?? '')
  const ended = dials ? readSubjectRun(stdout, stderr, confinementSeconds) : null
  return {
    unit: before.find((e) => e['event'] === 'confined') ?? missing,
    service: before.find((e) => e['event'] === 'held') ?? missing,
    dialler:
      ended === null
        ? null
        : ended.kind === 'not-started'
          ? { why: ended.why }
          : (events(ended.output).find((e) => e['event'] === 'confined') ?? { why: ended.errors.trim().slice(-200) }),
  }
}
