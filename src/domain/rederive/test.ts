/** What an evidence folder says twice must agree: everything that follows from something else in it is derived again. */
import { checkpointOf, layout, type BundleHead } from '../bundle.ts'
import { canonical } from '../canonical.ts'
import { captureFaults } from '../captures/rederive.ts'
import { hasPlan, type Entry } from '../events/entry.ts'
import { mendedFaults } from '../fix/mended.ts'
import { testPlan } from '../fix/red-first.ts'
import { redPending } from '../fix/red-pending.ts'
import { peersOf } from '../fleet.ts'
import { chainFaults } from '../ledger.ts'
import { planDigest, type Plan } from '../plan.ts'
import { seedFaults } from '../seed-faults.ts'
import { fold, type Session } from '../session.ts'
import { suitesFor } from '../suites/focus.ts'
import { suites } from '../suites/registry.ts'
import { onlyOf } from '../suites/selection.ts'
import type { PartOf, Suite, SuiteId, SuiteTypes } from '../suites/suite.ts'
import { messageOf } from '../text.ts'
import type { RederiveContext } from './context.ts'
import { keptFaults } from './first-faults.ts'
import { instrumentsFaults } from './instruments.ts'
import { loopFaults } from './loops.ts'
import { shippedFaults } from './shipped.ts'

/** Of everything but the items. */
export function rederivedFaults(bundle: BundleHead): readonly string[] {
  const { entries, facts, plan } = bundle
  const broken = chainFaults(entries, facts.session).map((f) => `${layout.entries}: ${f}`)
  // Nothing follows from a chain that is none.
  if (broken.length > 0) return broken
  const session = fold(facts.session, entries)
  return [
    ...chainOf(bundle, session),
    ...planFaults(plan).map((f) => `${layout.plan}: ${f}`),
    ...soakFaults(bundle, session).map((f) => `${layout.soak}: ${f}`),
    ...shippedFaults(bundle, session).map((f) => `${layout.facts}: ${f}`),
    ...instrumentsFaults(bundle),
    ...seedFaults(bundle),
    ...captureFaults(bundle, rederiveContext(bundle)).map((f) => `${layout.captures}: ${f}`),
  ]
}

export const rederiveContext = ({ plan, facts, measurements, running, entries }: BundleHead) => {
  const out = new Set(facts.excluded.map((e) => e.node))
  return {
    fleet: plan.fleet,
    profile: plan.profile,
    test: facts.test,
    seed: facts.seed,
    planned: plan.nodes,
    there: plan.nodes.filter((n) => !out.has(n)),
    measurements: measurements.before,
    running: running.before,
    checkpoint: checkpointOf({ facts, entries }) !== null,
  } satisfies RederiveContext
}

/** The session stands before its test, and the plan is the confirmed one. */
function chainOf({ entries, facts, plan }: BundleHead, session: Session): readonly string[] {
  const confirmed = confirmedBy(entries)
  const test = session.testsBegun
  return [
    ...(confirmed === planDigest(plan) ? [] : [`${layout.plan} is not the plan that was confirmed`]),
    ...[...mendedFaults(entries), ...loopFaults(entries)].map((f) => `${layout.entries}: ${f}`),
    ...(session.state === 'TEST' ? [] : [`${layout.entries} ends in ${session.state}, where nothing is tested`]),
    ...(facts.test === test ? [] : [`${layout.facts}: it is test ${test} of its session, not ${facts.test}`]),
    ...(facts.sessionStartedAt === session.startedAt
      ? []
      : [`${layout.facts}: sessionStartedAt is not the time of the first entry`]),
    ...(canonical(facts.checkpoint ?? null) === canonical(session.checkpoint)
      ? []
      : [`${layout.facts}: the checkpoint is not the one that the entries tell`]),
  ]
}

/** Digest of the plan that the test carries out: the newest, or what a fix left red of it. */
function confirmedBy(entries: readonly Entry[]): string | undefined {
  if (redPending(entries) === null)
    return entries.findLast((e) => e.event === 'confirmed' || hasPlan(e))?.facts.planDigest
  const plan = testPlan(entries)
  return plan === null ? undefined : planDigest(plan)
}

/** Lines of recorders are read at a checkpoint and at no other test, of each of its nodes once. */
function soakFaults({ soak, plan }: BundleHead, { checkpoint }: Session): readonly string[] {
  if (soak === null) return checkpoint === null ? [] : ['what the recorders wrote is missing']
  const names = soak.map((n) => n.node)
  return [
    ...(checkpoint === null ? ['the test is no checkpoint, and nobody read recorders'] : []),
    ...(new Set(names).size === names.length ? [] : ['a node stands twice']),
    ...names.filter((n) => !plan.nodes.includes(n)).map((n) => `${n} is no node of the plan`),
  ]
}

/** Nodes of its own fleet, each once; and what its suites are to do is what its configuration asks for. */
function planFaults(plan: Plan): readonly string[] {
  const known = new Set(plan.fleet.nodes.map((n) => n.name))
  const ids = plan.suites.map((s) => s.suite)
  return [
    ...(known.size === plan.fleet.nodes.length ? [] : ['two nodes of the fleet have one name']),
    ...(new Set(plan.nodes).size === plan.nodes.length ? [] : ['a node stands twice']),
    ...plan.nodes.filter((n) => !known.has(n)).map((n) => `${n} is no node of the fleet`),
    ...(new Set(ids).size === ids.length ? [] : ['a suite stands twice']),
    ...plan.suites.flatMap((part) =>
      canonical(part.work) === canonical(workOf(plan, part))
        ? []
        : [`what suite ${part.suite} is to do is not what the configuration asks for`],
    ),
    ...(peersOf(plan.fleet).some((n) => plan.nodes.includes(n.name)) ? [] : ['no peer is planned']),
  ]
}

/** Null also where a stranger's configuration is no configuration at all. */
function workOf<Id extends SuiteId>(plan: Plan, { suite }: PartOf<Id>): PartOf<Id>['work'] | null {
  const { config, profile, fleet, answers, seed } = plan
  const nodes = fleet.nodes.filter((n) => plan.nodes.includes(n.name))
  try {
    const focus = answers.focus.value
    const byFocus = suitesFor(focus, profile).some((s) => s.id === suite && s.byFocus)
    const selected = onlyOf(plan.only, suite)
    const part =
      selected === null
        ? null
        : suites[suite].plan({ config, profile, fleet, nodes, focus, byFocus, seed, ...selected })
    return part === null || 'why' in part ? null : part.work
  } catch {
    return null
  }
}

/** Of the lines of suites, one after the other; those of a suite that breaks on them are at fault. */
export interface ItemsDerived {
  add<Id extends SuiteId>(suite: Id, item: SuiteTypes[Id]['item']): void
  /** Of what is wrong, the first ones. */
  end(): readonly string[]
}

export function rederiveItems(head: BundleHead): ItemsDerived {
  const on = rederiveContext(head)
  const faults = keptFaults()
  const all = head.plan.suites.map((part) => suiteDerived(part, on, faults.add))
  return {
    add(suite, item) {
      for (const one of all) if (one.suite === suite) one.add(item)
    },
    end() {
      for (const one of all) one.end()
      return faults.all()
    },
  }
}

function suiteDerived<Id extends SuiteId>(
  part: PartOf<Id>,
  on: RederiveContext,
  tell: (fault: string) => void,
): { readonly suite: SuiteId; readonly add: (item: SuiteTypes[SuiteId]['item']) => void; readonly end: () => void } {
  const suite: Suite<Id> = suites[part.suite]
  let broken = false
  const safely = <T>(act: () => T): T | null => {
    if (broken) return null
    try {
      return act()
    } catch (error) {
      broken = true
      tell(`${part.suite} cannot be derived again: ${messageOf(error)}`)
      return null
    }
  }
  const again = safely(() => suite.rederive(on, part.work))
  const told = (faults: readonly string[] | null | undefined): void =>
    faults?.forEach((f) => tell(`${part.suite}: ${f}`))
  return {
    suite: part.suite,
    add: (item) => told(safely(() => again?.add(item))),
    end: () => told(safely(() => again?.end())),
  }
}
