/** Which tests of a program were begun, here and in earlier sessions, and what became of each: tests cannot be shopped. */
import { hasPlan, isSealed, type Entry, type FactsOf, type SealedEntry, type TestEntry } from './events/entry.ts'
import type { EarlierTest } from './events/facts.ts'
import type { Finding } from './findings.ts'
import type { Reason } from './reason.ts'
import { redPending } from './fix/red-pending.ts'
import { fold } from './session.ts'

type Begun = FactsOf<'TEST', 'begun'>

/** Every test that a session began, oldest first; `end` is null where no entry tells a verdict of it. */
export function testsBegunIn(entries: readonly Entry[]): readonly EarlierTest[] {
  const ends = new Map(entries.filter(isSealed).map((e) => [e.facts.folder, endOf(e)]))
  const isPartAt = (at: number): boolean => {
    const before = entries.slice(0, at)
    return (before.findLast(hasPlan)?.facts.plan.only ?? null) !== null || redPending(before) !== null
  }
  return entries.flatMap((e, i) =>
    e.event === 'begun'
      ? [
          {
            session: e.session,
            test: e.facts.test,
            at: e.at,
            binarySha256: e.facts.binarySha256,
            commit: e.facts.commit,
            end: ends.get(folderOf(e.facts.test)) ?? null,
            ...(isPartAt(i) ? { part: true } : {}),
          },
        ]
      : [],
  )
}

/** The verdict that its evidence holds: a few attempts never pass. */
const endOf = ({ event }: SealedEntry): TestEntry['event'] =>
  event === 'still-red' ? 'failed' : event === 'green' || event === 'unclear' ? 'inconclusive' : event

export const folderOf = (test: number): string => `test-${test}`

type Program = Pick<EarlierTest, 'binarySha256' | 'commit'>

/** A build is not always the same to the byte: what was built from one commit, nothing changed, is one program too. */
export const sameProgram = (a: Program, b: Program): boolean =>
  a.binarySha256 === b.binarySha256 || (a.commit !== null && a.commit === b.commit)

/** What a session tests now: the binary that was deployed, and the commit where it was built from exactly that. */
export function programOf(entries: readonly Entry[], session: string): Program {
  const { DEPLOY, BUILD } = fold(session, entries).newest
  const from = BUILD?.event === 'built' ? BUILD.facts.build.from : undefined
  return {
    binarySha256: DEPLOY?.event === 'deployed' ? DEPLOY.facts.binarySha256 : '0'.repeat(64),
    commit: from?.kind === 'git' && from.dirty === null ? from.commit : null,
  }
}

/** Tests of one program in the other sessions of a ledger, of one project, oldest first. */
export const earlierTests = (
  sessions: readonly { readonly id: string; readonly entries: readonly Entry[] }[],
  own: { readonly session: string; readonly project: string },
  program: Program,
): readonly EarlierTest[] =>
  sessions
    .filter(
      ({ id, entries }) =>
        id !== own.session && entries.findLast(hasPlan)?.facts.plan.answers.project.value === own.project,
    )
    .flatMap(({ entries }) => testsBegunIn(entries))
    .filter((t) => sameProgram(t, program))
    .toSorted((a, b) => a.at - b.at)
    .slice(-mostEarlier)

/** Of a ledger that grew for years, the newest are told. */
const mostEarlier = 500

export interface TestHistory {
  /** The entry that began this test; null: the ledger holds none. */
  readonly begun: Begun | null
  /** Other tests of the same program before it, oldest first: of other sessions as its entry tells, and of its own. */
  readonly before: readonly EarlierTest[]
}

/** `test`: which of the session; its own entries are those before its verdict. */
export function historyOf(entries: readonly Entry[], test: number): TestHistory {
  const begun = entries.findLast((e) => e.event === 'begun' && e.facts.test === test)
  if (begun?.event !== 'begun') return { begun: null, before: [] }
  const own = testsBegunIn(entries).filter((t) => t.test !== test && sameProgram(t, begun.facts))
  return { begun: begun.facts, before: [...begun.facts.earlier, ...own].toSorted((a, b) => a.at - b.at) }
}

export interface HistoryJudged {
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
  /** Clauses that follow the result wherever it is told in one line. */
  readonly remarks: readonly string[]
}

/**
 * A runner may crash: one test that was begun and not ended is told and no more. More of them than tests that were
 * recorded, this one included, could hide a failure: as many must be recorded as were cut off. One that repeats a few
 * attempts is cheap, and pays for none but its like.
 */
export function judgeHistory({ begun, before }: TestHistory): HistoryJudged {
  const cut = before.filter((t) => t.end === null)
  const failed = before.filter((t) => t.end === 'failed')
  const isPart = (t: EarlierTest): boolean => t.part === true
  const ended = before.filter((t) => t.end !== null)
  const recorded = ended.filter((t) => !isPart(t)).length + 1
  const parts = ended.filter(isPart).length
  const unpaid = cut.filter((t) => !isPart(t)).length + Math.max(0, cut.filter(isPart).length - parts) - recorded
  const remarks = [
    ...(cut.length === 0 ? [] : [`${tests(cut.length)} of this program begun before and not ended`]),
    ...(failed.length === 0 ? [] : [`${tests(failed.length)} of this program failed before`]),
  ]
  return {
    reasons: [
      ...(begun === null
        ? [{ kind: 'inconclusive', text: 'the ledger does not hold the beginning of this test' } as const]
        : []),
      ...(unpaid > 0
        ? [
            {
              kind: 'inconclusive',
              text: `${tests(cut.length)} of this program begun and not ended, ${recorded} recorded with this one${parts === 0 ? '' : ` and ${parts} of a few attempts, which pay for no whole one`}: as many must be recorded as were cut off, ${unpaid} more`,
            } as const,
          ]
        : []),
    ],
    findings: [
      ...(cut.length === 0
        ? []
        : [{ kind: 'not-ended', message: `${remarks[0]}: ${named(cut)}`, attempts: [] } as const]),
      ...(failed.length === 0
        ? []
        : [{ kind: 'failed-before', message: `${remarks.at(-1)}: ${named(failed)}`, attempts: [] } as const]),
    ],
    remarks,
  }
}

const tests = (n: number): string => (n === 1 ? '1 test' : `${n} tests`)

const shown = 20
const named = (all: readonly EarlierTest[]): string =>
  `${all
    .slice(-shown)
    .map((t) => `${t.session} test ${t.test}`)
    .join(', ')}${all.length > shown ? ` and ${all.length - shown} before` : ''}`
