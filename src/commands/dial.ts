/** One attempt's dialler: unprivileged, from a fresh port, in the service's own network namespace. */
import type { Command } from './command.ts'
import { subjectRun, type SubjectRun } from './subject-run.ts'

/** Of what it prints, from its beginning. */
const keptBytes = 1 << 18

/** Ended whole after `seconds` on the node itself; read by `readSubjectRun`. */
export const dial = (run: Omit<SubjectRun, 'output'>): Command =>
  subjectRun({ ...run, output: { keep: 'beginning', bytes: keptBytes } })

/** Nobody else knows a nonce before its dial. */
export const freshDirOf = (nonce: string): string => `/tmp/vps-test-dial-${nonce}`
