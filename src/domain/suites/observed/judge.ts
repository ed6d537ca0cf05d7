/** One pair in one window: outcome, path and findings from what was delivered; what an end says only ever takes away. */
import type { Pair } from '../../evidence.ts'
import type { Finding, FindingKind } from '../../findings.ts'
import type { WindowUse } from '../../profile.ts'
import { contradiction, contradictionText, pastNatsText } from '../connectivity/contradicted.ts'
import type { PlannedPair } from '../connectivity/coverage.ts'
import type { SampleOutcome } from '../sample.ts'
import { claimsAbout } from './claims.ts'
import { seenBetween, type PairSeen } from './seen.ts'
import type { Traffic, WindowScene } from './traffic.ts'
import type { ObservedSample, PairClaim, Way } from './window.ts'

export interface PairInput {
  readonly planned: PlannedPair
  readonly scene: WindowScene
  readonly traffic: Traffic
  readonly use: WindowUse
  /** What keeps the pair from counting, whatever it shows: another binary, a NAT that is not known. */
  readonly disqualified: string | null
  /** What keeps a success from counting: something else than the deployed program ran. */
  readonly foreign: string | null
  /** What of the network, as it was before any window, keeps this pair from succeeding; null: nothing that is known. */
  readonly obstacle: string | null
  /** Whether all that the two may have said could be read. */
  readonly claimsRead: boolean
}

interface Facts extends PairInput {
  readonly seen: PairSeen
  readonly claims: readonly PairClaim[]
  readonly straight: boolean
}

type Told = readonly [SampleOutcome, ObservedSample['path'], string]

export function judgePair(input: PairInput): ObservedSample {
  const { planned, scene, traffic, use } = input
  const { pair, oracle } = planned
  const seen = seenBetween(pair, scene, traffic, use.minBytes)
  const claims = claimsAbout(pair, scene.window)
  const straight =
    Math.min(seen.there.delivered.bytes, seen.back.delivered.bytes) >= use.minBytes &&
    seen.bothSeconds >= use.sustainedSeconds
  const facts: Facts = { ...input, seen, claims, straight }
  const [told, path, shown] = outcomeOf(facts)
  const [outcome, words] = explained(told, path, shown, input)
  const id = `${scene.window.id}.${pair.from}.${pair.to}`
  return {
    id,
    group: oracle.pairClass,
    subject: { kind: 'pair', pair },
    outcome,
    grade:
      outcome === 'success'
        ? 'C'
        : outcome !== 'infra' && claims.some((c) => c.says === 'connected') && path === 'none'
          ? 'D'
          : null,
    sentence: `${pair.from} ↔ ${pair.to}: ${words}`,
    expected: oracle.expected,
    path,
    relayVia: path === 'relayed' ? seen.relay : null,
    there: seen.there,
    back: seen.back,
    bothSeconds: seen.bothSeconds,
    claims,
    findings: path === 'unwitnessed' ? [] : findingsOf(facts, outcome, path, id),
  }
}

/** A success counts for the deployed program alone; a failure, where what the program needs could pass. */
function explained(
  told: SampleOutcome,
  path: ObservedSample['path'],
  words: string,
  { foreign, obstacle }: PairInput,
): readonly [SampleOutcome, string] {
  if (told === 'success' && foreign !== null) return ['unwitnessed', `not counted: ${foreign}`]
  return told === 'failed' && path !== 'end-to-end' && obstacle !== null
    ? ['infra', `not counted: ${obstacle}; ${words}`]
    : [told, words]
}

function outcomeOf(facts: Facts): Told {
  const { seen, straight, disqualified, planned, claims, use } = facts
  const { oracle } = planned
  if (seen.gaps.length > 0) return ['unwitnessed', 'unwitnessed', `unwitnessed: ${seen.gaps.join(' and ')}`]
  // What it shows is told all the same.
  if (disqualified !== null) return ['unwitnessed', straight ? 'end-to-end' : 'none', `not counted: ${disqualified}`]
  const failed = claims.filter(saysFailed)
  const but = failed.length === 0 ? '' : `, but ${failed.map((c) => c.by).join(' and ')} said that it failed`
  if (straight) {
    if (but !== '') return ['failed', 'end-to-end', `${connected(facts)}${but}`]
    if (oracle.pairClass !== 'direct' && seen.translated < use.minBytes)
      return ['unwitnessed', 'end-to-end', `not counted: ${pastNatsText}`]
    if (oracle.expected === 'relayed') return ['unwitnessed', 'end-to-end', `not counted: ${contradictionText(oracle)}`]
    return ['success', 'end-to-end', connected(facts)]
  }
  if (seen.relay !== null) {
    const words = `expected ${oracle.expected} (${oracle.why}); through a socket of ${seen.relay} that served these two alone${but}`
    return [oracle.expected === 'end-to-end' || but !== '' ? 'failed' : 'success', 'relayed', words]
  }
  if (seen.ipv6)
    return ['unwitnessed', 'unwitnessed', 'unwitnessed: IPv6 packets came that no measured address tells of']
  // In a mesh each node talks to each: what a relay passed on is not told from what it said itself.
  const relayed = claims.filter((c) => c.says === 'connected' && c.method === 'relayed' && !c.contradictsItself)
  if (oracle.expected !== 'end-to-end' && failed.length === 0 && relayed.length > 0 && seen.between.length > 0)
    return [
      'unwitnessed',
      'unwitnessed',
      `unwitnessed: said to be relayed, and nothing tells a relay's bytes from what ${seen.between.slice(0, 3).join(', ')} said itself`,
    ]
  return ['failed', 'none', `expected ${oracle.expected} (${oracle.why}), ${missing(facts)}; ${said(claims)}`]
}

/** Its last word: that of its log, else an entry of the registry that calls itself a failure. */
const saysFailed = (c: PairClaim, _: number, all: readonly PairClaim[]): boolean =>
  c.says === 'failed' || (c.contradictsItself && all.every((o) => o.by !== c.by || o.where === c.where))

const connected = ({ seen, planned }: Facts): string =>
  `end to end${planned.oracle.wouldRefuseFirstPacket ? ' through a NAT that refuses strangers' : ''}: ${seen.there.delivered.bytes} bytes one way and ${seen.back.delivered.bytes} the other, for ${seen.bothSeconds} s`

function missing({ seen, use, planned: { pair } }: Facts): string {
  const { there, back } = seen
  if (there.delivered.packets > 0 && back.delivered.packets > 0)
    return `saw ${there.delivered.bytes} bytes one way and ${back.delivered.bytes} the other, for ${seen.bothSeconds} s; a connection has ${use.minBytes} each way, for ${use.sustainedSeconds} s`
  return [wayText(pair, there), wayText({ from: pair.to, to: pair.from }, back)].join('; ')
}

/** `a → b: sent 14, arrived at the box 14, delivered 0`: packets. */
export const wayText = ({ from, to }: Pair, { sent, arrived, delivered }: Way): string =>
  `${from} → ${to}: sent ${sent.packets}${arrived === null ? '' : `, arrived at the box ${arrived.packets}`}, delivered ${delivered.packets}`

const said = (claims: readonly PairClaim[]): string =>
  claims.length === 0 ? 'nobody said anything' : claims.map((c) => `${c.by} said ${wordOf(c)} (${c.where})`).join(', ')

const wordOf = (c: PairClaim): string =>
  c.says === 'failed' ? 'failed' : `${c.method ?? 'connected'}${c.contradictsItself ? ' and failed at once' : ''}`

function findingsOf(
  facts: Facts,
  outcome: SampleOutcome,
  path: ObservedSample['path'],
  id: string,
): readonly Finding[] {
  const { seen, claims, straight, planned } = facts
  const { pair, oracle } = planned
  const finding = (kind: FindingKind, message: string): Finding => ({
    kind,
    message: `${pair.from} ↔ ${pair.to}: ${message}`,
    pair,
    attempts: [id],
  })
  const connects = claims.filter((c) => c.says === 'connected')
  const heard = seen.there.delivered.packets > 0 && seen.back.delivered.packets > 0
  return [
    ...(path === 'none' && connects.length > 0
      ? [
          finding(
            'claim-without-delivery',
            `${connects.map((c) => `${c.by} said ${wordOf(c)} (${c.where})`).join(', ')}; refuted: ${heard ? missing(facts) : numbers(pair, seen)}`,
          ),
        ]
      : []),
    ...(straight && claims.some(saysFailed)
      ? [finding('delivery-without-claim', `${said(claims)}; ${connected(facts)}`)]
      : []),
    ...(outcome === 'success' && connects.length === 0 && facts.claimsRead
      ? [
          finding(
            'silent-success',
            `nobody said so, and it works: ${path === 'relayed' ? 'relayed' : connected(facts)}`,
          ),
        ]
      : []),
    ...(straight && connects.some((c) => c.method === 'relayed')
      ? [finding('method-mislabelled', `${said(claims)}; the counters show end-to-end`)]
      : []),
    ...(straight && oracle.expected === 'relayed' && seen.translated >= facts.use.minBytes
      ? [contradiction({ pair, id }, oracle)]
      : []),
  ]
}

const numbers = (pair: Pair, { there, back }: PairSeen): string =>
  `${wayText(pair, there)}; ${wayText({ from: pair.to, to: pair.from }, back)}`
