/** The NATs a lab can build: named values, one line each on what they model, and the nft ruleset of each (RFC 4787). */
import { assertNever } from '../domain/failure.ts'

export const boxKinds = {
  'full-cone': 'EIM + EIF: one external port per socket, open to everybody once used (RFC 4787 §4.1, §5)',
  'address-restricted': 'EIM + ADF: the same port for everybody, open to addresses that were written to',
  'port-restricted':
    'EIM + APDF: the same port for everybody, open to endpoints that were written to; the usual home router',
  symmetric: 'APDM + APDF: a fresh random port for every destination; enterprise and mobile carriers',
  'symmetric-seeded': 'APDM + APDF: a port for every destination that follows from the seed, the same in every run',
  'symmetric-sequential': 'APDM + APDF: the next port for every destination, which others can predict',
  'address-dependent': 'ADM + APDF: one port for all ports of an address, another for the next address',
  'plain-masquerade':
    'EIM + APDF until an unsolicited packet comes, then another port: the clash of routers without an input drop, as in many container set-ups',
} as const
export type BoxKind = keyof typeof boxKinds

/** RFC 4787 REQ-5: a UDP mapping lives at least two minutes. */
const REQ5_SECONDS = 120
export const mappingSeconds = (factor: number): number => Math.max(1, Math.round(REQ5_SECONDS / factor))

/** Settings of connection tracking, which belong to the namespace of the box. */
export const conntrackTimes = (seconds: number): string[] => [
  `net.netfilter.nf_conntrack_udp_timeout=${seconds}`,
  `net.netfilter.nf_conntrack_udp_timeout_stream=${seconds}`,
]

/**
 * `alone`: a box before a machine, whose SSH it forwards. `beside`: in a container, and SSH goes another way. `host`:
 * the machine itself translates for what lives in it.
 */
export type BoxStand = 'alone' | 'beside' | 'host'

export interface BoxFacts {
  readonly kind: BoxKind
  /** The box's address on its outer side. */
  readonly outside: string
  /** The node's address on the inner side; tcp/22 of a box that stands alone is forwarded there. */
  readonly inside: string
  readonly mappingSeconds: number
  readonly stands?: BoxStand
  /** Names of the outer and the inner interface. */
  readonly wan?: string
  readonly lan?: string
  /** The only external ports that there are (RFC 6888: a subscriber's block). */
  readonly ports?: readonly [number, number]
  /** From inside to the own external address (RFC 4787 REQ-9). */
  readonly hairpin?: boolean
  /** Who stands behind it, where that is more than one: each with its SSH address and its block of ports. */
  readonly subscribers?: readonly Subscriber[]
  /** From which a seeded box draws its ports. */
  readonly seed?: number
}

export interface BoxWish {
  readonly hairpin?: boolean
  readonly portRange?: readonly [number, number]
  readonly seed?: number
}

/** What a topology says of a box beside its kind. */
export const wishedOf = (n: BoxWish): Pick<BoxFacts, 'ports' | 'hairpin' | 'seed'> => ({
  ...(n.portRange === undefined ? {} : { ports: n.portRange }),
  ...(n.hairpin === undefined ? {} : { hairpin: n.hairpin }),
  ...(n.seed === undefined ? {} : { seed: n.seed }),
})

export interface Subscriber {
  readonly inside: string
  /** Where SSH for it arrives. */
  readonly reached: string
  readonly ports?: readonly [number, number]
}

/** Text for `nft -f -` inside the box. */
export function natRuleset(facts: BoxFacts): string {
  const box = { wan: 'wan', lan: 'lan', stands: 'alone' as BoxStand, ...facts }
  const wan = `"${box.wan}"`
  // A machine that translates for what lives in it leaves its own packets as they are.
  const from = box.stands === 'host' ? `ip saddr ${lanOf(box)} ` : ''
  return [
    'table ip lab {',
    ...memory(box).flatMap((line) => `  ${line}`),
    '  chain prerouting {',
    '    type nat hook prerouting priority dstnat; policy accept;',
    ...(box.stands === 'alone'
      ? (box.subscribers ?? [{ inside: box.inside, reached: box.outside }]).map(
          ({ inside, reached }) => `    iifname ${wan} ip daddr ${reached} tcp dport 22 dnat to ${inside}:22`,
        )
      : []),
    ...admit(box).map((rule) => `    ${rule}`),
    '  }',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    ...translate(box).map((rule) => `    oifname ${wan} ${from}${rule}`),
    ...(box.hairpin === true
      ? [`    ip saddr ${lanOf(box)} ip daddr ${lanOf(box)} ct status dnat snat to ${box.outside}`]
      : []),
    '  }',
    ...learn(box).map((line) => `  ${line}`),
    '  chain forward {',
    '    type filter hook forward priority filter; policy accept;',
    `    iifname ${wan} ct state established,related accept`,
    `    iifname ${wan} ct status dnat accept`,
    `    iifname ${wan} drop`,
    '  }',
    ...input(box).map((line) => `  ${line}`),
    '}',
    '',
  ].join('\n')
}

type Box = BoxFacts & { readonly wan: string; readonly lan: string; readonly stands: BoxStand }

const lanOf = (box: BoxFacts): string =>
  box.subscribers === undefined ? box.inside.replace(/\d+$/, '0/24') : '100.64.0.0/10'

/** How many ports a box hands out that computes them: enough that two destinations hardly ever share one. */
const computedPorts = 512
const firstComputed = 40_000

/** What follows the outer interface in the rules of source translation. */
function translate(box: Box): string[] {
  const { outside, ports } = box
  const block = ports === undefined ? '' : `:${ports[0]}-${ports[1]}`
  const random = box.kind === 'symmetric' ? ' random,fully-random' : ''
  const first = computed(box)
  return [
    ...(box.subscribers ?? []).flatMap(({ inside, ports: own }) =>
      own === undefined
        ? []
        : [`ip saddr ${inside} meta l4proto { udp, tcp } snat to ${outside}:${own[0]}-${own[1]}${random}`],
    ),
    ...(first === null
      ? [`meta l4proto { udp, tcp } snat to ${outside}${block}${random}`]
      : [
          `meta l4proto udp snat ip to ${outside} : ${first} map { ${portsMap(ports)} }`,
          `meta l4proto tcp snat to ${outside}`,
        ]),
    `snat to ${outside}`,
  ]
}

/** The number that a box computes its port from; null: the kernel chooses it. */
function computed({ kind, seed = 0x5eed, ports }: Box): string | null {
  const size = `mod ${sizeOf(ports)}`
  if (kind === 'symmetric-seeded') return `jhash ip saddr . udp sport . ip daddr . udp dport ${size} seed ${seed}`
  if (kind === 'address-dependent') return `jhash ip saddr . udp sport . ip daddr ${size} seed ${seed}`
  return kind === 'symmetric-sequential' ? `numgen inc ${size}` : null
}

const sizeOf = (ports: BoxFacts['ports']): number =>
  ports === undefined ? computedPorts : Math.min(computedPorts, ports[1] - ports[0] + 1)

/** A map has the ports in the right byte order; a plain offset does not. */
const portsMap = (ports: BoxFacts['ports']): string =>
  Array.from({ length: sizeOf(ports) }, (_, i) => `${i} : ${(ports?.[0] ?? firstComputed) + i}`).join(', ')

/** What the box remembers about outgoing packets; keyed by the external port, hence exact when a port was remapped. */
function memory(box: Box): string[] {
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
    case 'symmetric-seeded':
    case 'symmetric-sequential':
    case 'address-dependent':
    case 'plain-masquerade':
      return box.hairpin === true ? eim : []
    default:
      return assertNever(box.kind)
  }
}

/** Who may come in without having been answered: filtering wider than conntrack's own. */
function admit(box: Box): string[] {
  const to = `iifname "${box.wan}" ip daddr ${box.outside}`
  return [
    ...(box.kind === 'full-cone' ? [`${to} meta l4proto udp dnat ip to udp dport map @eim`] : []),
    ...(box.kind === 'address-restricted' ? [`${to} udp dport . ip saddr @peers dnat ip to udp dport map @eim`] : []),
    ...(box.hairpin === true
      ? [
          `iifname ${box.subscribers === undefined ? `"${box.lan}"` : `!= "${box.wan}"`} ip daddr ${box.outside} meta l4proto udp dnat ip to udp dport map @eim`,
        ]
      : []),
  ]
}

/**
 * A filter chain after source NAT: sees the true external port of every packet, and each packet refreshes its mapping
 * (RFC 4787 REQ-6).
 */
function learn(box: Box): string[] {
  if (memory(box).length === 0) return []
  const udp = `oifname "${box.wan}" meta l4proto udp`
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
function input(box: Box): string[] {
  if (box.kind === 'plain-masquerade') return []
  return [
    'chain input {',
    '  type filter hook input priority filter; policy accept;',
    `  iifname "${box.wan}" ct state established,related accept`,
    `  iifname "${box.wan}" icmp type echo-request accept`,
    ...(box.stands === 'host' ? [`  iifname "${box.wan}" tcp dport 22 accept`] : []),
    `  iifname "${box.wan}" drop`,
    '}',
  ]
}
