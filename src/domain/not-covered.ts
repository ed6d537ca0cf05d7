/**
 * What a run leaves open: subjects without a counted sample, groups without a subject, NAT types, other parts of the
 * plan.
 */
import type { NatKind, NodeName } from './fleet.ts'
import type { Subject } from './suites/sample.ts'

export interface Excluded {
  readonly node: NodeName
  readonly why: string
}

export type NotCovered =
  | {
      readonly kind: 'subject'
      readonly suite: string
      readonly group: string
      readonly subject: Subject
      readonly why: string
    }
  | {
      readonly kind: 'group'
      readonly suite: string
      readonly group: string
      /** What it would have been a group of. */
      readonly of: Subject['kind']
      readonly what: string
      readonly why: string
    }
  | { readonly kind: 'nat'; readonly nat: NatKind; readonly why: string }
  | { readonly kind: 'other'; readonly what: string; readonly why: string }
