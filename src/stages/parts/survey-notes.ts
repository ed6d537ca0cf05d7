/** Nodes whose NAT was not measured, at the beginning of a test or after its last round. */
import type { Unsupported } from '../../domain/unsupported.ts'
import type { NatSurvey } from '../../instruments/nat.ts'

export const surveyNotes = (first: NatSurvey, again: NatSurvey): readonly Unsupported[] => [
  ...[...first.failed].map(([n, f]) => ({ what: `NAT of ${n}`, why: f.message })),
  ...[...again.failed]
    .filter(([n]) => !first.failed.has(n))
    .map(([n, f]) => ({ what: `NAT of ${n} after the last round`, why: f.message })),
]
