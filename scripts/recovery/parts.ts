/** The sessions of the table of recovery rules on one lab: each with what provokes its rules, and back to order after it. */
import { join } from 'node:path'
import type { Entry } from '../../src/domain/ledger.ts'
import type { Lab } from '../../test/e2e/lab.ts'
import { story, type Story, type Wish } from '../../test/e2e/session.ts'
import { tipOf } from '../../test/e2e/wait.ts'
import { provocations } from '../../test/gauntlet/recovery/all.ts'
import { smallRepository } from '../../test/gauntlet/recovery/build.ts'
import type { Part, Provocation, Scene } from '../../test/gauntlet/recovery/provocation.ts'

export interface Ran {
  readonly part: Part
  readonly entries: readonly Entry[]
  /** What went wrong with the provocation itself. */
  readonly trouble: string | null
}

interface Place {
  readonly lab: Lab
  readonly dir: string
  readonly say: (line: string) => void
}

const few = ['saorsa-1', 'saorsa-2', 'saorsa-7']
const soaking = ['saorsa-1', 'saorsa-2', 'saorsa-7', 'saorsa-8']
const all = [
  'saorsa-1',
  'saorsa-2',
  'saorsa-3',
  'saorsa-5',
  'saorsa-6',
  'saorsa-7',
  'saorsa-8',
  'saorsa-9',
  'saorsa-10',
]

const small = { 'does not compile': 'broken', 'cannot fetch': 'fetches', 'no room to build': 'ends at once' } as const

const built = {
  binary: {
    name: 'testnet-peer',
    target: 'target/x86_64-unknown-linux-gnu/release/testnet-peer',
    build: 'cargo zigbuild --release --target x86_64-unknown-linux-gnu',
  },
}

type Play = (s: Story, place: Place) => Promise<unknown>
const toEnd: Play = (s) => s.run()

/** In this order: the small programs first, so that nothing of the example is in their way. */
const parts: Readonly<Record<Part, { readonly wish: Partial<Wish>; readonly play: Play }>> = {
  'does not compile': { wish: { nodes: few, binary: null, more: built }, play: toEnd },
  'cannot fetch': { wish: { nodes: few, binary: null, more: built }, play: toEnd },
  'no room to build': { wish: { nodes: few, binary: null, more: built }, play: toEnd },
  'host key': { wish: { nodes: few }, play: toEnd },
  soak: {
    wish: { nodes: soaking, soak: true },
    play: async (s, { lab, say }) => {
      const { answer } = await s.run()
      say(`  the first test: ${answer.state}: ${answer.why}`)
      const file = (await lab.on('saorsa-8', "readlink -f /var/lib/testnet-peer/received.jsonl | tr -d '\\n'")).trim()
      await lab.on('saorsa-8', `mount --bind /dev/null ${file}`)
      try {
        await s.soak()
      } finally {
        await lab.on('saorsa-8', `umount ${file} || true`)
      }
    },
  },
  fleet: { wish: { nodes: all, coverage: 80, limitMs: 900_000 }, play: toEnd },
}

export const partNames = Object.keys(parts) as readonly Part[]

const ofPart = (part: Part): readonly Provocation[] =>
  Object.values(provocations).flatMap((rule) => rule.filter((p) => p.part === part))

export async function runPart(part: Part, place: Place): Promise<Ran> {
  const { wish, play } = parts[part]
  const { lab, dir, say } = place
  const source = part in small ? small[part as keyof typeof small] : null
  // One directory for all: what an earlier part built there is what a later one finds.
  const workspace = source === null ? '' : smallRepository(join(dir, 'small'), source)
  const scene: Scene = { lab, cache: join(dir, 'cache'), workspace }
  const s = await story({ dir, lab: lab.id, nodes: few, ...wish, ...(source === null ? {} : { repo: workspace }) })
  const back: (() => Promise<unknown>)[] = []
  let trouble: string | null = null
  const over = new AbortController()
  try {
    for (const p of ofPart(part)) if (p.begin !== undefined) back.push(await p.begin(scene))
    const late = ofPart(part).flatMap((p) => (p.atTest === undefined ? [] : [p.atTest]))
    const waiting = inTest(s, over.signal).then(async (there) => {
      if (there) for (const begin of late) back.push(await begin(scene))
    })
    // It is told with the part's own trouble, not in the middle of it.
    waiting.catch(() => undefined)
    await play(s, place)
    over.abort()
    await waiting
  } catch (error) {
    trouble = error instanceof Error ? error.message.slice(0, 4000) : String(error)
  } finally {
    over.abort()
    for (const repair of back.toReversed())
      await repair().catch((error: unknown) => say(`  not repaired: ${String(error).slice(0, 300)}`))
  }
  return { part, entries: await s.entries(), trouble }
}

async function inTest(s: Story, signal: AbortSignal): Promise<boolean> {
  for (let seen = ''; !signal.aborted;) {
    await new Promise((done) => setTimeout(done, 100))
    const tip = tipOf(join(s.home, 'testnet'))
    if (tip === seen) continue
    seen = tip
    if ((await s.entries()).at(-1)?.to === 'TEST') return true
  }
  return false
}
