/** The few lines that GitHub shows at a run and beside the code: at most nine, the worst first, plain text. */
import type { Annotation } from '../domain/annotation.ts'
import { meaningOf } from '../domain/events/entry.ts'
import type { Entry } from '../domain/ledger.ts'
import { isFinal } from '../domain/states.ts'
import type { Session } from '../domain/session.ts'
import type { Verdict } from '../domain/verdict.ts'
import { buildFaultsOf, testsOf } from '../domain/events/readers.ts'
import { plainLine, plainLines } from './plain.ts'
import { nounOf, subjectResults } from './subject-results.ts'

/**
 * GitHub keeps ten of a kind for each step, and drops the rest unsaid; one is left for the end of the step, which says
 * what failed.
 */
const shown = 9
const longest = 4000

export function annotations(
  session: Session,
  entries: readonly Entry[],
  verdict: Verdict | null,
): readonly Annotation[] {
  const all = [
    ...buildFaults(entries),
    ...reasons(entries, verdict),
    ...stopped(session, entries),
    ...subjects(verdict),
    ...findings(verdict),
    ...notes(entries),
  ].toSorted((a, b) => weight[a.level] - weight[b.level])
  if (all.length <= shown) return all
  const rest = all.slice(shown - 1)
  return [
    ...all.slice(0, shown - 1),
    one(rest[0]?.level ?? 'notice', `${rest.length} more`, rest.map((a) => `${a.title}: ${a.message}`).join('\n')),
  ]
}

const weight = { error: 0, warning: 1, notice: 2 } as const

const one = (level: Annotation['level'], title: string, message: string): Annotation => ({
  level,
  title: plainLine(title, 200),
  message: plainLines(message === '' ? title : message, longest),
})

const buildFaults = (entries: readonly Entry[]): readonly Annotation[] =>
  buildFaultsOf(entries).map(({ file, line, message }) => ({
    ...one('error', 'the build failed', message),
    // A path that leaves the checkout, or is none, would be shown nowhere: then the message alone is.
    ...(file === null || !inside(file) ? {} : { file, ...(line === null ? {} : { line }) }),
  }))

const inside = (file: string): boolean =>
  file.length <= 500 &&
  plainLine(file, 500) === file &&
  !file.startsWith('/') &&
  !file.includes('\\') &&
  !file.split('/').includes('..')

/** Of this verdict, or of the newest recorded test. */
function reasons(entries: readonly Entry[], verdict: Verdict | null): readonly Annotation[] {
  const test = testsOf(entries).at(-1)
  const result = verdict?.result ?? test?.result
  if (result === undefined || result === 'passed') return []
  const title = result === 'failed' ? 'failed' : 'inconclusive, which counts as a failure'
  return (verdict?.reasons.map((r) => r.text) ?? test?.reasons ?? []).map((text) => one('error', title, text))
}

function stopped(session: Session, entries: readonly Entry[]): readonly Annotation[] {
  const last = entries.at(-1)
  if (last === undefined) return []
  const { ends = false, by, exit } = meaningOf(last)
  if (last.from === 'TEST' && !ends) return []
  if (session.state === 'STOPPED')
    return [one(by === 'person' && exit === 'inconclusive' ? 'notice' : 'error', `stopped in ${last.from}`, last.why)]
  return last.event === 'failed' && !isFinal(session.state) && last.from !== 'BUILD'
    ? [one('error', `${last.from} failed`, last.why)]
    : []
}

function subjects(verdict: Verdict | null): readonly Annotation[] {
  const results = verdict === null ? [] : subjectResults(verdict)
  const [failed, unsure] = [results.filter((r) => r.kind === 'failed'), results.filter((r) => r.kind === 'error')]
  return [
    ...(failed.length === 0
      ? []
      : [
          one(
            'error',
            `${failed.length} of ${results.length} ${nounOf(results)} failed`,
            failed.map((r) => r.why[0] ?? '').join('\n'),
          ),
        ]),
    ...(unsure.length === 0
      ? []
      : [
          one(
            'warning',
            `${unsure.length} of ${results.length} ${nounOf(results)} were tried and could not be counted`,
            unsure.map((r) => r.why[0] ?? '').join('\n'),
          ),
        ]),
  ]
}

const findings = (verdict: Verdict | null): readonly Annotation[] =>
  (verdict?.findings ?? []).map((f) => one('warning', `finding: ${f.kind}`, f.message))

const notes = (entries: readonly Entry[]): readonly Annotation[] =>
  entries
    .filter((e) => e.event === 'toolchain')
    .slice(-1)
    .map((e) => one('notice', 'zigbuild failed, built natively', e.why))
