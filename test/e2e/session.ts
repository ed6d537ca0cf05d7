/**
 * One session on a lab: started and continued by the real command line, then read back from its ledger and its
 * evidence.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { isTest } from '../../src/domain/events/entry.ts'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { PairCapture } from '../../src/domain/captures/capture.ts'
import { fromLines, itemsFile, layout } from '../../src/domain/bundle.ts'
import type { Attempt, Control, RoundEvidence } from '../../src/domain/evidence.ts'
import type { Judgement } from '../../src/domain/suites/connectivity/judge.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import type { SuiteId, SuiteTypes } from '../../src/domain/suites/suite.ts'
import type { Preflight } from '../../src/domain/preflight.ts'
import type { Verdict } from '../../src/domain/verdict.ts'
import { reachedEntries } from '../kit/reached.ts'
import { connectivityOf } from '../domain/fixtures.ts'
import { begin, example, type Ended, type Limits, type Running } from './cli.ts'
import { tipOf, until } from './wait.ts'

export interface Wish {
  /** Below it a home of this session's own is made, unless one is given that it shares. */
  readonly dir: string
  readonly home?: string
  readonly lab: string
  readonly nodes: readonly string[]
  readonly timeoutSeconds?: number
  readonly coverage?: number
  readonly sampleFloor?: number
  readonly registrationSeconds?: number
  /** Null: it is built from `repo`. */
  readonly binary?: string | null
  /** `testnet` unless told. */
  readonly profile?: string
  /** `connectivity` unless told. */
  readonly focus?: string
  /** Commands of the configuration, as in its file. */
  /** Another project of the same program; `testnet` unless told. */
  readonly project?: string
  /** Where it lies; `examples/testnet` unless told. */
  readonly repo?: string
  /** Whole parts of the configuration besides. */
  readonly more?: Readonly<Record<string, unknown>>
  readonly custom?: readonly Readonly<Record<string, unknown>>[]
  /** More of the configuration's tests. */
  readonly tests?: Readonly<Record<string, unknown>>
  /** A checkpoint one hour after a test that passed. */
  readonly soak?: boolean
  /** Of `run`; 3 minutes unless told. */
  readonly limitMs?: number
}

export interface Answer {
  readonly session: string
  readonly state: string
  readonly why: string
  readonly verdict: string | null
  readonly proof: string | null
  readonly exitCode: number
}

export interface Story {
  readonly home: string
  begin(limits?: Limits): Promise<Running>
  /** Takes the checkpoint of an hour later, by a clock that is moved. */
  soak(limits?: Limits): Promise<Ended>
  /** From wherever it stands to its end. */
  run(): Promise<Ended & { readonly answer: Answer }>
  /** Runs it and kills it (SIGKILL) as soon as the ledger holds a transition into `state`. */
  runInto(state: string): Promise<void>
  /** Ids of all sessions in this home, oldest first. */
  sessions(): Promise<readonly string[]>
  entries(): Promise<readonly Entry[]>
  /** The folder of the newest test. */
  folder(): Promise<string>
  /** Of the newest test, whatever its suites. */
  whole(): Promise<Verdict>
  /** With connectivity's share of it on top. */
  verdict(): Promise<ReturnType<typeof connectivityOf>>
  judgements(from: string, to: string): Promise<readonly Judgement[]>
  attempts(): Promise<readonly Attempt[]>
  /** Lines of evidence of a suite. */
  items<Id extends SuiteId>(suite: Id): Promise<readonly SuiteTypes[Id]['item'][]>
  controls(): Promise<readonly Control[]>
  preflight(): Promise<Preflight>
  captures(): Promise<readonly PairCapture[]>
}

export async function story(w: Wish): Promise<Story> {
  const { project = 'testnet' } = w
  const home = w.home ?? mkdtempSync(join(w.dir, 'home-'))
  const config = join(mkdtempSync(join(w.dir, 'config-')), 'project.yaml')
  writeFileSync(
    config,
    stringify({
      project,
      profile: w.profile ?? 'testnet',
      binary: { name: 'testnet-peer', target: 'target/release/testnet-peer' },
      deploy: { install_path: `/opt/${project}-peer/`, service_name: `${project}-peer`, nodes: w.nodes },
      tests: {
        connectivity: {
          nat_cooloff_seconds: 0,
          timeout_seconds: w.timeoutSeconds ?? 6,
          sample_floor: w.sampleFloor ?? 2,
          coverage: w.coverage ?? 80,
        },
        // Each takes seconds, and the tests of captures ask for them.
        capture: false,
        custom: w.custom ?? [],
        ...w.tests,
      },
      bootstrap: { wait_for_registration: w.registrationSeconds ?? 30 },
      soak: { wait_1hr: w.soak ?? false, wait_6hr: false },
      notifications: { voice: false },
      ...w.more,
    }),
  )
  const args = [
    'start',
    project,
    w.focus ?? 'connectivity',
    'threshold',
    'all-evidence',
    '--repo',
    w.repo ?? 'examples/testnet',
    '--config',
    config,
    '--fleet',
    'lab',
    '--lab',
    w.lab,
    ...(w.binary === null ? [] : ['--binary', w.binary ?? (await example())]),
    '--on-busy',
    'refuse',
    '--yes',
    '--json',
  ]
  const dir = join(home, project)
  // Given programs are copied into the cache: those of the tests go with the tests.
  const start = (limits: Limits = {}): Promise<Running> =>
    begin(args, home, { cacheDir: join(w.dir, 'cache'), ...limits })
  const ledger = () => openGitLedger(join(dir, 'ledger.git'))
  const read = async (): Promise<readonly (readonly Entry[])[]> => {
    const l = await ledger()
    return Promise.all((await l.sessions()).map((id) => l.read(id)))
  }
  const newest = async (): Promise<readonly Entry[]> =>
    reachedEntries((await read()).toSorted((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0)).at(-1) ?? [])
  const folder = async (): Promise<string> => {
    const tested = (await newest()).findLast(isTest)
    if (tested === undefined) throw new Error('nothing was tested yet')
    return join(dir, 'sessions', tested.session, tested.facts.folder)
  }
  const evidence = async (name: string): Promise<string> => readFileSync(join(await folder(), 'evidence', name), 'utf8')
  const whole = async () => JSON.parse(await evidence(layout.verdict)) as Verdict
  const verdict = async () => connectivityOf(await whole())
  return {
    home,
    entries: newest,
    folder,
    whole,
    verdict,
    preflight: async () => JSON.parse(await evidence(layout.preflight)) as Preflight,
    captures: async () => fromLines<PairCapture>(await evidence(layout.captures)),
    controls: async () => JSON.parse(await evidence(layout.controls)) as readonly Control[],
    begin: start,
    soak: async (limits = {}) => {
      const env = { VPS_TEST_CLOCK_SHIFT_SECONDS: '3700', VPS_TEST_CACHE: join(w.dir, 'cache') }
      return (await begin(['soak', '--json'], home, { ...limits, env })).ended
    },
    run: async () => {
      const ended = await (await start(w.limitMs === undefined ? {} : { limitMs: w.limitMs })).ended
      const line = ended.out.trim().split('\n').at(-1) ?? ''
      try {
        return { ...ended, answer: JSON.parse(line) as Answer }
      } catch {
        throw new Error(
          `no answer from vps-test (exit ${String(ended.code)} ${String(ended.signal)}):\n${ended.err.slice(-4000)}`,
        )
      }
    },
    runInto: async (state) => {
      const { child, ended } = await start()
      let over = false
      void ended.then(() => {
        over = true
      })
      let [seen, there] = ['', false]
      await until(`a transition into ${state}`, async () => {
        if (over) throw new Error(`the session ended before ${state}:\n${(await ended).err.slice(-4000)}`)
        const tip = tipOf(dir)
        if (tip !== seen) {
          seen = tip
          there = (await newest()).at(-1)?.to === state
        }
        return there
      })
      child.kill('SIGKILL')
      await ended
    },
    sessions: async () => (await ledger()).sessions(),
    judgements: async (from, to) =>
      (await verdict()).samples.filter(({ subject: { pair } }) => pair.from === from && pair.to === to),
    items: async <Id extends SuiteId>(suite: Id) => fromLines<SuiteTypes[Id]['item']>(await evidence(itemsFile(suite))),
    attempts: async () =>
      fromLines<RoundEvidence>(await evidence(itemsFile('connectivity'))).flatMap((r) => r.attempts),
  }
}
