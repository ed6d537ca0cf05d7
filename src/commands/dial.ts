/** One attempt's dialler: unprivileged, from a fresh port, in the service's own network namespace. */
import type { Command } from './command.ts'
import { subjectRun } from './subject-run.ts'

/** Of what it prints, from its beginning. */
const keptBytes = 1 << 18

/** Ended whole after `seconds` on the node itself; read by `readSubjectRun`. */
export const dial = (
  why: string,
  place: readonly string[],
  binary: string,
  args: readonly string[],
  seconds: number,
): Command =>
  subjectRun({ why, place, program: binary, args, seconds, output: { keep: 'beginning', bytes: keptBytes } })
