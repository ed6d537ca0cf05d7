/** Things worth a person's eye that are no verdict (spec §1 Finding). */
import type { Pair } from './evidence.ts'
import type { NodeName } from './fleet.ts'

export type FindingKind =
  /** The measured NAT is not the declared one. */
  | 'mislabelled-nat'
  /** The mapping moved after an unsolicited packet (nat-lab C.1, clash). */
  | 'unstable-nat'
  /** Measured before the test and after it, it was not the same. */
  | 'nat-changed'
  /** The network keeps nodes from what their program needs, whatever their NATs are. */
  | 'network-obstacle'
  /** It went end to end where the NATs, as measured, leave no such path. */
  | 'nat-contradicted'
  /** Success was claimed towards a peer that does not exist. */
  | 'untrustworthy-claim'
  | 'claim-without-delivery'
  | 'delivery-without-claim'
  /** It works by what was delivered, and neither end said so. */
  | 'silent-success'
  /** A figure of the program that cannot be. */
  | 'untrustworthy-figure'
  /** Entries of the program's own report that could not be read. */
  | 'unreadable-claims'
  /** The claimed method is not what the counters show. */
  | 'method-mislabelled'
  /** The receiver wrote a payload down that no counter saw arrive. */
  | 'record-without-delivery'
  /** The payload may have gone more ways than one, or none that is seen. */
  | 'ambiguous-path'
  /** The program under test could change the packet counters. */
  | 'subject-can-tamper'
  /** Attempts that say nothing, and what became of them. */
  | 'not-counted'
  /** On the repository's list of known failures: left out, passing, counted again, or naming nothing. */
  | 'known-failure'
  | 'now-passing'
  | 'known-failure-expired'
  | 'known-failure-unmatched'
  /** A checkpoint lost more than the tolerance, and not again when it was tested once more. */
  | 'may-be-noise'
  /** Tests of the same program that were begun before and have no end, or that failed. */
  | 'not-ended'
  | 'failed-before'
  | 'ipv6-path'
  | 'skewed-clock'
  /** A wall clock moved against the uptime beside it, or the orchestrator's against the nodes. */
  | 'clock-jump'
  | 'wrong-binary'
  /** Something else than the deployed program ran in its service, had its port, or dialled. */
  | 'another-program'
  /** It could have executed another program than the deployed one, or nothing shows that it could not. */
  | 'not-confined'
  /** What ran was executed anew, so that nothing tells what ran in between. */
  | 'executed-anew'
  | 'port-closed'
  /** The unit is not as we wrote it: its file, or files that add to it. */
  | 'unit-changed'
  | 'restarted'
  /** The container of a service, or of its NAT, is another one by its process. */
  | 'container-restarted'
  | 'rebooted'
  /** Of a service through a wait: its memory, its files or its sockets. */
  | 'growth'
  /** Nobody looked at a node through a wait, or through a part of it. */
  | 'not-watched'
  | 'not-running'

export interface Finding {
  readonly kind: FindingKind
  readonly message: string
  readonly node?: NodeName
  readonly pair?: Pair
  /** Attempts in which it was seen. */
  readonly attempts: readonly string[]
}

/** One finding for each kind and message, with all its attempts. */
export function mergeFindings(findings: readonly Finding[]): readonly Finding[] {
  const merged = new Map<string, Finding>()
  for (const finding of findings) {
    const key = `${finding.kind} ${finding.message}`
    const before = merged.get(key)
    merged.set(
      key,
      before === undefined ? finding : { ...before, attempts: [...new Set([...before.attempts, ...finding.attempts])] },
    )
  }
  return [...merged.values()].sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0))
}
