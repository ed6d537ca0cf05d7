/** The NATs a lab can build: named values, one line each on what they model, and the nft ruleset of each (RFC 4787). */
import { assertNever } from '../domain/failure.ts'

export const boxKinds = {
  'full-cone': 'EIM + EIF: one external port per socket, open to everybody once used (RFC 4787 §4.1, §5)',
  'address-restricted': 'EIM + ADF: the same port for everybody, open to addresses that were written to',
  'port-restricted':
    'EIM + APDF: the same port for everybody, open to endpoints that were written to; the usual home router',
  symmetric: 'APDM + APDF: a fresh random port for every destination; enterprise and mobile carriers',
  'plain-masquerade':
    'EIM + APDF until an unsolicited packet comes, then another port: the clash of routers without an input drop, as in many container set-ups',
} as const
export type BoxKind = keyof typeof boxKinds

/** RFC 4787 REQ-5: a UDP mapping lives at least two minutes. */
const REQ5_SECONDS = 120
export const mappingSeconds = (factor: number): number => Math.max(1, Math.round(REQ5_SECONDS / factor))

export interface BoxFacts {
  readonly kind: BoxKind
  /** The box's address on `wan`. */
  readonly outside: string
  /** The node's address on `lan`; tcp/22 of the box is forwarded there, so that one address form reaches every node. */
  readonly inside: string
  readonly mappingSeconds: number
}

/** Text for `nft -f -` inside the box. */
export function natRuleset(box: BoxFacts): string {
  return [
    'table ip lab {',
    ...memory(box).flatMap((line) => `  ${line}`),
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat; policy accept;',
    `    iifname "wan" ip daddr ${box.outside} tcp dport 22 dnat to ${box.inside}:22`,
    ...admit(box).map((rule) => `    ${rule}`),
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    `    oifname "wan" meta l4proto { udp, tcp } snat to ${box.outside}${box.kind === 'symmetric' ? ' random,fully-random' : ''}`,
    `    oifname "wan" snat to ${box.outside}`,
    '  }',
    ...learn(box).map((line) => `  ${line}`),
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    '    iifname "wan" ct state established,related accept',
    '    iifname "wan" ct status dnat accept',
    '    iifname "wan" drop',
    '  }',
    ...input(box).map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n')
}

/** What the box remembers about outgoing packets; keyed by the external port, hence exact when a port was remapped. */
function memory(box: BoxFacts): string[] {
  const set = (head: string, type: string): string[] => [
    `${head} {`,
    `  type ${type}`,
    '  flags dynamic,timeout',
    `  timeout ${box.mappingSeconds}s`,
    '  size 65536',
    '}',
  ]
  const eim = set('map eim', 'inet_service : ipv4_addr . inet_service')
  switch (box.kind) {
    case 'full-cone':
      return eim
    case 'address-restricted':
      return [...eim, ...set('set peers', 'inet_service . ipv4_addr')]
    case 'port-restricted':
    case 'symmetric':
    case 'plain-masquerade':
      return []
    default:
      return assertNever(box.kind)
  }
}

/** Who may come in without having been answered: filtering wider than conntrack's own. */
function admit(box: BoxFacts): string[] {
  const to = `iifname "wan" ip daddr ${box.outside}`
  if (box.kind === 'full-cone') return [`${to} meta l4proto udp dnat ip to udp dport map @eim`]
  if (box.kind === 'address-restricted') return [`${to} udp dport . ip saddr @peers dnat ip to udp dport map @eim`]
  return []
}

/**
 * A filter chain after source NAT: sees the true external port of every packet, and each packet refreshes its mapping
 * (RFC 4787 REQ-6).
 */
function learn(box: BoxFacts): string[] {
  if (box.kind !== 'full-cone' && box.kind !== 'address-restricted') return []
  const udp = 'oifname "wan" meta l4proto udp'
  const live = `timeout ${box.mappingSeconds}s`
  return [
    'chain learn {',
    '  type filter hook postrouting priority srcnat + 10; policy accept;',
    `  ${udp} ct direction original update @eim { udp sport ${live} : ct original ip saddr . ct original proto-src }`,
    `  ${udp} ct direction reply update @eim { udp sport ${live} : ct reply ip saddr . ct reply proto-src }`,
    ...(box.kind === 'address-restricted' ? [`  ${udp} update @peers { udp sport . ip daddr ${live} }`] : []),
    '}',
  ]
}

/**
 * The important half of a cone: an unsolicited packet must die *before* it is delivered locally. Delivered, it confirms
 * a
 * conntrack entry that occupies (remote, wan:port), and the node's own later flow to that remote gets another port.
 */
function input(box: BoxFacts): string[] {
  if (box.kind === 'plain-masquerade') return []
  return [
    'chain input {',
    '  type filter hook input priority filter; policy accept;',
    '  iifname "wan" ct state established,related accept',
    '  iifname "wan" icmp type echo-request accept',
    '  iifname "wan" drop',
    '}',
  ]
}
