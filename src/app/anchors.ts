/** Where the root digest of a test stands besides its own folder: in ledgers that a person names, and in no other. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readClone, type Reading } from '../adapters/git/clone.ts'
import { anchoring, sessionStory, type Rejudged } from '../domain/anchor.ts'
import { baselineFaults } from '../domain/comparable.ts'
import { historyOf } from '../domain/history.ts'
import type { SealedEntry } from '../domain/events/entry.ts'
import type { Entry } from '../domain/ledger.ts'
import { messageOf } from '../domain/text.ts'

/** A ledger that came from elsewhere than the evidence. */
export interface NamedLedger {
  readonly name: string
  read(session: string): Promise<Reading>
}

export const cloneAt = (place: string): NamedLedger => ({
  name: place,
  read: async (session) =>
    existsSync(place)
      ? readClone(place, session).catch((error: unknown) => ({ kind: 'no ledger', why: messageOf(error) }))
      : { kind: 'no ledger', why: `${place} does not exist` },
})

export interface Anchors {
  readonly anchored: boolean
  readonly anchor: string
  readonly session: readonly string[]
  readonly faults: readonly string[]
}

/** Every ledger that was named must hold the test. One beside the folder came with it, and whoever made one made both. */
export async function anchorsOf(dir: string, named: readonly NamedLedger[], test: Rejudged): Promise<Anchors> {
  const { session } = test.bundle.facts
  if (named.length > 0) {
    const read = await Promise.all(named.map((ledger) => compare(ledger, test)))
    const forked = twoHistories(read)
    const anchored = forked.length === 0 && read.every((r) => r.faults.length === 0)
    return {
      anchored,
      anchor: read
        .map(({ name, entry }) =>
          entry === null || !anchored ? `anchor: ${name}` : `anchored in ${name}, session ${session}, ${nameOf(entry)}`,
        )
        .join('; '),
      session: storyOf(read),
      faults: [...read.flatMap((r) => r.faults), ...forked],
    }
  }
  const place = join(dir, '..', '..', '..', 'ledger.git')
  if (!existsSync(place))
    return { anchored: false, anchor: 'consistent, unanchored: no ledger was named', session: [], faults: [] }
  const read = await compare(cloneAt(place), test)
  return {
    anchored: false,
    anchor:
      read.entry === null || read.faults.length > 0
        ? `unanchored: ${place} lies beside the evidence`
        : `consistent, unanchored: ${place} lies beside the evidence, by the same hand, and agrees in ${nameOf(read.entry)}; name a ledger with --ledger or --remote`,
    session: storyOf([read]),
    faults: read.faults,
  }
}

interface Compared {
  readonly name: string
  readonly entries: readonly Entry[]
  readonly entry: SealedEntry | null
  readonly faults: readonly string[]
}

async function compare(ledger: NamedLedger, test: Rejudged): Promise<Compared> {
  const reading = await ledger.read(test.bundle.facts.session)
  if (reading.kind === 'no ledger') return { name: ledger.name, entries: [], entry: null, faults: [reading.why] }
  const anchor = anchoring(reading.entries, test)
  return {
    name: ledger.name,
    entries: reading.entries,
    ...anchor,
    faults: [...anchor.faults, ...(await before(ledger, test))],
  }
}

/** What the test was compared with lies in another session of the same ledger. */
async function before(ledger: NamedLedger, { bundle }: Rejudged): Promise<readonly string[]> {
  const baseline = historyOf(bundle.entries, bundle.facts.test).begun?.baseline ?? null
  if (baseline === null || baseline.kind === 'none') return []
  const reading = await ledger.read(baseline.session)
  return reading.kind === 'no ledger' ? [reading.why] : baselineFaults(baseline, bundle.plan, reading.entries)
}

/** One ledger may be behind another; where each goes on in its own way, one of them was written anew. */
function twoHistories(read: readonly Compared[]): readonly string[] {
  const [longest, ...others] = read.toSorted((a, b) => b.entries.length - a.entries.length)
  return others
    .filter(({ entries }) => entries.length > 0 && entries.at(-1)?.hash !== longest?.entries[entries.length - 1]?.hash)
    .map(
      ({ name }) =>
        `${longest?.name ?? ''} and ${name} go on in two ways: one history of this session was written anew`,
    )
}

const nameOf = (entry: SealedEntry): string => `entry ${entry.seq} (${entry.hash.slice(0, 12)})`

/** Of the longest account: it is the newest. */
function storyOf(read: readonly Compared[]): readonly string[] {
  const newest = read.filter((r) => r.entry !== null).toSorted((a, b) => b.entries.length - a.entries.length)[0]
  return newest?.entry == null ? [] : sessionStory(newest.entries, newest.entry.seq)
}
