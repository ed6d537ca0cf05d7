/** What will be done, in numbered steps, before anything is touched (spec §1 Plan). */
import type { Answer, Answers } from './answers.ts'
import type { BuildRecord } from './build.ts'
import type { Fleet, NodeName } from './fleet.ts'
import { canonical, sha256 } from './canonical.ts'
import type { PlannedProfile } from './profile.ts'
import type { ProjectConfig } from './project.ts'
import type { Checkpoint } from './states.ts'
import type { Selection } from './suites/selection.ts'
import type { SuitePart } from './suites/suite.ts'
import type { Unsupported } from './unsupported.ts'

export {
  criteriaKinds,
  focuses,
  proofKinds,
  type Answer,
  type Answers,
  type CriteriaKind,
  type Focus,
  type ProofKind,
} from './answers.ts'

/** Largest seed of a run. */
export const mostSeed = 0xffff_ffff

export type BinarySource =
  /**
   * `workspace`: within the repository, so that every machine finds it; absolute outside git. `revision`: the commit,
   * with a digest of uncommitted changes where there are any; null outside git.
   */
  | {
      readonly kind: 'build'
      readonly workspace: string
      readonly revision: string | null
      readonly native?: boolean
      /** The revision is a commit of a fix, which no checkout of a person holds: it is checked out for the build. */
      readonly fix?: boolean
    }
  | { readonly kind: 'file'; readonly path: string; readonly sha256: string }
  | { readonly kind: 'release'; readonly repository: string; readonly tag: string; readonly asset: string }
  /** What an earlier session built, at `path`. */
  | { readonly kind: 'session'; readonly session: string; readonly path: string; readonly build: BuildRecord }

export interface PlanStep {
  readonly id: string
  readonly title: string
  readonly detail: string
  readonly seconds: number
}

export interface Plan {
  readonly answers: Answers
  /** What its runs draw by, so that they can be repeated, and foreseen; null: each run by its own secret. */
  readonly seed: number | null
  /** What criteria `custom` asks; null under any other. */
  readonly expression: string | null
  readonly config: ProjectConfig
  readonly profile: PlannedProfile
  readonly fleet: Fleet
  /** Nodes to use, registry included. */
  readonly nodes: readonly NodeName[]
  readonly source: BinarySource
  /** What is measured, suite by suite. */
  readonly suites: readonly SuitePart[]
  /** Attempts that it is limited to; null: the whole test. */
  readonly only: Selection | null
  readonly soak: readonly Checkpoint[]
  /** Asked for, and not done by this version; a test among them keeps the run from passing. */
  readonly unsupported: readonly Unsupported[]
  readonly steps: readonly PlanStep[]
  readonly estimate: { readonly seconds: number; readonly uploadBytes: number | null; readonly attempts: number }
}

/** What it takes to run the program on a node, without anything of a test. */
export type ProgramPlan = Pick<Plan, 'config' | 'profile' | 'fleet'>

/** Digest of everything that decides what will be done; where an answer came from does not. */
export function planDigest(plan: Plan): string {
  const answers = Object.fromEntries(
    Object.entries(plan.answers).map(([question, a]: [string, Answer<string>]) => [question, a.value]),
  )
  return sha256(canonical({ ...plan, answers }))
}
