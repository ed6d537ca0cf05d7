/** Not a test: what `verify` makes of a sealed folder that was changed at random, and whether that may be. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { folder as filesIn } from '../../src/adapters/system.ts'
import { check, type Evidence } from '../../src/app/evidence.ts'
import { fromLines, itemsFile, layout, verdictInputOf, type Bundle } from '../../src/domain/bundle.ts'
import { canonical } from '../../src/domain/canonical.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { planDigest } from '../../src/domain/plan.ts'
import { suiteIds } from '../../src/domain/suites/registry.ts'
import { resultsOf, suiteCounts } from '../../src/domain/suites/suite.ts'
import { messageOf } from '../../src/domain/text.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { seal } from '../../src/stages/parts/seal.ts'
import type { Changes } from '../domain/fixtures.ts'
import { bundleOf, sealedTest, sealedVersion } from '../kit/sealed.ts'
import { unclean } from '../kit/engine-words.ts'
import { chainedAgain, listAgain } from './alteration.ts'
import { attack, mutated, type Attack, type FolderBytes } from './mutation.ts'

const honestRuns: readonly Changes[] = [
  {},
  { attempts: { 'saorsa-7→saorsa-2': { path: 'none', claims: 'failure' } } },
  { controls: { 'closed-path': { seen: 'through' } } },
  { checkpoint: {}, retries: { 'saorsa-7→saorsa-2': {} } },
]

interface Honest {
  readonly bytes: FolderBytes
  readonly ledger: readonly Entry[]
  readonly meaning: string
}

export type Outcome = 'fault' | 'accepted, the same' | 'accepted, another' | 'crash' | 'unclean' | 'too slow'

export interface Seen {
  readonly outcome: Outcome
  readonly why: string
}

export interface Fuzzer {
  try(a: Attack): Promise<Seen>
  remove(): Promise<void>
}

/** In memory, where the machine has such a place: nothing waits for a disk. */
const fast = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A busy machine is no hang; an answer that takes longer than this is none. */
const longestMs = 20_000

/** Well below the silence after which a thread is taken to hang. */
const longestBatchMs = 2 * 60_000

/** One at a time: the folder is the same for each. */
export async function fuzzer(): Promise<Fuzzer> {
  const honest: Honest[] = []
  for (const changes of honestRuns) {
    const test = await sealedTest(bundleOf(changes))
    try {
      const bytes = await bytesIn(test.folder)
      honest.push({ bytes, ledger: test.ledger, meaning: meaningOf(test) })
    } finally {
      await test.remove()
    }
  }
  const place = await mkdtemp(join(fast, 'vps-test-fuzz-'))
  const folder = join(place, 'test-1')
  const tried = async ({ of, mutations, sealing }: Attack): Promise<Seen> => {
    const one = honest[of % honest.length]
    if (one === undefined) throw new Error('there is no honest test')
    await write(folder, mutated(one.bytes, mutations))
    if (sealing === 'all') await sealedAgain(folder)
    if (sealing !== 'none') await listAgain(folder)
    return verified(folder, one)
  }
  // A batch that is cut short leaves its last attempt running: nothing else may touch the folder until it has ended.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = last.then(act, act)
    last = next.catch(() => undefined)
    return next
  }
  return {
    remove: () => inTurn(() => rm(place, { recursive: true, force: true })),
    try: (a) => inTurn(() => tried(a)),
  }
}

async function verified(folder: string, { ledger, meaning }: Honest): Promise<Seen> {
  const began = performance.now()
  try {
    const named = { name: 'the ledger', read: async () => ({ kind: 'entries' as const, entries: ledger }) }
    const { result, evidence } = await check(folder, { version: sealedVersion, ledgers: [named] })
    const ms = performance.now() - began
    if (ms > longestMs) return { outcome: 'too slow', why: `${Math.round(ms)} ms` }
    const odd = result.faults.find((f) => unclean.test(f))
    if (odd !== undefined) return { outcome: 'unclean', why: odd }
    if (result.faults.length > 0) return { outcome: 'fault', why: result.faults[0] ?? '' }
    if (result.anchored && evidence !== null && meaningOf(evidence) === meaning)
      return { outcome: 'accepted, the same', why: '' }
    return { outcome: 'accepted, another', why: evidence === null ? 'no evidence' : meaningOf(evidence) }
  } catch (error) {
    return { outcome: 'crash', why: error instanceof Error ? (error.stack ?? error.message) : messageOf(error) }
  }
}

/** What a person takes from a proof. */
const meaningOf = ({ bundle, verdict: judged }: Evidence): string =>
  canonical({
    result: judged.result,
    reasons: judged.reasons,
    counts: suiteCounts(judged.suites),
    samples: resultsOf(judged.suites).map(({ suite, samples, retries }) => ({
      suite,
      samples: samples.map(({ id, subject, outcome, grade }) => ({ id, subject, outcome, grade })),
      retries: retries.map(({ id, subject, outcome, grade }) => ({ id, subject, outcome, grade })),
    })),
    session: bundle.facts.session,
    test: bundle.facts.test,
    binary: [bundle.facts.build, bundle.facts.deployed],
    plan: planDigest(bundle.plan),
  })

async function bytesIn(folder: string): Promise<FolderBytes> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = found.filter((f) => f.isFile()).map((f) => join(f.parentPath, f.name))
  return new Map(
    await Promise.all(
      files.map(async (f): Promise<readonly [string, Uint8Array]> => [f.slice(folder.length + 1), await readFile(f)]),
    ),
  )
}

async function write(folder: string, files: FolderBytes): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, 'evidence'), { recursive: true })
  for (const [path, bytes] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
}

/** As far as it goes: what breaks our own tools is listed by hand, which a forger can do as well. */
async function sealedAgain(folder: string): Promise<void> {
  try {
    const part = async (name: string): Promise<string> => readFile(join(folder, 'evidence', name), 'utf8')
    const json = async <T>(name: string): Promise<T> => JSON.parse(await part(name)) as T
    const plan = await json<Bundle['plan']>(layout.plan)
    const digest = planDigest(plan)
    const entries = chainedAgain(fromLines<Entry>(await part(layout.entries)), (e) =>
      e.event === 'begin'
        ? { ...e, facts: { ...e.facts, plan, planDigest: digest } }
        : e.event === 'confirmed'
          ? { ...e, facts: { ...e.facts, planDigest: digest } }
          : e,
    )
    const planned = suiteIds.filter((id) => plan.suites.some(({ suite }) => suite === id))
    const items = await Promise.all(planned.map(async (id) => [id, fromLines(await part(itemsFile(id)))] as const))
    const bundle: Bundle = {
      plan,
      entries,
      facts: await json(layout.facts),
      measurements: await json(layout.nat),
      preflight: await json(layout.preflight),
      controls: await json(layout.controls),
      captures: fromLines(await part(layout.captures)),
      postMortems: await json(layout.postMortems),
      running: await json(layout.running),
      logs: await json(layout.logs),
      metrics: await json(layout.metrics),
      soak: await json(layout.soak),
      items: Object.fromEntries(items),
    }
    await seal(filesIn(dirname(folder)), 'test-1', bundle, verdict(verdictInputOf(bundle)))
  } catch {
    // What was written so far stays.
  }
}

export const isFind = ({ outcome }: Seen): boolean => outcome !== 'fault' && outcome !== 'accepted, the same'

export interface Batch {
  readonly runs: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** The first one, made as small as it goes. */
  readonly find: { readonly attack: Attack; readonly seen: Seen } | null
}

/** The same number is the same attacks; it ends at the first find. */
export async function batch(f: Fuzzer, seed: number, runs: number): Promise<Batch> {
  const outcomes = {
    fault: 0,
    'accepted, the same': 0,
    'accepted, another': 0,
    crash: 0,
    unclean: 0,
    'too slow': 0,
  }
  let ran = 0
  const details = await fc.check(
    fc.asyncProperty(attack, async (a) => {
      const seen = await f.try(a)
      ran++
      outcomes[seen.outcome]++
      return !isFind(seen)
    }),
    // A find may take long to be made small; as small as it is by then, it is told.
    { seed, numRuns: runs, interruptAfterTimeLimit: longestBatchMs },
  )
  const [found] = details.counterexample ?? []
  return { runs: ran, outcomes, find: found === undefined ? null : { attack: found, seen: await f.try(found) } }
}
