/**
 * One attempt's judgement: outcome, grade and path from witnesses; claims only ever add findings (spec §1 Grade, Path
 * class; §3).
 */
import { valueOf, volumeOf, type Attempt, type Pair, type Sum } from '../../evidence.ts'
import type { Finding, FindingKind } from '../../findings.ts'
import type { NodeName } from '../../fleet.ts'
import type { PairViews, RelayView } from './flows.ts'
import { handshakeReach, namesPath, pathClass, type Path } from './path.ts'
import { againstNats, contradiction, pastNats } from './contradicted.ts'
import type { Oracle, PairClass } from './oracle.ts'
import type { Promises } from '../../promises.ts'
import type { Sample, SampleOutcome } from '../sample.ts'
import { gradeOf, isUnpredictable, possessionOf, type Possession } from './possession.ts'
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
    /** What the program sent from the caller beside the leg that counts. */
    readonly besides: Sum
  }
}

export interface JudgeInput {
  readonly attempt: Attempt
  readonly promises: Promises
  readonly oracle: Oracle
  readonly seen: PairViews
  /** Facts outside the attempt that keep it from counting: another binary, an unmeasured NAT. */
  readonly disqualified?: (path: Path) => string | null
  /** What of the network, as it was before any pair, keeps this one from succeeding; null: nothing that is known. */
  readonly obstacle?: string | null
}

export function judgeAttempt({
  attempt,
  promises,
  oracle,
  seen,
  disqualified,
  obstacle = null,
}: JudgeInput): Judgement {
  const possession = possessionOf(attempt, promises)
  const path = pathOf(attempt, seen, possession)
  const delivered = path.kind === 'end-to-end' || path.kind === 'relayed'
  const punched = path.kind === 'end-to-end' && oracle.wouldRefuseFirstPacket
  const recordFault = possession.kind === 'fault' ? possession.why : null
  const notShown =
    attempt.fault === undefined
      ? (disqualified?.(path) ??
        (delivered && possession.kind === 'unpromised' ? volumeFault(attempt, path, seen) : null) ??
        (path.kind === 'end-to-end' && recordFault === null && attempt.claim.success !== false
          ? pastNats(attempt, oracle, seen)
          : null))
      : null
  const alone =
    attempt.fault?.kind ?? (notShown !== null ? 'unwitnessed' : outcomeOf(attempt, path, oracle, recordFault))
  // What arrived end to end passed the network: what fails all the same is the program's.
  const hindered = alone === 'failed' && path.kind !== 'end-to-end' ? obstacle : null
  const outcome = hindered === null ? alone : 'infra'
  const told = attempt.fault === undefined && path.kind !== 'unwitnessed'
  const forbidden = attempt.fault === undefined && notShown === null && againstNats(path, oracle)
  return {
    id: attempt.id,
    group: oracle.pairClass,
    subject: { kind: 'pair', pair: attempt.pair },
    expected: oracle.expected,
    outcome,
    grade:
      outcome === 'infra' || outcome === 'harness' || path.kind === 'unwitnessed' || path.kind === 'ambiguous'
        ? null
        : delivered && recordFault === null && notShown === null && !forbidden
          ? gradeOf(possession)
          : attempt.claim.success === true
            ? 'D'
            : null,
    path: path.kind,
    punched,
    relayVia: path.kind === 'relayed' ? path.via : null,
    connectMs: attempt.claim.connectMs,
    upgradeClaimed: attempt.claim.upgraded,
    ipv6: seen.ipv6,
    numbers: {
      sent: seen.sent,
      arrived: seen.arrived,
      delivered: seen.delivered,
      returned: seen.returned,
      besides: (path.kind === 'relayed' ? relayOf(path, seen)?.besides : undefined) ?? seen.besides,
    },
    findings: [
      ...(told ? claimFindings({ attempt, oracle, path, punched, recordFault, possession }) : []),
      ...pathFindings(attempt, seen),
      ...(forbidden ? [contradiction(attempt, oracle)] : []),
    ],
    sentence: sentence({
      attempt,
      oracle,
      path,
      punched,
      seen,
      recordFault,
      notCounted:
        hindered ?? (attempt.fault === undefined ? notShown : `${attempt.fault.kind}: ${attempt.fault.message}`),
    }),
  }
}

/** The counters' path, where nothing that the receiver shows speaks against it. */
function pathOf(attempt: Attempt, seen: PairViews, possession: Possession): Path {
  if (possession.kind === 'unread')
    return { kind: 'unwitnessed', why: `the receiver's record could not be read: ${possession.why}` }
  const path = pathClass(seen, volumeOf(attempt))
  const from = valueOf(attempt.record)?.from ?? null
  if ((path.kind === 'end-to-end' || path.kind === 'relayed') && namesPath(from, path, seen) === false)
    return {
      kind: 'ambiguous',
      why: `the counters show ${path.kind}, and the receiver's record names ${String(from).slice(0, 80)} as the sender`,
    }
  return path.kind === 'none' && isUnpredictable(possession)
    ? { kind: 'ambiguous', why: `${recordWithoutDelivery}; ${seen.besides.bytes} bytes left the caller another way` }
    : path
}

const recordWithoutDelivery = 'the receiver wrote the payload down, no counter saw it arrive'

/** Without a record: volume both ways that no handshake reaches, and the program's own word that it connected. */
function volumeFault(attempt: Attempt, path: Path, seen: PairViews): string | null {
  if (attempt.claim.success === false) return null
  if (attempt.claim.success === null) return 'the program did not say whether it connected, and counters alone do not'
  const leg = relayOf(path, seen) ?? seen
  const [there, back] = [leg.delivered.bytes, leg.returned.bytes]
  return Math.min(there, back) < handshakeReach
    ? `${there} bytes one way and ${back} the other may be a handshake alone (up to ${handshakeReach})`
    : null
}

const relayOf = (path: Path, seen: PairViews): RelayView | undefined =>
  path.kind === 'relayed' ? seen.relays.find((r) => r.via === path.via) : undefined

/**
 * A promised record that is missing or wrong fails the attempt, whatever counters and claims say; a claim of failure is
 * no success, whatever they say (spec §1 Grade).
 */
function outcomeOf(attempt: Attempt, path: Path, oracle: Oracle, recordFault: string | null): SampleOutcome {
  if (path.kind === 'unwitnessed') return 'unwitnessed'
  if (recordFault !== null) return 'failed'
  switch (path.kind) {
    case 'ambiguous':
      return 'unwitnessed'
    case 'none':
      return 'failed'
    case 'end-to-end':
      return attempt.claim.success === false ? 'failed' : againstNats(path, oracle) ? 'unwitnessed' : 'success'
    case 'relayed':
      return attempt.claim.success === false || oracle.expected === 'end-to-end' ? 'failed' : 'success'
  }
}

interface Instructed {
  readonly attempt: Attempt
  readonly oracle: Oracle
  readonly path: Path
  readonly punched: boolean
  readonly recordFault: string | null
  readonly possession: Possession
}

function claimFindings({ attempt, oracle, path, punched, recordFault, possession }: Instructed): readonly Finding[] {
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
  if (path.kind === 'ambiguous') found.push(finding('ambiguous-path', path.why))
  if (claim.success === true && !delivered && (path.kind !== 'ambiguous' || recordFault !== null))
    found.push(
      finding(
        'claim-without-delivery',
        `claimed success${claim.method === null ? '' : ` (${claim.method})`}, ${route === 'none' || recordFault === null ? 'nothing was delivered' : recordFault}`,
      ),
    )
  if (claim.success === false && delivered)
    found.push(finding('delivery-without-claim', 'claimed failure, the payload was delivered'))
  if (route === 'none' && possession.kind === 'record')
    found.push(finding('record-without-delivery', recordWithoutDelivery))
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
