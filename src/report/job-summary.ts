/** A job's summary. GitHub drops one over 1 MiB whole, so sections are cut from the end, and what was cut is said. */
import { blocksMarkdown, sectionMarkdown } from './markdown.ts'
import { inline, joined, paragraph, type Inline } from './section.ts'
import { sessionHead, sessionSections, type SessionView } from './session-page.ts'

/** Bytes of UTF-8; the rest of the 1 MiB is for what other steps of the job's own print. */
export const summaryLimit = 900 * 1024

export function jobSummary(input: SessionView): string {
  const parts = [sectionMarkdown(sessionHead(input), 2)]
  const cut: Inline[] = []
  // Room for the sentence on what was cut: titles are ours and short.
  let left = summaryLimit - 2000 - bytes(parts[0] ?? '')
  for (const section of sessionSections(input)) {
    const markdown = sectionMarkdown(section, 3)
    left -= bytes(markdown) + 2
    if (cut.length > 0 || left < 0) cut.push(section.title)
    else parts.push(markdown)
  }
  if (cut.length > 0)
    parts.push(
      blocksMarkdown([
        paragraph(
          inline`Cut here, because a summary may have ${summaryLimit / 1024} KiB: ${joined(cut, ', ')}.
            All of it is in the proof and the ledger, which the artifacts of this run hold.`,
        ),
      ]),
    )
  return `${parts.join('\n\n')}\n`
}

const bytes = (s: string): number => Buffer.byteLength(s, 'utf8')
