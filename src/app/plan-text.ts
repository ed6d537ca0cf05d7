/** The plan for a person: steps, time, what is asked for and not done, a build without a sandbox, soak, digest. */
import type { SandboxKind } from '../domain/build.ts'
import { planDigest, type Plan, type PlanStep } from '../domain/plan.ts'
import { amount, duration, stripHidden } from '../domain/text.ts'
import type { LastBuild } from './last-build.ts'
import { planSummary } from '../inputs/summary.ts'

export const planText = (plan: Plan, place: PlannedEnclosure): string =>
  [
    planSummary(plan),
    '',
    ...plan.steps.map((s) => `${s.id}. ${s.title.padEnd(7)} ${s.detail} (${timeOf(s, place.lastBuild)})`),
    `About ${wholeTime(plan, place.lastBuild)}, ${plan.estimate.attempts} attempts, ${plan.estimate.uploadBytes === null ? 'upload size known after the build' : `${plan.estimate.uploadBytes} bytes to upload`}.`,
    ...withoutSandbox(place),
    fixText(plan),
    plan.soak.length === 0 ? 'Soak: off.' : soakText(plan),
    `Plan ${planDigest(plan).slice(0, 16)}.`,
  ].join('\n')

/** A plan's seconds of a build are those of a warm one; how long it really takes is known from the last. */
function timeOf({ title, seconds }: PlanStep, lastBuild: LastBuild): string {
  if (title !== 'BUILD' || lastBuild === null) return `about ${seconds} s`
  return lastBuild === 'never'
    ? `not built here before: minutes; later about ${seconds} s`
    : `about ${Math.ceil(lastBuild)} s, as the last time`
}

function wholeTime({ estimate, steps }: Plan, lastBuild: LastBuild): string {
  const planned = steps.find((s) => s.title === 'BUILD')?.seconds ?? 0
  const seconds = typeof lastBuild === 'number' ? estimate.seconds - planned + lastBuild : estimate.seconds
  return `${Math.ceil(seconds / 60)} min${lastBuild === 'never' ? ' and the first build' : ''}`
}

const fixText = ({ config: { fix } }: Plan): string =>
  fix === null
    ? 'Fix: none configured; a failure waits for a push.'
    : `Fix: ${stripHidden(fix.command.split('\n')[0] ?? '', 200)}; at most ${fix.maxAttempts}, each ${fix.timeoutMinutes} min, ${fix.memoryMb} MiB, ${fix.network ? 'with' : 'without'} network; may change ${stripHidden(fix.paths.join(', '), 300)}; ${fix.env.length === 0 ? 'is given no variable' : `is given ${fix.env.join(', ')}`}; local tests: ${fix.tests.length === 0 ? 'none' : stripHidden(fix.tests.join('; '), 300)}.`

/** What the build of a plan would find on this machine. */
export interface PlannedEnclosure {
  /** Null: nothing is built here. */
  readonly sandbox: SandboxKind | null
  readonly unenclosed: 'refuse' | 'build'
  /** Of the project, by the ledger; null where nothing is built, or nothing is known. */
  readonly lastBuild: LastBuild
}

const withoutSandbox = ({ sandbox, unenclosed }: PlannedEnclosure): readonly string[] =>
  sandbox?.kind !== 'none'
    ? []
    : [
        unenclosed === 'refuse'
          ? `The build would be refused here: this job holds a key or a token that writes, and has no sandbox (${sandbox.why}).`
          : `The build would run without a sandbox, as this user: the project's code sees what it sees (${sandbox.why}).`,
      ]

function soakText({ soak, config }: Plan): string {
  const { checkIntervalMinutes: minutes, maxRestarts, preemptible } = config.soak
  const loops = maxRestarts === 0 ? 'no full loop' : `at most ${amount(maxRestarts, 'full loop')}`
  return [
    `Soak: ${soak.join(', ')}; the fleet stays leased until the last checkpoint${preemptible ? ', or until a later session of the branch, of another commit, wants it while this only waits' : ''}.`,
    `Watched by a recorder on each node, a line every ${duration(minutes * 60_000)}; ${loops} after a regression.`,
  ].join('\n')
}
