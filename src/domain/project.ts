/**
 * A tested project's configuration after parsing: one frozen shape, whichever of the accepted YAML shapes it came from
 * (spec §7).
 */
import type { FixConfig } from './fix/config.ts'
import type { KnownFailure } from './known-failures.ts'
import type { MetricsConfig } from './metrics.ts'
import type { NotificationWishes } from './notifications/wishes.ts'
import type { Checkpoint } from './states.ts'
import type { ConnectivityConfig } from './suites/connectivity/config.ts'

export interface CustomTest {
  readonly name: string
  readonly command: string
  readonly successPattern: string | null
  readonly timeoutSeconds: number
  readonly expectedExit: number
}

export interface ProjectConfig {
  readonly project: string
  /** Name of the profile in `profiles/`. */
  readonly profile: string
  /** Where the configuration came from, for the plan: `vps-test.yaml (project shape)`. */
  readonly origin: string
  readonly warnings: readonly string[]
  /** The tests that a workspace's module names; null where it names none. */
  readonly moduleTests: readonly string[] | null
  readonly binary: {
    readonly name: string
    /** Directory of the Cargo workspace, relative to the configuration's repository root. */
    readonly workspace: string
    /** argv; `cargo zig build` is already rewritten to `cargo zigbuild`. */
    readonly build: readonly string[]
    /** argv of a build without zig, by a machine's own toolchain; null: the same command. */
    readonly localBuild: readonly string[] | null
    /** Built file, relative to the workspace. */
    readonly target: string
    /** The oldest glibc to link against, `2.31`. */
    readonly glibc: string
  }
  readonly deploy: {
    /** `/opt/<name>/` without the trailing slash. */
    readonly installPath: string
    readonly serviceName: string
    readonly nodes: 'all' | readonly string[]
    /** Shell commands, written by the project's owner, run on each node. */
    readonly preDeploy: readonly string[]
    readonly postDeploy: readonly string[]
    readonly bootstrap: 'always' | 'changed' | 'never'
  }
  readonly bootstrap: {
    readonly registry: string | null
    readonly nodes: readonly string[]
    readonly waitForRegistrationSeconds: number
  }
  readonly tests: {
    readonly connectivity: ConnectivityConfig
    readonly natMatrix: { readonly enabled: boolean; readonly types: readonly string[] }
    readonly throughput: { readonly enabled: boolean; readonly minMbps: number; readonly testSizeMb: number }
    readonly messageDelivery: { readonly enabled: boolean; readonly successRate: number; readonly messageCount: number }
    readonly crdtConsistency: { readonly enabled: boolean; readonly maxSyncSeconds: number }
    readonly channelCreation: { readonly enabled: boolean; readonly channelsToCreate: number }
    readonly survival: { readonly enabled: boolean; readonly successRate: number }
    readonly custom: readonly CustomTest[]
    /** Pairs that failed are tried once more, and the headers of their packets kept. */
    readonly capture: boolean
  }
  readonly soak: {
    /** In the order in which they are taken. */
    readonly checkpoints: readonly Checkpoint[]
    readonly regressionTolerance: number
    /** Between two samples of the recorder. */
    readonly checkIntervalMinutes: number
    /** Of a service through a wait; null: its growth is reported and decides nothing. */
    readonly maxGrowthMbPerHour: number | null
    readonly maxGrowthFilesPerHour: number | null
    /** Full loops after a regression: a program that regresses each time would hold a fleet for ever. */
    readonly maxRestarts: number
    /** A wait may be ended by a later session of the same project and branch, of another commit. */
    readonly preemptible: boolean
  }
  /** What is told, and when; how a person is reached is their machine's to say. */
  readonly notifications: NotificationWishes
  /** Null: a failure waits for a push. */
  readonly fix: FixConfig | null
  /** What proof by metrics asks. */
  readonly metrics: MetricsConfig
  /** Left out of the rates, each until its day. */
  readonly knownFailures: readonly KnownFailure[]
  /** Where that list stands in the repository; null: in the configuration itself. */
  readonly knownFailuresFile: string | null
  /** Answers that the repository gives for runs nobody is asked about. */
  readonly answers: {
    readonly focus: string | null
    readonly criteria: string | null
    readonly proof: string | null
    /** Of criteria `custom`. */
    readonly expression: string | null
  }
}
