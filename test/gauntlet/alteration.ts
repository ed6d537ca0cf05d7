/** Not a test: what an alteration of sealed evidence is, and how it is carried out. One file each in `alterations/`. */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { folder as filesIn } from '../../src/adapters/system.ts'
import { check, type VerifyResult } from '../../src/app/evidence.ts'
import { verdictInputOf, type Bundle } from '../../src/domain/bundle.ts'
import { thereIs, type Flow, type RoundEvidence } from '../../src/domain/evidence.ts'
import { chain, sha256, type Entry } from '../../src/domain/ledger.ts'
import { manifestOf } from '../../src/domain/manifest.ts'
import { planDigest } from '../../src/domain/plan.ts'
import type { Targets } from '../../src/domain/suites/connectivity/config.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { seal } from '../../src/stages/parts/seal.ts'
import { bundleOf, sealedTest, sealedVersion, type SealedTest } from '../kit/sealed.ts'
import type { Changes } from '../domain/fixtures.ts'

/**
 * `of`: what the honest run was like, where it was no good one. `bundle`: everything is sealed again by our own tools,
 * verdict, page and manifest included. `files`: in the folder as it lies there; `again`: only the manifest is made anew.
 */
export type Alteration = {
  readonly id: string
  readonly what: string
  readonly of?: Changes
  /** Whether the person names the true ledger, one that was changed, or none. */
  readonly ledger: 'true' | 'none' | ((entries: readonly Entry[]) => readonly Entry[])
  /** `unanchored`: it agrees with itself, and exit code 31 says that nobody else vouches for it. */
  readonly expected: 'not valid' | 'unanchored' | 'anchored'
  /** Words of one of the faults, or of the anchor. */
  readonly says?: string
  /** The verdict that is shown all the same. */
  readonly verdict?: 'passed' | 'failed' | 'inconclusive'
} & (
  | { readonly bundle: (b: Bundle) => Bundle }
  | { readonly files: (folder: string, test: SealedTest) => Promise<unknown>; readonly again?: true }
)

const honest = new Map<string, Bundle>()
/** Made once for each way in which an honest run goes. */
function honestBundle(of: Changes = {}): Bundle {
  const key = JSON.stringify(of)
  const bundle = honest.get(key) ?? bundleOf(of)
  honest.set(key, bundle)
  return bundle
}

export async function carriedOut(a: Alteration): Promise<VerifyResult> {
  const test = await sealedTest(honestBundle(a.of))
  try {
    if ('bundle' in a) await sealAgain(test.folder, a.bundle(structuredClone(test.bundle) as Bundle))
    else {
      await a.files(test.folder, test)
      if (a.again === true) await listAgain(test.folder)
    }
    const entries = typeof a.ledger === 'function' ? a.ledger(test.ledger) : test.ledger
    const ledger = { name: 'the ledger', read: async () => ({ kind: 'entries' as const, entries }) }
    const wish = { version: sealedVersion, ledgers: a.ledger === 'none' ? [] : [ledger] }
    return (await check(test.folder, wish)).result
  } finally {
    await test.remove()
  }
}

/** As a run would have sealed it; a bundle that the judge cannot take is written all the same. */
export async function sealAgain(folder: string, bundle: Bundle): Promise<void> {
  await rm(folder, { recursive: true, force: true })
  await seal(filesIn(join(folder, '..')), 'test-1', bundle, verdict(verdictInputOf(bundle)))
}

/** The manifest follows from the files, whatever they are now. */
export async function listAgain(folder: string): Promise<void> {
  const found = (await readdir(join(folder, 'evidence'), { recursive: true, withFileTypes: true })).filter((f) =>
    f.isFile(),
  )
  const digests = await Promise.all(
    found.map(async (f) => {
      const full = join(f.parentPath, f.name)
      const data = await readFile(full)
      return { path: full.slice(folder.length + 1), bytes: data.length, sha256: sha256(data) }
    }),
  )
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifestOf(digests), null, 1)}\n`)
}

/** The same entries with other words, in a chain that is whole again. */
export const chainedAgain = (entries: readonly Entry[], change: (e: Entry, i: number) => Entry): readonly Entry[] =>
  // `chain` gives number, place and hash anew.
  entries.map(change).reduce<readonly Entry[]>((all, body) => [...all, chain(all, body)], [])

/** Every line of connectivity's evidence changed. */
export const rounds = (b: Bundle, change: (r: RoundEvidence, i: number) => readonly RoundEvidence[]): Bundle => ({
  ...b,
  items: { ...b.items, connectivity: (b.items.connectivity ?? []).flatMap(change) },
})
/** Every attempt changed. */
export const attempts = (
  b: Bundle,
  change: (a: RoundEvidence['attempts'][number]) => RoundEvidence['attempts'][number],
): Bundle => rounds(b, (r) => [{ ...r, attempts: r.attempts.map(change) }])

/** A file that is there, as text. */
export const edit = async (folder: string, name: string, change: (text: string) => string): Promise<void> => {
  const path = join(folder, name)
  const before = await readFile(path, 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`${name} was not changed`)
  await writeFile(path, after)
}
export const add = async (folder: string, name: string, text: string): Promise<void> => {
  await mkdir(join(folder, name, '..'), { recursive: true })
  await writeFile(join(folder, name), text)
}

/** Every row of every node's counters changed. */
export const counted = (b: Bundle, change: (f: Flow) => Flow): Bundle =>
  rounds(b, (r) => [
    {
      ...r,
      readings: Object.fromEntries(
        Object.entries(r.readings).map(([node, one]) => [
          node,
          one.counters.kind === 'there'
            ? { ...one, counters: thereIs({ ...one.counters.value, in: one.counters.value.in.map(change) }) }
            : one,
        ]),
      ),
    },
  ])

/** Other targets in the plan alone, and entries that confirm that plan. */
export const planned = (b: Bundle, change: (t: Targets) => Targets): Bundle =>
  withPlan(b, {
    ...b.plan,
    suites: b.plan.suites.map((s) =>
      s.suite === 'connectivity' ? { ...s, work: { ...s.work, targets: change(s.work.targets) } } : s,
    ),
  })

/** Another plan, and entries that confirm it. */
export function withPlan(b: Bundle, plan: Bundle['plan']): Bundle {
  const facts = { plan, planDigest: planDigest(plan) }
  const entries = chainedAgain(b.entries, (e) =>
    e.event === 'begin'
      ? { ...e, facts: { ...e.facts, ...facts } }
      : e.event === 'confirmed'
        ? { ...e, facts: { ...e.facts, planDigest: facts.planDigest } }
        : e,
  )
  return { ...b, plan, entries }
}
