/**
 * Attacks put together at random, reproducible by their number: which lie, where, when, how often the program really
 * fails, and what disturbs meanwhile.
 */
import { thereIs, type Attempt, type RoundEvidence } from '../../src/domain/evidence.ts'
import type { NodeName } from '../../src/domain/fleet.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { plannedPairs, type PlannedPair } from '../../src/domain/suites/connectivity/coverage.ts'
import { pairKey } from '../../src/domain/suites/connectivity/timetable.ts'
import { measurements, nineNodes, peers, run, serviceUid } from '../domain/fixtures.ts'
import type { Dice, Disturbance, Lie } from './attack.ts'
import { disturbances } from './disturbances/all.ts'
import { lies } from './lies/all.ts'
import { addressOf, readingsOf, type Network } from './network.ts'
import { failing, honest, recordOf, truthOf, type Deed, type Dial, type Truth } from './program.ts'

/** What was composed, in words, and what is true of each attempt. */
export interface Composed {
  readonly seed: number
  readonly lie: Lie | null
  readonly disturbed: readonly Disturbance[]
  readonly input: VerdictInput
  readonly told: ReadonlyMap<string, Told>
}
export interface Told {
  readonly truth: Truth
  readonly expected: Dial['expected']
  readonly pairClass: string
  /** The program did its work and said and wrote what is so. */
  readonly honestly: boolean
}

/** What one composition is made of; `share`: of the dials that lie, or of the looks and steps that are disturbed. */
export interface Recipe {
  readonly lie: Lie | null
  readonly lying: number
  /** Share of dials that really fail. */
  readonly failing: number
  readonly disturbed: readonly { readonly by: Disturbance; readonly share: number; readonly node: NodeName | null }[]
}

/** Mulberry32: small, and the same everywhere. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

const network: Network = { nodes: nineNodes.nodes.map((n) => n.name), measurements, serviceUid }
const planned: ReadonlyMap<string, PlannedPair> = new Map(
  plannedPairs(peers, measurements).map((p) => [pairKey(p.pair), p]),
)
const untouched = run()

const oneOf = <T>(dice: Dice, all: readonly T[]): T => all[Math.floor(dice() * all.length)] as T

export function recipeOf(dice: Dice): Recipe {
  const shares = [0.05, 0.1, 0.2, 0.5, 1]
  const lying = dice() < 0.65
  const count = Math.floor(dice() * 3)
  return {
    lie: lying ? oneOf(dice, lies) : null,
    lying: oneOf(dice, shares),
    failing: lying && dice() < 0.5 ? oneOf(dice, shares) : 0,
    disturbed: Array.from({ length: count }, () => ({
      by: oneOf(dice, disturbances),
      share: oneOf(dice, [0.02, 0.1, 0.3]),
      node: dice() < 0.5 ? oneOf(dice, network.nodes) : null,
    })),
  }
}

export function compose(seed: number, given?: Recipe): Composed {
  const dice = diceOf(seed)
  const recipe = given ?? recipeOf(dice)
  const told = new Map<string, Told>()
  const rounds = (untouched.items.connectivity ?? []).map((round) => played(round, recipe, dice, told))
  return {
    seed,
    lie: recipe.lie,
    disturbed: recipe.disturbed.map((d) => d.by),
    input: recipe.disturbed.reduce<VerdictInput>((input, { by }) => by.run?.(input, dice) ?? input, {
      ...untouched,
      items: { ...untouched.items, connectivity: rounds },
    }),
    told,
  }
}

function played(round: RoundEvidence, recipe: Recipe, dice: Dice, told: Map<string, Told>): RoundEvidence {
  const disturbs = (node: NodeName | null) =>
    recipe.disturbed.filter((d) => (d.node === null || node === null || d.node === node) && dice() < d.share)
  const dials = round.attempts.map((attempt) => dialed(attempt, recipe, dice, told, disturbs(attempt.pair.to)))
  const readings = readingsOf(
    network,
    dials.flatMap((d) => d.traffic),
  )
  return {
    ...round,
    attempts: dials.map((d) => disturbs(d.attempt.pair.to).reduce((a, { by }) => by.step?.(a, dice) ?? a, d.attempt)),
    readings: Object.fromEntries(
      Object.entries(readings).map(([node, reading]) => [
        node,
        disturbs(node).reduce((r, { by }) => by.look?.(r, node, dice) ?? r, reading),
      ]),
    ),
  }
}

function dialed(
  attempt: Attempt,
  recipe: Recipe,
  dice: Dice,
  told: Map<string, Told>,
  disturbed: Recipe['disturbed'],
): { readonly attempt: Attempt; readonly traffic: Deed['traffic'] } {
  const plan = planned.get(pairKey(attempt.pair))
  if (plan === undefined) throw new Error(`no pair ${pairKey(attempt.pair)}`)
  const relay = ['saorsa-2', 'saorsa-3', 'saorsa-1'].find((n) => n !== attempt.pair.from && n !== attempt.pair.to) ?? ''
  const dial: Dial = {
    attempt,
    pair: attempt.pair,
    expected: plan.oracle.expected === 'relayed' ? 'relayed' : 'end-to-end',
    relay,
  }
  const lies = recipe.lie !== null && dice() < recipe.lying
  const fails = dice() < recipe.failing
  const honestly = fails ? failing(dial) : honest(dial)
  const wanted = lies && recipe.lie !== null ? recipe.lie.does(dial, honestly, dice) : honestly
  const deed = disturbed.reduce((d, { by }) => by.wire?.(dial, d, dice) ?? d, wanted)
  const record = recordOf(dial, deed, (n) => addressOf(network, n))
  told.set(attempt.id, {
    truth: truthOf(dial, deed),
    expected: dial.expected,
    pairClass: plan.oracle.pairClass,
    honestly: !lies && !fails,
  })
  return {
    attempt: {
      ...attempt,
      claim: deed.claim,
      record: record.kind === 'there' ? thereIs({ ...record.value, raw: JSON.stringify(record.value) }) : record,
      kept: null,
    },
    traffic: deed.traffic,
  }
}
