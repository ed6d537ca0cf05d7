/** The one comment of ours on a pull request: a fold for each section, found again by its hidden first line, never over GitHub's limit. */
import { surfaceHead, surfaceSections, type SurfaceInput } from './surface.ts'

/** UTF-16 units. GitHub refuses a body of more than 65,536. */
export const commentLimit = 64_000

/** `<!-- vps-test:<key> -->`. A key from data cannot end the comment early. */
export const commentMarker = (key: string): string => `<!-- vps-test:${key.replace(/[^A-Za-z0-9._/]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 200)} -->`

const markerShape = /^<!-- vps-test:([^\s>]*) -->$/

/** `marker`: from {@link commentMarker}; anything else is taken as a key. */
export function prComment(input: SurfaceInput, marker: string): string {
  const head = `${commentMarker(markerShape.exec(marker)?.[1] ?? marker)}\n${surfaceHead(input, '### vps-test:')}`
  const folds: string[] = []
  const cut: string[] = []
  // Whole folds or none: no fence and no tag can be left open. 1,000 are for the sentence on what was cut.
  let left = commentLimit - 1000 - head.length
  for (const { title, body } of surfaceSections(input)) {
    const fold = `<details><summary>${title}</summary>\n\n${body}\n\n</details>`
    if (fold.length + 2 > left) { cut.push(title); continue }
    left -= fold.length + 2
    folds.push(fold)
  }
  const rest = cut.length === 0 ? [] : [`Left out, because a comment may have 64,000 characters: ${cut.join(', ')}. All of it is in the run's summary and in the proof.`]
  return `${[head, ...folds, ...rest].join('\n\n')}\n`
}
