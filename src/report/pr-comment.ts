/** The one comment of ours on a pull request: a fold for each section, found again by its hidden first line, never over GitHub's limit. */
import { surfaceHead, surfaceSections, type SurfaceInput } from './surface.ts'

/** UTF-16 units. GitHub refuses a body of more than 65,536. */
export const commentLimit = 64_000

/** `<!-- vps-test:<key> -->`. A key from data cannot end the comment early. */
export const commentMarker = (key: string): string =>
  `<!-- vps-test:${key
    .replace(/[^A-Za-z0-9._/]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 200)} -->`

const markerShape = /^<!-- vps-test:([^\s>]*) -->$/

const foldOf = (title: string, body: string): string => `<details><summary>${title}</summary>\n\n${body}\n\n</details>`

/** The first lines of a list or a table; null where too few fit to be worth it, or where a fence would be left open. */
function someLines(body: string, room: number): string | null {
  const lines = body.split('\n')
  if (body.includes('```')) return null
  let [kept, left] = [0, room - 80]
  while (kept < lines.length && (lines[kept]?.length ?? 0) + 1 <= left) left -= (lines[kept++]?.length ?? 0) + 1
  return kept < 5
    ? null
    : `${lines.slice(0, kept).join('\n')}\n\n${lines.length - kept} more lines; all of them are in the run's summary.`
}

/** `marker`: from {@link commentMarker}; anything else is taken as a key. */
export function prComment(input: SurfaceInput, marker: string): string {
  const head = `${commentMarker(markerShape.exec(marker)?.[1] ?? marker)}\n${surfaceHead(input, '### vps-test:')}`
  const folds: string[] = []
  const cut: string[] = []
  // Whole lines and closed folds only: no fence, tag or character is left open. 1,000 are for the sentence on what was cut.
  let left = commentLimit - 1000 - head.length
  for (const { title, body } of surfaceSections(input)) {
    const room = left - foldOf(title, '').length - 2
    const shown = body.length <= room ? body : someLines(body, room)
    if (shown === null) {
      cut.push(title)
      continue
    }
    folds.push(foldOf(title, shown))
    left = room - shown.length
  }
  const rest =
    cut.length === 0
      ? []
      : [
          `Left out, because a comment may have 64,000 characters: ${cut.join(', ')}. All of it is in the run's summary and in the proof.`,
        ]
  return `${[head, ...folds, ...rest].join('\n\n')}\n`
}
