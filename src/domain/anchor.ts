/** What a ledger says of evidence that was judged again: whether it holds that very test, and what became of it since. */
import { checkpointOf, type BundleHead } from './bundle.ts'
import { canonical } from './canonical.ts'
import { markOf } from './continuity.ts'
import { testsBegunIn } from './history.ts'
import { isPart, isSealed, type SealedEntry } from './events/entry.ts'
import { redIn, redOutcome } from './fix/red-first.ts'
import { redPending } from './fix/red-pending.ts'
import { chainFaults, type Entry } from './ledger.ts'
import { logCounts } from './log-templates.ts'
import { outcomesOf } from './outcomes.ts'
import { regressedOf } from './regressed.ts'
import { fold } from './session.ts'
import { suiteCounts } from './suites/suite.ts'
import { iso } from './text.ts'
import { isInvalid, type Verdict } from './verdict.ts'

/** A test as its folder gives it: what was judged again, and the digests of what was read. */
export interface Rejudged {
  readonly bundle: BundleHead
  readonly verdict: Verdict
  readonly root: string
  /** Null: the folder has none. */
  readonly page: { readonly name: string; readonly sha256: string } | null
}

export interface Anchoring {
  readonly faults: readonly string[]
  /** The entry that holds this test; null: none does. */
  readonly entry: SealedEntry | null
}

const notHere =
  'the ledger does not hold this test: it has other entries, or the run was killed before they were written'

/** Everything that the entry of a test says is compared with what follows from the evidence. */
export function anchoring(ledger: readonly Entry[], test: Rejudged): Anchoring {
  const { bundle, root, page } = test
  const broken = chainFaults(ledger, bundle.facts.session).map((f) => `the ledger: ${f}`)
  if (broken.length > 0) return { faults: broken, entry: null }
  const entry = ledger[bundle.entries.length]
  if (!bundle.entries.every((e, i) => ledger[i]?.hash === e.hash) || entry === undefined || !isSealed(entry))
    return { faults: [notHere], entry: null }
  const { facts } = entry
  const of = `the ledger's entry ${entry.seq} holds another`
  return {
    entry,
    faults: [
      ...(facts.evidenceRoot === root ? [] : [`${of} evidence root: ${facts.evidenceRoot}`]),
      ...(page !== null && facts.proofSha256 !== page.sha256 ? [`${of} digest of the proof page`] : []),
      ...differences(entry, test).map((what) => `${of} ${what} than follows from the evidence`),
    ],
  }
}

function differences(entry: SealedEntry, { bundle, verdict, page }: Rejudged): readonly string[] {
  const { facts } = entry
  const fix = redPending(bundle.entries)
  const tried = fix === null ? null : redOutcome(redIn(fix.red, bundle.plan), verdict)
  const pairs: readonly (readonly [what: string, told: unknown, judged: unknown])[] = [
    ['verdict', entry.event, tried?.event ?? verdict.result],
    ['account of what was red', isPart(entry) ? entry.facts.red : null, tried?.red ?? null],
    ['set of counts', facts.counts, suiteCounts(verdict.suites)],
    ['account of our instruments', facts.invalid, isInvalid(verdict)],
    ['account of the journals', facts.logs, verdict.result === 'passed' ? logCounts(bundle.logs) : null],
    ['set of outcomes', facts.outcomes, verdict.comparable ? outcomesOf(verdict.suites) : null],
    ['list of reasons', facts.reasons, verdict.reasons.map((r) => r.text)],
    ['list of remarks', facts.remarks, verdict.remarks],
    [
      'account of what regressed',
      facts.regressed ?? null,
      verdict.result === 'failed' ? regressedOf(verdict, bundle.entries) : null,
    ],
    ['account of what ran', facts.running, bundle.running.after.map(markOf)],
    ['checkpoint', facts.checkpoint, checkpointOf(bundle)],
    ['number of the test', facts.folder, `test-${bundle.facts.test}`],
    ...(page === null ? [] : [['name of the proof page', facts.proofPage, `${facts.folder}/${page.name}`] as const]),
  ]
  return pairs.filter(([, told, judged]) => canonical(told) !== canonical(judged)).map(([what]) => what)
}

/** A session as far as a ledger knows it, told to a person who holds the proof of one of its tests. */
export function sessionStory(ledger: readonly Entry[], seq: number): readonly string[] {
  const [first] = ledger
  if (first === undefined) return []
  const session = fold(first.session, ledger)
  return [
    `session ${session.id} is ${session.state} since ${iso(session.changedAt)}: ${session.why}`,
    ...ledger.filter(isSealed).map((e) => {
      const taken = e.facts.checkpoint === null ? '' : `, checkpoint ${e.facts.checkpoint.name}`
      return `${e.facts.folder}${taken}: ${e.event} (entry ${e.seq}, ${iso(e.at)})${e.seq === seq ? ', this one' : ''}`
    }),
    ...testsBegunIn(ledger)
      .filter((t) => t.end === null)
      .map((t) => `test-${t.test}: begun ${iso(t.at)}, no end is known`),
  ]
}
