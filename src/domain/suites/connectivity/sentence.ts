/**
 * One sentence per attempt: what was expected, what the counters saw, what the program claimed (issue: "why it was not
 * end-to-end").
 */
import { volumeOf, type Attempt, type Claim } from '../../evidence.ts'
import { contradictionText } from './contradicted.ts'
import type { PairViews } from './flows.ts'
import type { Oracle } from './oracle.ts'
import type { Path } from './path.ts'

export interface SentenceFacts {
  readonly attempt: Attempt
  readonly oracle: Oracle
  readonly path: Path
  readonly punched: boolean
  readonly seen: PairViews
  readonly recordFault: string | null
  /** Why the attempt does not count, whatever it shows. */
  readonly notCounted: string | null
}

export function sentence(facts: SentenceFacts): string {
  const {
    attempt: { pair },
    notCounted,
  } = facts
  return `${pair.from} → ${pair.to}: ${notCounted === null ? judged(facts) : `not counted: ${notCounted}`}`
}

function judged({ attempt, oracle, path, punched, seen, recordFault }: SentenceFacts): string {
  const { expected } = oracle
  const broken =
    recordFault !== null
      ? `, but ${recordFault}`
      : attempt.claim.success === false
        ? ', but the program claimed failure'
        : ''
  switch (path.kind) {
    case 'unwitnessed':
      return `unwitnessed: ${path.why}`
    case 'ambiguous':
      return `ambiguous: ${path.why}${broken}`
    case 'none':
      // A record that is missing too is no news where nothing came.
      return `expected ${expected}, saw nothing delivered${inPart(seen, volumeOf(attempt)) ? ' in full and answered' : ''}; ${claimed(attempt.claim)}${recordFault === null || attempt.record.kind === 'absent' ? '' : `; ${recordFault}`}${undelivered(seen, volumeOf(attempt))}`
    case 'end-to-end':
      if (expected === 'relayed' && broken === '') return `not counted: ${contradictionText(oracle)}`
      return `${punched ? 'punched' : 'end-to-end'}${expected === 'relayed' ? ` although expected relayed (${oracle.why})` : ''}${broken}`
    case 'relayed':
      return `expected ${expected} (${oracle.why})${expected === 'end-to-end' ? ', delivered only by relay through ' : '; relayed through '}${path.via}${broken}`
  }
}

/** Part of the payload came, or packets stopped at the callee's NAT: said with numbers. */
function undelivered(seen: PairViews, bytes: number): string {
  if (inPart(seen, bytes))
    return `; of ${bytes} bytes came ${seen.delivered.bytes} end to end, ${fromRelays(seen)} from relays, ${seen.returned.packets} packets went back`
  return seen.arrived !== null && seen.arrived.packets > 0
    ? `; ${seen.arrived.packets} packets stopped at the callee's NAT`
    : ''
}

const fromRelays = (seen: PairViews): number => seen.relays.reduce((n, r) => n + r.delivered.bytes, 0)

/** Introductions and keepalives from relays always come; a tenth of the payload is more than these. */
const inPart = (seen: PairViews, bytes: number): boolean => seen.delivered.bytes > 0 || fromRelays(seen) * 10 > bytes

function claimed(claim: Claim): string {
  if (claim.success === null) return 'the program claimed nothing'
  return `the program claimed ${claim.success ? (claim.method ?? 'success').replace('_', '-') : 'failure'}`
}
