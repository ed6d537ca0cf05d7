/**
 * Controls: our own prober must get through where it can, and must not where a path was closed; else the run says
 * nothing (spec §3).
 */
import { looseFindings } from './confinement.ts'
import type { Reason } from './reason.ts'
import type { NotCovered } from './not-covered.ts'
import type { Control } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { NodeName } from './fleet.ts'

export interface ControlsJudged {
  readonly invalid: readonly Control[]
  readonly reasons: readonly Reason[]
  readonly findings: readonly Finding[]
  readonly notCovered: readonly NotCovered[]
}

export const isSelfTest = ({ name }: Control): boolean => name === 'self-test' || name === 'self-test-after'

/** Nodes on which our own instruments did not work, before the first round or when somebody was to be blamed. */
export const unfitNodes = (controls: readonly Control[]): ReadonlyMap<NodeName, string> =>
  new Map(
    controls
      .filter((c) => isSelfTest(c) && c.seen !== 'through')
      .map((c) => [
        c.from,
        `self test ${c.name === 'self-test' ? 'before the first round' : 'after the rounds'}: ${c.detail}`,
      ]),
  )

const required = ['open-path', 'closed-path'] as const

export function judgeControls(controls: readonly Control[]): ControlsJudged {
  const paths = controls.filter((c) => c.name !== 'nonexistent-peer' && c.name !== 'confinement' && !isSelfTest(c))
  const invalid = paths.filter((c) => c.seen !== c.expected || !c.witnessed)
  const missing = required.filter((name) => controls.every((c) => c.name !== name))
  const ghosts = controls.filter((c) => c.name === 'nonexistent-peer')
  return {
    invalid,
    reasons: [
      ...invalid.map((c): Reason => ({
        kind: 'invalid',
        text: `invalid run: control ${c.name} ${c.from} → ${c.to}: expected ${c.expected}, ${c.seen === c.expected ? 'but the packet witness disagrees' : `saw ${c.seen}`}`,
      })),
      ...missing.map((name): Reason => ({ kind: 'invalid', text: `invalid run: control ${name} did not run` })),
    ],
    findings: [
      ...ghosts
        .filter((c) => c.seen === 'claimed')
        .map((c): Finding => ({
          kind: 'untrustworthy-claim',
          message: `${c.from}: the program claimed success towards a peer that does not exist`,
          node: c.from,
          attempts: [],
        })),
      ...looseFindings(controls),
    ],
    notCovered: ghosts
      .filter((c) => c.seen === 'error')
      .map((c) => ({ kind: 'other', what: 'control nonexistent-peer', why: c.detail })),
  }
}
