/** Not a test: what must hold of every ledger that runs have written, read off its entries without the fold. */
import type { Entry } from '../../src/domain/ledger.ts'
import { hour } from './ticks.world.ts'

const waits: Readonly<Record<string, number>> = { WAIT_1HR: hour, WAIT_6HR: 6 * hour }
const results = ['passed', 'failed', 'inconclusive']
/** Ends that somebody chose, or that ask somebody. */
const others = ['stop', 'superseded', 'unrecoverable']

type Taking = {
  readonly name?: string
  readonly dueAt?: number
  readonly takenAt?: number | null
  readonly latenessMs?: number | null
}
const taking = (e: Entry): Taking => ('checkpoint' in e.facts ? (e.facts.checkpoint ?? {}) : {})

/** One wait: from the entry that leads into it to what it came to. */
interface Wait {
  readonly name: string
  readonly due: number
  claims: number
  results: number
  claimedAt: number | null
  came: 'waits' | 'recorded' | 'missed' | 'ended'
}

export interface Read {
  readonly faults: readonly string[]
  readonly waits: readonly Wait[]
}

export function readLedger(entries: readonly Entry[]): Read {
  const faults: string[] = []
  const all: Wait[] = []
  let open: Wait | null = null
  let loop: string[] = []
  let restarts = 0
  let claims = 0
  entries.forEach((e, i) => {
    claims = e.event === 'claimed' ? claims + 1 : 0
    if (claims > 5) faults.push(`${claims} claims in a row`)
    if (e.event === 'restart') {
      restarts++
      loop = []
    }
    if (e.event === 'due') {
      if (open === null || open.name !== e.from || open.claims > 0) faults.push('due, and nothing waits')
      else {
        open.claims++
        open.claimedAt = e.at
        if (e.at < open.due) faults.push(`${open.name} taken ${open.due - e.at} ms too early`)
        // Decided in time; that a slow run writes it down later is told by the lateness.
        if ((taking(e).takenAt ?? Infinity) > open.due + 24 * hour) faults.push(`${open.name} taken after its window`)
      }
    }
    // Whoever takes over from a run that died takes it then, not when the dead one did.
    if (e.event === 'claimed' && open !== null && open.claimedAt !== null) open.claimedAt = e.at
    const said = taking(e)
    if (e.event === 'missed' && (said.takenAt !== null || said.latenessMs !== null))
      faults.push('missed, and yet taken')
    if (open === null && e.from === 'TEST' && results.includes(e.event) && said.name !== undefined)
      faults.push('a checkpoint was recorded that nobody took')
    if (open !== null && e.from === 'TEST' && results.includes(e.event)) {
      if (
        said.name !== open.name ||
        said.dueAt !== open.due ||
        said.takenAt !== open.claimedAt ||
        said.latenessMs !== (open.claimedAt ?? 0) - open.due ||
        (said.latenessMs ?? 0) < 0
      )
        faults.push(`recorded as ${JSON.stringify(said)}`)
      if ((e.facts.by === undefined ? '' : JSON.stringify(e.facts.by)) !== JSON.stringify(entries[i - 1]?.facts.by))
        faults.push('recorded by a run that has not the claim')
      if (e.to !== 'TEST') {
        open.results++
        open.came = 'recorded'
        loop.push(open.name)
        open = null
      }
    }
    if (open !== null && (e.event === 'missed' || others.includes(e.event))) {
      if (e.event === 'missed' && e.at <= open.due + 24 * hour) faults.push('missed before its window ended')
      open.came = e.event === 'missed' ? 'missed' : 'ended'
      open = null
    }
    const wait = waits[e.to]
    if (wait !== undefined) {
      if (open !== null) faults.push(`${e.to} while ${open.name} is open`)
      if (loop.includes(e.to) || (e.to === 'WAIT_1HR' && loop.includes('WAIT_6HR')))
        faults.push(`${e.to} after ${loop.join(', ')}`)
      open = { name: e.to, due: e.at + wait, claims: 0, results: 0, claimedAt: null, came: 'waits' }
      if (e.facts.dueAt !== open.due) faults.push('due at another time than it should')
      all.push(open)
    }
  })
  if (restarts > 3) faults.push(`${restarts} restarts`)
  if (all.some((w) => w.results > 1 || (w.came === 'recorded' && w.claims !== 1)))
    faults.push('two results for one checkpoint')
  return { faults, waits: all }
}
