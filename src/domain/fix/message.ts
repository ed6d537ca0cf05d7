/** Subject and body of a fix's commit, from the diagnosis: what was seen, not what the command says of itself. */
import type { FailureDiagnosis } from '../failed/diagnosis.ts'
import { cut, stripHidden } from '../text.ts'

/** Words of evidence close no issue, call nobody and skip no workflow: what begins such a word is broken. */
const inert = (text: string): string =>
  text
    .replaceAll('@', '@ ')
    .replaceAll(/#(?=\d)/g, '# ')
    .replaceAll(/\[(?=\s*(?:skip|ci|no|actions)\b)/gi, '[ ')
    .replaceAll(/skip-checks(?=\s*:)/gi, 'skip checks')

const line = (text: string, max: number): string =>
  cut(
    stripHidden(
      inert(text.slice(0, 4 * max))
        .replaceAll(/\s+/g, ' ')
        .trim(),
      max * 2,
    ),
    max,
  )

export const fixSubject = ({ causes, stage }: FailureDiagnosis): string =>
  line(`Fix after ${stage}: ${causes[0]?.what ?? 'it failed'}`, 72)

export function fixBody({ why, shared, causes, failing }: FailureDiagnosis, session: string): string {
  const [first] = causes
  return [
    line(`What failed: ${why}`, 300),
    ...shared.map((s) => line(`- ${s}`, 200)),
    ...failing.slice(0, 10).map((f) => line(`- ${f.suite}, ${f.group}: ${f.sentence}`, 200)),
    ...(first === undefined
      ? []
      : ['', 'It rests on:', ...first.evidence.slice(0, 5).map((e) => line(`- ${e.text}`, 200))]),
    '',
    `Made by the project's fix command for session ${session} of vps-test.`,
  ].join('\n')
}
