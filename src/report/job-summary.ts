/** The Markdown of a job's summary. GitHub drops a summary over 1 MiB whole, so sections are cut from the end, and what was cut is said. */
import { surfaceHead, surfaceSections, type SurfaceInput } from './surface.ts'

export type SummaryInput = SurfaceInput

/** Bytes of UTF-8; the rest of the 1 MiB is for what other steps of the job's own print. */
export const summaryLimit = 900 * 1024

export function jobSummary(input: SummaryInput): string {
  const parts = [surfaceHead(input, '## vps-test:')]
  const cut: string[] = []
  // Room for the sentence on what was cut: titles are ours and short.
  let left = summaryLimit - 2000 - bytes(parts[0] ?? '')
  for (const { title, body } of surfaceSections(input)) {
    const section = `### ${title}\n\n${body}`
    left -= bytes(section) + 2
    if (cut.length > 0 || left < 0) cut.push(title)
    else parts.push(section)
  }
  if (cut.length > 0)
    parts.push(
      `Cut here, because a summary may have ${summaryLimit / 1024} KiB: ${cut.join(', ')}. All of it is in the proof and the ledger, which the artifacts of this run hold.`,
    )
  return `${parts.join('\n\n')}\n`
}

const bytes = (s: string): number => Buffer.byteLength(s, 'utf8')
