/** One lab, and runs of the real command line on it, each with its lie and its disturbance. */
import type { ChildProcess } from 'node:child_process'
import { liar, scratch } from '../../test/e2e/cli.ts'
import { openLab, type Lab } from '../../test/e2e/lab.ts'
import { story } from '../../test/e2e/session.ts'
import type { LabRun } from '../../test/gauntlet/lab/compose.ts'
import { seenOf, wrongOf, type Seen } from '../../test/gauntlet/lab/rules.ts'

export interface Outcome {
  /** The verdict, or where the session stood without one. */
  readonly verdict: string
  readonly why: string
  readonly wrong: readonly string[]
}
export type Run = (name: string, run: LabRun) => Promise<Outcome>

/** The run that is going on, so that it can be ended from outside. */
let current: ChildProcess | null = null
let stopped = false
export function stopRuns(): void {
  stopped = true
  current?.kill('SIGINT')
}
export const wasStopped = (): boolean => stopped

/** Which lab, and which of its nodes take part. */
export interface Place {
  /** A file of test/fixtures/lab. */
  readonly topology: string
  readonly nodes: readonly string[]
  /** The node that is disturbed instead of one that is not there. */
  readonly instead: Readonly<Record<string, string>>
}

/** Up, the work, and down again, whatever came of it. */
export async function withLab(
  { topology, nodes, instead }: Place,
  say: (line: string) => void,
  work: (run: Run) => Promise<void>,
): Promise<void> {
  const id = `g${topology}`
  const place = scratch()
  let lab: Lab | undefined
  try {
    const up = (lab = await openLab(id, topology))
    await work(async (name, wanted) => {
      const run = placed(wanted, instead)
      if (stopped) throw new Error('stopped by a signal')
      const began = performance.now()
      const outcome = outcomeOf(run, await oneRun(up, nodes, place.dir, run))
      const seconds = ((performance.now() - began) / 1000).toFixed(0)
      const sign = outcome.wrong.length === 0 ? '✓' : '✗'
      say(`${sign} ${name} (${runName(run)}): ${outcome.verdict}, ${seconds} s; ${outcome.wrong[0] ?? outcome.why}`)
      return outcome
    })
  } finally {
    await lab?.down()
    place.remove()
  }
}

const placed = ({ told, disturbed }: LabRun, instead: Place['instead']): LabRun => ({
  told,
  disturbed: disturbed === null ? null : { ...disturbed, node: instead[disturbed.node] ?? disturbed.node },
})

async function oneRun(lab: Lab, nodes: readonly string[], dir: string, { told, disturbed }: LabRun): Promise<Seen> {
  const about = typeof told?.lie.about === 'object' ? told.lie.about : null
  const soaked = about?.soaked === true
  const session = await story({
    dir,
    lab: lab.id,
    nodes,
    focus: about?.focus ?? disturbed?.by.focus ?? 'connectivity',
    soak: soaked,
    tests: { throughput: { min_mbps: 2, test_size_mb: 1 }, survival: { enabled: soaked } },
    ...(told === null ? {} : { binary: await liar(told.lie.id, dir, told.share) }),
  })
  const repair = await disturbed?.by.begin(lab, disturbed.node)
  try {
    const { child, ended } = await session.begin({ limitMs: 400_000 })
    current = child
    const first = await ended
    return await seenOf(session, soaked && first.code === 0 ? await session.soak({ limitMs: 400_000 }) : first)
  } finally {
    current = null
    await repair?.()
  }
}

const outcomeOf = ({ told }: LabRun, seen: Seen): Outcome => ({
  verdict: seen.answer?.verdict ?? seen.answer?.state ?? 'no answer',
  why: [seen.answer?.why ?? '', ...new Set(seen.findings)].filter((w) => w !== '').join('; '),
  wrong: wrongOf(told, seen),
})

export const runName = ({ told, disturbed }: LabRun): string =>
  [
    told === null ? 'honest' : `${told.lie.id} in ${told.share} %`,
    ...(disturbed === null ? [] : [`${disturbed.by.id} on ${disturbed.node}`]),
  ].join(', ')
