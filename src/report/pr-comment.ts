/** The one comment of ours on a pull request: a fold for each section, a hidden first line, within GitHub's limit. */
import { blocksMarkdown, hiddenLine, sectionMarkdown } from './markdown.ts'
import { inlineText } from './plain.ts'
import { inline, joined, paragraph, type Block, type Section } from './section.ts'
import { shortened } from './shorten.ts'
import { sessionHead, sessionSections, type SessionView } from './session-page.ts'

/** UTF-16 units. GitHub refuses a body of more than 65,536. */
export const commentLimit = 64_000

/** `<!-- vps-test:<key> -->`. A key from data cannot end the comment early. */
export const commentMarker = hiddenLine

const markerShape = /^<!-- vps-test:([^\s>]*) -->$/

/** `marker`: from {@link commentMarker}; anything else is taken as a key. */
export function prComment(input: SessionView, marker: string): string {
  const head = `${commentMarker(markerShape.exec(marker)?.[1] ?? marker)}\n${sectionMarkdown(sessionHead(input), 3)}`
  const folds: string[] = []
  const cut: Section[] = []
  // Whole rows and closed folds only: no fence or tag is left open. 1,000 are for the sentence on what was cut.
  let left = commentLimit - 1000 - head.length
  for (const section of sessionSections(input)) {
    const fold = (blocks: readonly Block[]): string => blocksMarkdown([foldOf(section, blocks)], 4)
    const room = left - 2
    const whole = fold(section.blocks)
    const part = whole.length <= room ? section : shortened(section, room, (blocks) => fold(blocks).length)
    if (part === null) {
      cut.push(section)
      continue
    }
    const shown = part === section ? whole : fold(part.blocks)
    folds.push(shown)
    left = room - shown.length
  }
  return `${[head, ...folds, ...leftOut(cut)].join('\n\n')}\n`
}

const foldOf = ({ title }: Section, blocks: readonly Block[]): Block => ({
  kind: 'details',
  summary: inlineText(title),
  blocks,
})

const leftOut = (cut: readonly Section[]): readonly string[] =>
  cut.length === 0
    ? []
    : [
        blocksMarkdown([
          paragraph(
            inline`Left out, because a comment may have 64,000 characters: ${joined(
              cut.map((s) => s.title),
              ', ',
            )}. All of it is in the run's summary and in the proof.`,
          ),
        ]),
      ]
