/**
 * One attempt's judgement: outcome, grade and path from witnesses; claims only ever add findings (spec §1 Grade, Path
 * class; §3).
 */
import type { Attempt, Pair, ReceiverRecord } from '../../evidence.ts'
import type { Finding, FindingKind } from '../../findings.ts'
import type { NodeName } from '../../fleet.ts'
import { pathClass, type PairViews, type Path, type Sum } from './flows.ts'
import type { Oracle, PairClass } from './oracle.ts'
import type { Promises } from '../../profile.ts'
import type { Sample, SampleOutcome } from '../sample.ts'
import { sentence } from './sentence.ts'

/** One attempt as a sample, with what only pairs have. */
export interface Judgement extends Sample {
  readonly group: PairClass
  readonly subject: { readonly kind: 'pair'; readonly pair: Pair }
  readonly expected: Oracle['expected']
  readonly path: Path['kind']
  /** End-to-end although the callee's measured filtering would have refused the first packet. */
  readonly punched: boolean
  readonly relayVia: NodeName | null
  /** By the program's own clock, milliseconds. */
  readonly connectMs: number | null
  readonly upgradeClaimed: boolean
  readonly ipv6: boolean
  /**
   * Caller to callee without a relay: sent by the caller, arrived at the callee's NAT box, delivered to the callee,
   * returned to the caller.
   */
  readonly numbers: {
    readonly sent: Sum
    readonly arrived: Sum | null
    readonly delivered: Sum
    readonly returned: Sum
  }
}

export interface JudgeInput {
  readonly attempt: Attempt
  readonly promises: Promises
  readonly oracle: Oracle
  readonly seen: PairViews
  /** Facts outside the attempt that keep it from counting: another binary, an unmeasured NAT. */
  readonly disqualified?: (path: Path) => string | null
}

export function judgeAttempt({ attempt, promises, oracle, seen, disqualified }: JudgeInput): Judgement {
  const path =
    promises.record && attempt.record.kind === 'not-read'
      ? ({ kind: 'unwitnessed', why: `the receiver's record could not be read: ${attempt.record.why}` } as const)
      : pathClass(seen, attempt.bytes)
  const delivered = path.kind === 'end-to-end' || path.kind === 'relayed'
  const punched = path.kind === 'end-to-end' && oracle.wouldRefuseFirstPacket
  const recordFault = promises.record ? faultOfRecord(attempt) : null
  const barred = attempt.fault === undefined ? (disqualified?.(path) ?? null) : null
  const outcome = attempt.fault?.kind ?? (barred !== null ? 'unwitnessed' : outcomeOf(path, oracle, recordFault))
  const told = attempt.fault === undefined && path.kind !== 'unwitnessed'
  return {
    id: attempt.id,
    group: oracle.pairClass,
    subject: { kind: 'pair', pair: attempt.pair },
    expected: oracle.expected,
    outcome,
    grade:
      outcome === 'infra' || outcome === 'harness' || path.kind === 'unwitnessed'
        ? null
        : delivered && recordFault === null
          ? promises.record
            ? 'A'
            : 'B'
          : attempt.claim.success === true
            ? 'C'
            : null,
    path: path.kind,
    punched,
    relayVia: path.kind === 'relayed' ? path.via : null,
    connectMs: attempt.claim.connectMs,
    upgradeClaimed: attempt.claim.upgraded,
    ipv6: seen.ipv6,
    numbers: { sent: seen.sent, arrived: seen.arrived, delivered: seen.delivered, returned: seen.returned },
    findings: [
      ...(told ? claimFindings(attempt, oracle, path, punched, recordFault) : []),
      ...pathFindings(attempt, seen),
    ],
    sentence: sentence({
      attempt,
      oracle,
      path,
      punched,
      seen,
      recordFault,
      notCounted: attempt.fault === undefined ? barred : `${attempt.fault.kind}: ${attempt.fault.message}`,
    }),
  }
}

/** A promised record that is missing or wrong fails the attempt, whatever counters and claims say (spec §1 Grade). */
function outcomeOf(path: Path, oracle: Oracle, recordFault: string | null): SampleOutcome {
  if (recordFault !== null) return 'failed'
  switch (path.kind) {
    case 'unwitnessed':
      return 'unwitnessed'
    case 'none':
      return 'failed'
    case 'end-to-end':
      return 'success'
    case 'relayed':
      return oracle.expected === 'end-to-end' ? 'failed' : 'success'
  }
}

function faultOfRecord({ record: read, ...attempt }: Attempt): string | null {
  if (read.kind === 'absent') return "the receiver's record is missing"
  // What was not read is nobody's fault: it witnesses nothing.
  if (read.kind === 'not-read') return null
  const record: ReceiverRecord = read.value
  if (record.nonce !== attempt.nonce) return "the receiver's record is of another nonce"
  if (record.missing !== 0) return `the receiver's record misses ${record.missing} parts`
  if (record.bytes !== attempt.bytes) return `the receiver's record has ${record.bytes} of ${attempt.bytes} bytes`
  return record.sha256.toLowerCase() === attempt.expectedSha256.toLowerCase()
    ? null
    : "the receiver's record has the wrong hash"
}

function claimFindings(
  attempt: Attempt,
  oracle: Oracle,
  path: Path,
  punched: boolean,
  recordFault: string | null,
): readonly Finding[] {
  const { claim, pair } = attempt
  const [route, arrow] = [path.kind, `${pair.from} → ${pair.to}`]
  const finding = (kind: FindingKind, message: string): Finding => ({
    kind,
    message: `${arrow}: ${message}`,
    pair,
    attempts: [attempt.id],
  })
  const delivered = (route === 'end-to-end' || route === 'relayed') && recordFault === null
  const found: Finding[] = []
  if (claim.success === true && !delivered)
    found.push(
      finding(
        'claim-without-delivery',
        `claimed success${claim.method === null ? '' : ` (${claim.method})`}, ${route === 'none' || recordFault === null ? 'nothing was delivered' : recordFault}`,
      ),
    )
  if (claim.success === false && delivered)
    found.push(finding('delivery-without-claim', 'claimed failure, the payload was delivered'))
  if (attempt.record.kind === 'there' && route === 'none' && faultOfRecord(attempt) === null)
    found.push(finding('record-without-delivery', 'the receiver wrote the payload down, no counter saw it arrive'))
  const mislabel = claim.success === true ? mislabelled(claim.method, route, punched, oracle) : null
  if (mislabel !== null) found.push(finding('method-mislabelled', mislabel))
  return found
}

/**
 * A program cannot know its peer's filtering, so `hole_punched` towards an open NAT passes; towards a peer without any
 * NAT it does not.
 */
function mislabelled(
  method: Attempt['claim']['method'],
  route: Path['kind'],
  punched: boolean,
  oracle: Oracle,
): string | null {
  if (method === null || (route !== 'end-to-end' && route !== 'relayed')) return null
  if ((method === 'relayed') !== (route === 'relayed')) return `claimed ${method}, the counters show ${route}`
  // A NAT that filters by address alone may remember the caller from an earlier attempt: then direct is no lie.
  if (method === 'direct' && punched && oracle.refusesFreshPorts)
    return "claimed direct, but the callee's NAT refuses every port it has not sent to: it was punched"
  return method === 'hole_punched' && oracle.pairClass === 'direct' && !punched
    ? 'claimed hole_punched towards a peer without a NAT'
    : null
}

const pathFindings = (attempt: Attempt, seen: PairViews): readonly Finding[] =>
  seen.ipv6
    ? [
        {
          kind: 'ipv6-path',
          message: `${attempt.pair.from} → ${attempt.pair.to}: IPv6 packets, which no NAT here translates`,
          pair: attempt.pair,
          attempts: [attempt.id],
        },
      ]
    : []
