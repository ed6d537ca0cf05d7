/** Shell text of the project's owner on a node: run as the program under test would be, and no further. */
import type { Command } from './command.ts'
import { subjectRun } from './subject-run.ts'

export interface OwnersText {
  readonly why: string
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
  readonly text: string
  readonly seconds: number
  /** Of stdout, from its end. */
  readonly maxBytes: number
}

export const ownersText = ({ why, place, text, seconds, maxBytes }: OwnersText): Command =>
  subjectRun({
    why,
    place,
    program: '/bin/sh',
    args: ['-c', text],
    seconds,
    output: { keep: 'end', bytes: maxBytes },
    confinedBy: null,
  })
