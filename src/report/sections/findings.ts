/** What is worth a person's eye, and what was not tested. */
import type { NotCovered } from '../../domain/not-covered.ts'
import { subjectName } from '../../domain/suites/sample.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { inline, joined, list, paragraph, strong, type Block, type Inline, type Section } from '../section.ts'

const withAttempts = (of: Inline, attempts: number): Inline =>
  attempts > 1 ? inline`${of} (${attempts} attempts)` : of

export const findingsSection = ({ findings }: Verdict): Section => ({
  id: 'findings',
  title: 'Findings',
  blocks: listOr(
    findings.map((f) => withAttempts(inline`${strong(f.kind)} ${f.message}`, f.attempts.length)),
    'None.',
  ),
})

const listOr = (items: readonly Inline[], none: string): readonly Block[] => [
  items.length === 0 ? paragraph(none) : list(items),
]

export function notCoveredSection({ notCovered }: Verdict): Section {
  const byReason = Map.groupBy(
    notCovered.filter((n) => n.kind === 'subject'),
    (n) => n.why,
  )
  const lines = [
    ...notCovered.filter((n) => n.kind !== 'subject').map((n) => `${whatIsMissing(n)}: ${n.why}`),
    ...[...byReason].map(
      ([why, alike]) =>
        inline`${alike.length} ${alike[0]?.subject.kind ?? 'subject'}s, ${why}: ${joined(
          alike.map((n) => subjectName(n.subject)),
          ', ',
        )}`,
    ),
  ]
  return { id: 'not-covered', title: 'Not covered', blocks: listOr(lines, 'Nothing that the plan asks for.') }
}

function whatIsMissing(n: Exclude<NotCovered, { kind: 'subject' }>): string {
  switch (n.kind) {
    case 'nat':
      return `NAT type ${n.nat}`
    case 'group':
    case 'other':
      return n.what
  }
}
