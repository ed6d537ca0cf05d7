/** Controls and NAT measurements from the lines that they were read from. */
import { layout, type BundleHead } from '../bundle.ts'
import { canonical } from '../canonical.ts'
import { controlOf, isTrial, type TrialRaw } from '../control-trial.ts'
import { confinementOf } from '../confinement.ts'
import type { Control } from '../evidence.ts'
import { natOf } from '../nat-event.ts'
import { every, number, orNull, anything, type Check } from '../shape.ts'
import { countersShape } from '../suites/connectivity/evidence-shape.ts'
import { countersFaults } from './counters.ts'

export function instrumentsFaults({ controls, measurements, running, plan }: BundleHead): readonly string[] {
  const known = new Set(plan.nodes)
  const strangers = (nodes: readonly string[]): readonly string[] => [
    ...nodes.filter((n) => !known.has(n)).map((n) => `${n} is no node of the plan`),
    ...(new Set(nodes).size === nodes.length ? [] : ['a node stands twice']),
  ]
  return [
    ...controls.flatMap((c) =>
      controlFaults(c, known, plan.profile.startsPrograms === true).map((f) => `${layout.controls}: ${c.name}: ${f}`),
    ),
    ...(['before', 'after'] as const).flatMap((when) =>
      [
        ...strangers(measurements[when].map((m) => m.node)),
        ...measurements[when]
          .filter((m) => m.raw.length !== 1 || canonical(natOf(m.node, m.raw[0]) ?? null) !== canonical(m))
          .map((m) => `${m.node}: the measurement is not what the prober's own event says`),
      ].map((f) => `${layout.nat}: ${when}: ${f}`),
    ),
    ...strangers(running.before.map((p) => p.node)).map((f) => `${layout.running}: before: ${f}`),
    ...strangers(running.after.map((p) => p.node)).map((f) => `${layout.running}: after: ${f}`),
    ...strangers((running.restarted ?? []).map((r) => r.ended.node)).map((f) => `${layout.running}: restarted: ${f}`),
  ]
}

const raw: Check = every<TrialRaw>({
  answer: anything,
  from: orNull(countersShape),
  to: orNull(countersShape),
  bindPort: number,
  port: number,
})

/**
 * A dial to nobody has no counters: what it shows is the program's own word. A self test keeps its words alone, and a
 * trial that could not run has nothing to show: it is none that passed.
 */
function controlFaults(control: Control, known: ReadonlySet<string>, loose: boolean): readonly string[] {
  const { name, from, to } = control
  if (!known.has(from)) return [`${from} is no node of the plan`]
  if (name === 'confinement')
    return canonical(confinementOf(from, loose ? null : (control.raw[0] ?? {}))) === canonical(control)
      ? []
      : ['it is not what our own program said there']
  if (!isTrial(name)) return []
  if (control.raw.length === 0 && control.seen === 'error' && !control.witnessed) return []
  const [trial, ...more] = control.raw
  if (more.length > 0 || raw(trial) !== null) return ['nothing shows what its two ends said and counted']
  const seen = trial as TrialRaw
  return [
    ...(known.has(to) && from !== to ? [] : [`${to} is no other node of the plan`]),
    ...[seen.from, seen.to].flatMap((c) => (c === null ? [] : countersFaults(c))),
    ...(canonical(controlOf(name, from, to, seen)) === canonical(control)
      ? []
      : ['it is not what its two ends said and counted']),
  ]
}
