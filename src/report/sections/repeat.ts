/** What failed, each with the command that repeats it alone. */
import { subjectName } from '../../domain/suites/sample.ts'
import { failedOf, repeatCommand } from '../../domain/suites/selection.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { code, inline, list, paragraph, type Section } from '../section.ts'

/** A page names the first ones; --failed repeats all. */
const shown = 50

export function repeatSection({ suites }: Verdict, session: string): Section | null {
  const several = Object.keys(suites).length > 1
  const lines = failedOf(suites).flatMap((attempt) => {
    const command = repeatCommand(session, attempt, several)
    return command === null || attempt.pair === null
      ? []
      : [inline`${subjectName({ kind: 'pair', pair: attempt.pair })}: ${code(command)}`]
  })
  if (lines.length === 0) return null
  return {
    id: 'repeat',
    title: 'Failed pairs, each alone again',
    blocks: [
      list(lines.slice(0, shown)),
      paragraph(
        inline`${lines.length > shown ? `And ${lines.length - shown} more. ` : ''}All of them: ${code(`vps-test test --failed ${session}`)}.
        Plan, fleet and program are those of this session; a few attempts never make it passed.`,
      ),
    ],
  }
}
