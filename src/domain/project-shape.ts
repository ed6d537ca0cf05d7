/** The shape of a project's configuration in a plan, which may be a stranger's: each field of the type. */
import type { FixConfig, FixPublish } from './fix/config.ts'
import type { KnownFailure } from './known-failures.ts'
import type { MetricQuery, MetricsConfig } from './metrics.ts'
import { notificationEvents } from './notifications/kinds.ts'
import type { NotificationWishes, QuietHours } from './notifications/wishes.ts'
import type { CustomTest, ProjectConfig } from './project.ts'
import { between, every, fields, flag, list, name, number, oneOf, orNull, text, type Check } from './shape.ts'
import { checkpointStates } from './states.ts'
import type { ConnectivityConfig, Targets } from './suites/connectivity/config.ts'

type Part<K extends keyof ProjectConfig> = NonNullable<ProjectConfig[K]>
type Tests = ProjectConfig['tests']

const words = list(text, 1000)
/** Whose number is read as it stands; where it must be in a range, the work of its suite is checked for it. */
const targets = every<Targets>({
  direct: number,
  natTraversed: number,
  relay: number,
  sampleFloor: number,
  coverage: number,
  strict: flag,
})

const tests = every<Tests>({
  connectivity: every<ConnectivityConfig>({
    enabled: flag,
    criteria: targets,
    sampleBeyondNodes: number,
    cooloffSeconds: number,
    timeoutSeconds: number,
  }),
  natMatrix: every<Tests['natMatrix']>({ enabled: flag, types: words }),
  throughput: every<Tests['throughput']>({ enabled: flag, minMbps: number, testSizeMb: number }),
  messageDelivery: every<Tests['messageDelivery']>({ enabled: flag, successRate: number, messageCount: number }),
  crdtConsistency: every<Tests['crdtConsistency']>({ enabled: flag, maxSyncSeconds: number }),
  channelCreation: every<Tests['channelCreation']>({ enabled: flag, channelsToCreate: number }),
  capture: flag,
  survival: every<ProjectConfig['tests']['survival']>({ enabled: flag, successRate: number }),
  custom: list(
    every<CustomTest>({
      name,
      command: text,
      successPattern: orNull(text),
      timeoutSeconds: number,
      expectedExit: number,
    }),
    1000,
  ),
})

const nodes: Check = (v) => (v === 'all' ? null : list(name, 1000)(v))

export const configShape = every<ProjectConfig>({
  project: text,
  profile: text,
  origin: text,
  warnings: words,
  moduleTests: orNull(words),
  binary: every<Part<'binary'>>({
    name: text,
    workspace: text,
    build: words,
    localBuild: orNull(words),
    target: text,
    glibc: text,
  }),
  deploy: every<Part<'deploy'>>({
    installPath: text,
    serviceName: text,
    nodes,
    preDeploy: words,
    postDeploy: words,
    bootstrap: oneOf('always', 'changed', 'never'),
  }),
  bootstrap: every<Part<'bootstrap'>>({ registry: orNull(text), nodes: words, waitForRegistrationSeconds: number }),
  tests,
  soak: every<Part<'soak'>>({
    checkpoints: list(oneOf(...checkpointStates), 100),
    regressionTolerance: number,
    checkIntervalMinutes: number,
    maxGrowthMbPerHour: orNull(number),
    maxGrowthFilesPerHour: orNull(number),
    maxRestarts: number,
    preemptible: flag,
  }),
  fix: orNull(
    every<FixConfig>({
      command: text,
      paths: words,
      workflows: flag,
      tests: words,
      maxAttempts: number,
      publish: orNull(every<FixPublish>({ remote: name, pullRequest: flag })),
      timeoutMinutes: number,
      memoryMb: number,
      outputMb: number,
      network: flag,
      env: words,
    }),
  ),
  knownFailures: list(
    every<KnownFailure>({
      suite: orNull(name),
      group: orNull(text),
      pair: orNull(fields({ from: name, to: name })),
      reason: text,
      until: text,
    }),
    1000,
  ),
  knownFailuresFile: orNull(text),
  metrics: every<MetricsConfig>({
    prometheus: text,
    stepSeconds: between(0, 86_400),
    queries: list(every<MetricQuery>({ name: text, query: text }), 1000),
  }),
  notifications: every<NotificationWishes>({
    voice: flag,
    onEvents: list(oneOf(...notificationEvents), 100),
    quietHours: orNull(every<QuietHours>({ from: between(0, 1439), to: between(0, 1439), timezone: text })),
    mostPerHour: between(1, 1000),
  }),
  answers: every<Part<'answers'>>({
    focus: orNull(text),
    criteria: orNull(text),
    proof: orNull(text),
    expression: orNull(text),
  }),
})
