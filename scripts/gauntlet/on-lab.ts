/** Honest runs, lies and disturbances of real programs on a lab, and both put together at random. */
import { composedRun } from '../../test/gauntlet/lab/compose.ts'
import { labDisturbances } from '../../test/gauntlet/lab/disturbances/all.ts'
import { labLies } from '../../test/gauntlet/lab/lies.ts'
import { runName, withLab, type Outcome, type Place, type Run } from './lab-runs.ts'
import type { Composition, Row } from './rows.ts'

export interface LabWish {
  /** Honest runs on five nodes, and on ten. */
  readonly honest: number
  readonly ten: number
  /** Ids of lies and disturbances. */
  readonly attacks: readonly string[]
  readonly composed: number
  readonly seed: number
  readonly topology: PlaceName
  readonly say: (line: string) => void
}

export const labAttacks: readonly string[] = [...labLies, ...labDisturbances].map((a) => a.id)

/**
 * Of either, nodes with every class of pair. `saorsa`: one service in a container behind another, one in a namespace,
 * as on the fleet of this name; what disturbs a plain node there disturbs the one with the containers here.
 */
export const places = {
  five: { topology: 'five', nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10'], instead: {} },
  saorsa: {
    topology: 'inside',
    nodes: ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-10'],
    instead: { 'saorsa-7': 'saorsa-6' },
  },
} as const satisfies Readonly<Record<string, Place>>
export type PlaceName = keyof typeof places

const ten: Place = { topology: 'ten', nodes: Array.from({ length: 10 }, (_, i) => `saorsa-${i + 1}`), instead: {} }

/** What was done until then is kept when a run breaks off. */
export async function onLab(wish: LabWish, rows: Row[], compositions: Composition[]): Promise<void> {
  const { attacks, composed, honest, say } = wish
  const place: Place = places[wish.topology]
  if (attacks.length > 0 || composed > 0 || honest > 0)
    await withLab(place, say, async (run) => {
      await attackRows(run, attacks, rows)
      if (composed > 0) await composedOnLab(run, wish, compositions)
      await honestRows(run, honest, `${place.topology}, ${place.nodes.length} nodes`, rows)
    })
  if (wish.ten > 0) await withLab(ten, say, (run) => honestRows(run, wish.ten, 'ten nodes', rows))
}

const expectedOf = {
  delivery: 'no success that was none',
  label: 'the false names are told',
  program: 'not passed',
} as const
const expectedOfSuite = 'failed, its group named and no other'

async function attackRows(run: Run, attacks: readonly string[], rows: Row[]): Promise<void> {
  for (const lie of labLies.filter((l) => attacks.includes(l.id))) {
    const seen = await run(lie.id, { told: { lie, share: 100 }, disturbed: null })
    rows.push(rowOf('lie', lie, typeof lie.about === 'string' ? expectedOf[lie.about] : expectedOfSuite, seen))
  }
  for (const by of labDisturbances.filter((d) => attacks.includes(d.id))) {
    const seen = await run(by.id, { told: null, disturbed: { by, node: by.node } })
    rows.push(rowOf('disturbance', by, 'no honest program has failed', seen))
  }
}

async function composedOnLab(run: Run, { composed, seed }: LabWish, into: Composition[]): Promise<void> {
  const wrong: { seed: number; what: string }[] = []
  const verdicts: Record<string, number> = {}
  let tried = 0
  try {
    for (; tried < composed; tried++) {
      const one = composedRun(seed + tried)
      const seen = await run(`composition ${seed + tried}`, one)
      const key = `${one.told === null ? 'honest' : 'lying'} ${seen.verdict}`
      verdicts[key] = (verdicts[key] ?? 0) + 1
      const [first] = seen.wrong
      if (first !== undefined) wrong.push({ seed: seed + tried, what: `${runName(one)}: ${first}` })
    }
  } finally {
    into.push({ on: 'lab', tried, first: seed, wrong, verdicts })
  }
}

async function honestRows(run: Run, times: number, where: string, rows: Row[]): Promise<void> {
  for (let n = 1; n <= times; n++) {
    const attack = { id: `${where}, ${n}`, what: `the honest program on ${where}` }
    const seen = await run(`honest ${n} of ${times} on ${where}`, { told: null, disturbed: null })
    const row = rowOf('honest', attack, 'passed', seen)
    rows.push({ ...row, held: row.held && seen.verdict === 'passed' })
  }
}

const rowOf = (
  family: Row['family'],
  { id, what }: { readonly id: string; readonly what: string },
  expected: string,
  { verdict, wrong }: Outcome,
): Row => ({ family, on: 'lab', id, what, expected, seen: wrong[0] ?? verdict, held: wrong.length === 0 })
