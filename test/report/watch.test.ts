/** The proof's section on a wait that was watched: who died, what grew, errors over time, and when nobody looked. */
import { expect, test } from 'vitest'
import { judgeWatch } from '../../src/domain/soak/watch.ts'
import type { SoakNotes } from '../../src/domain/soak/sample.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { blockText, plain } from '../../src/report/plain.ts'
import { watchSection } from '../../src/report/sections/watch.ts'
import { markOf } from '../../src/domain/continuity.ts'
import { proofOf, run } from '../domain/fixtures.ts'
import { planOf } from '../kit/plan.ts'
import { boot, notesOf, soakLine, soakOf, type Said } from '../kit/soak.ts'

const minute = 60_000
const at = (ms: number) => ({ wallMs: 1_700_000_000_000 + ms, uptimeMs: 1_000_000 + ms })
const proof = (node: string, ms: number, more: { readonly pid?: number; readonly restarts?: number } = {}) => ({
  ...proofOf(node),
  bootId: boot,
  clock: at(ms),
  ...more,
})
const hour = (edit: (m: number) => Partial<Said> = () => ({})): readonly string[] =>
  Array.from({ length: 12 }, (_, i) => soakLine({ ...at((i * 5 + 1) * minute), cpuTicks: i * 600, ...edit(i * 5 + 1) }))

const notes: readonly SoakNotes[] = [
  notesOf(
    'saorsa-7',
    hour((m) => (m > 20 ? { restarts: 3, pid: 403, invocation: 'b'.repeat(32) } : {})),
  ),
  notesOf(
    'saorsa-8',
    hour((m) => ({ memoryKiB: 50_000 + m * 500, errors: m > 40 ? 7 : 0 })),
  ),
  notesOf('saorsa-9', hour().slice(0, 5)),
]

function page(): string {
  const peers = notes.map((n) => n.node)
  const { rows } = judgeWatch({
    notes,
    since: peers.map((n) => markOf(proof(n, 0))),
    now: peers.map((n) => proof(n, 61 * minute, n === 'saorsa-7' ? { pid: 403, restarts: 3 } : {})),
    tests: [],
    peers,
    intervalMs: 5 * minute,
    limits: { memory: 10, files: null },
  })
  const judged = verdict(run({ checkpoint: {} }))
  const { checkpoint } = judged
  if (checkpoint === undefined) throw new Error('it is a checkpoint')
  const plan = planOf({ config: { soak: soakOf(0, { maxGrowthMbPerHour: 10 }) } })
  const section = watchSection({ verdict: { ...judged, checkpoint: { ...checkpoint, watch: rows } }, plan })
  return (section?.blocks ?? []).map((b) => blockText(b, plain)).join('\n')
}

test('figures of each node, and what happened', () => {
  const text = page()
  for (const line of [
    /^saorsa-7 +12 +1 h 01 min +none +3 +2 % +0 ms$/m,
    /^saorsa-9 +5 +1 h 01 min +1, 40 min 00 s in all +none +2 % +0 ms$/m,
    /^- saorsa-7: the service died and was restarted 3 times between 16 min 00 s and 21 min 00 s after/m,
    /^saorsa-8 +51\.7 → 79\.9, 30\.7 an hour \(30\.7 to 30\.7\): beyond the limit /m,
    /^saorsa-8 +0 +0 +0 +0 +14 +14$/m,
    /Allowed an hour: 10 MB\./,
  ])
    expect(text).toMatch(line)
})

test('nothing where nobody was asked', () =>
  expect(watchSection({ verdict: verdict(run({ checkpoint: {} })), plan: planOf() })).toBeNull())
