/** What was seen of one node through a wait, in order: the end of the last test that passed, the recorder's samples, now. */
import type { RunningMark } from '../continuity.ts'
import { valueOf, type RunningProof } from '../evidence.ts'
import { sampleIn, type SoakNotes, type SoakSample } from './sample.ts'

export interface ServiceLook {
  /** Milliseconds since the end of the last test that passed, by the node's uptime while one boot lasts. */
  readonly at: number
  readonly bootId: string
  /** 0: nothing runs; null: not read. */
  readonly pid: number | null
  /** systemd's name for this run of the unit; null: this look does not tell it. */
  readonly run: string | null
  readonly restarts: number | null
  readonly lives: RunningProof['lives']
  /** Null: no sample, but what a test proved. */
  readonly sample: SoakSample | null
  /** A test of ours lies between the look before and this one: what it restarted was not the program. */
  readonly afterTest: boolean
}

/** A test of this checkpoint before this one: its end on each node, and how long it took. */
export interface PastTest {
  readonly marks: readonly RunningMark[]
  readonly tookMs: number
}

/** Between the entry of a test's end and its last look. */
const testSlackMs = 60_000
const noLives = { place: null, box: null }

const ofMark = ({ bootId, pid, restarts }: RunningMark): Omit<ServiceLook, 'at' | 'afterTest'> => ({
  bootId,
  pid,
  run: null,
  restarts,
  lives: noLives,
  sample: null,
})

/** Null: nothing tells when the wait began on this node. */
export function looksAt(
  notes: SoakNotes,
  since: RunningMark,
  now: RunningProof | undefined,
  tests: readonly PastTest[],
): readonly ServiceLook[] | null {
  const { clock } = since
  if (clock === null) return null
  const atOf = (bootId: string, c: { readonly wallMs: number; readonly uptimeMs: number }): number =>
    bootId === since.bootId ? c.uptimeMs - clock.uptimeMs : c.wallMs - clock.wallMs
  const all = (valueOf(notes.lines) ?? []).flatMap((line) => sampleIn(line) ?? [])
  const before = all.findLastIndex((s) => s.bootId === since.bootId && s.clock.uptimeMs <= clock.uptimeMs)
  const until = now === undefined || now.clock === null ? Infinity : atOf(now.bootId, now.clock)
  const own = tests.flatMap(({ marks, tookMs }) => {
    const mark = marks.find((m) => m.node === since.node)
    if (mark === undefined || mark.clock === null) return []
    const to = atOf(mark.bootId, mark.clock)
    return [{ from: to - tookMs - testSlackMs, to, mark }]
  })
  const inTest = (at: number): boolean => own.some((t) => at >= t.from && at <= t.to)
  const looks: ServiceLook[] = [{ ...ofMark(since), at: 0, afterTest: false }]
  const add = (look: Omit<ServiceLook, 'afterTest'>): void => {
    const last = looks.at(-1)
    looks.push({ ...look, afterTest: own.some((t) => t.to > (last?.at ?? 0) && t.from < look.at) })
  }
  // Its end is a look as well, so that what happens after it has something to be compared with.
  const ends = own.filter((t) => t.to > 0 && t.to <= until).toSorted((a, b) => a.to - b.to)
  const addEndsBefore = (at: number): void => {
    for (const { to, mark } of ends.splice(0, ends.filter((t) => t.to <= at).length))
      looks.push({ ...ofMark(mark), at: to, afterTest: true })
  }
  for (const s of all.slice(before + 1)) {
    const at = atOf(s.bootId, s.clock)
    if (at > until || inTest(at)) continue
    addEndsBefore(at)
    add({
      at,
      bootId: s.bootId,
      pid: s.unit.pid.kind === 'absent' ? 0 : valueOf(s.unit.pid),
      run: valueOf(s.unit.invocation),
      restarts: valueOf(s.unit.restarts),
      lives: s.lives,
      sample: s,
    })
  }
  addEndsBefore(until)
  if (now !== undefined && now.clock !== null)
    add({
      at: until,
      bootId: now.bootId,
      pid: now.pid,
      run: null,
      restarts: now.restarts,
      lives: now.lives,
      sample: null,
    })
  return looks
}
