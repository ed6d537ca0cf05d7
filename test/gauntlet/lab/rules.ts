/** What no run on a real lab may come to: a lie that is a success, a passed that hides it, an honest program that failed. */
import type { Ended } from '../../e2e/cli.ts'
import type { Answer, Story } from '../../e2e/session.ts'
import type { AboutSuite, LabLie } from './attack.ts'

/** What is known of a dial that the program was asked for. */
export interface Sampled {
  readonly id: string
  /** 32 hex digits. */
  readonly nonce: string
  readonly group: string
  readonly expected: string
  readonly to: string
  readonly outcome: string
  readonly recovered: boolean
  readonly sentence: string
}

export interface Seen {
  readonly code: number | null
  /** Null: the program gave no answer at all. */
  readonly answer: Pick<Answer, 'verdict' | 'why' | 'state'> | null
  readonly samples: readonly Sampled[]
  /** Reasons of a verdict that failed, in their order. */
  readonly failures: readonly string[]
  readonly findings: readonly string[]
  /** Per cent, by class. */
  readonly targets: Readonly<Record<string, number | null>>
}

export interface Told {
  readonly lie: LabLie
  /** Of a hundred dials. */
  readonly share: number
}

/** Of the five nodes, the one that relays: no dial to it has a relay to lie with. */
const relay = 'saorsa-2'

const concerns = ({ on }: LabLie, { group, expected, to }: Sampled): boolean => {
  switch (on) {
    case 'every dial':
      return true
    case 'direct':
      return group === 'direct'
    case 'beside a relay':
      return expected === 'end-to-end' && to !== relay
  }
}

/** As `lies.rs` draws it. */
export const liesIn = ({ lie, share }: Told, sample: Sampled): boolean =>
  Number.parseInt(sample.nonce.slice(-2), 16) * 100 < share * 256 && concerns(lie, sample)

export function wrongOf(
  told: Told | null,
  { code, answer, samples, failures, findings, targets }: Seen,
): readonly string[] {
  if (answer === null) return [`no answer, exit code ${String(code)}`]
  const wrong: string[] = []
  const passed = answer.verdict === 'passed'
  if (passed !== (code === 0)) wrong.push(`${String(answer.verdict)}, and exit code ${String(code)}`)
  if (told === null) {
    if (answer.verdict === 'failed' || code === 20) wrong.push(`an honest program failed: ${answer.why}`)
    return wrong
  }
  const lying = samples.filter((s) => liesIn(told, s))
  if (told.lie.about === 'label') {
    if (lying.length > 0 && passed && !findings.includes('method-mislabelled')) wrong.push('passed, false names untold')
    return wrong
  }
  if (typeof told.lie.about !== 'string') return [...wrong, ...wrongOfSuite(told.lie.about, answer.verdict, failures)]
  if (told.lie.about === 'program') return passed ? [...wrong, 'passed, and another program served'] : wrong
  for (const s of lying) if (s.outcome === 'success') wrong.push(`a lie is a success: ${s.sentence}`)
  if (!passed) return wrong
  for (const [group, target] of Object.entries(targets)) {
    const all = samples.filter((s) => s.group === group)
    const bad = all.filter((s) => lying.includes(s) && !s.recovered).length
    if (all.length > 0 && 100 * (1 - bad / all.length) < (target ?? 0))
      wrong.push(`passed, and ${bad} of ${all.length} of ${group} were lies`)
  }
  return wrong
}

/** What was lied about is named, and what was not is not blamed. */
function wrongOfSuite({ group }: AboutSuite, verdict: string | null, failures: readonly string[]): readonly string[] {
  if (verdict !== 'failed') return [`${String(verdict)}, and a suite was lied to`]
  if (failures.length === 0) return ['failed, and no group is named']
  const others = failures.filter((f) => !group.test(f.replace(/: .*$/s, '')))
  return others.length === 0 ? [] : others.map((f) => `an honest part is blamed: ${f}`)
}

/** What a session left behind. */
export async function seenOf(s: Story, { code, out }: Ended): Promise<Seen> {
  const answer = answerIn(out)
  const tested = answer === null ? null : await s.whole().catch(() => null)
  if (tested === null) return { code, answer, samples: [], failures: [], findings: [], targets: {} }
  const dials = tested.suites.connectivity
  const nonces = new Map(dials === undefined ? [] : (await s.attempts()).map((a) => [a.id, a.nonce]))
  return {
    code,
    // A checkpoint's answer has no verdict of its own.
    answer: {
      ...answer,
      verdict: answer?.verdict ?? tested.result,
      why: answer?.why ?? '',
      state: answer?.state ?? '',
    },
    samples: (dials?.samples ?? []).map((j) => ({
      id: j.id,
      nonce: nonces.get(j.id) ?? '',
      group: j.group,
      expected: j.expected,
      to: j.subject.pair.to,
      outcome: j.outcome,
      recovered: j.recovered === true,
      sentence: j.sentence,
    })),
    failures: tested.reasons.filter((r) => r.kind === 'failed').map((r) => r.text),
    findings: tested.findings.map((f) => f.kind),
    targets: Object.fromEntries((dials?.groups ?? []).map((g) => [g.name, g.target])),
  }
}

/** Of a session, or the last of those whose checkpoint was taken. */
function answerIn(out: string): Answer | null {
  try {
    const said = JSON.parse(out.trim().split('\n').at(-1) ?? '') as Answer | readonly Answer[]
    return 'at' in said ? (said.at(-1) ?? null) : said
  } catch {
    return null
  }
}
