/** Causes that are the network's: what it does not carry, one way alone, too slowly, or through another NAT than before. */
import { lookFurther } from '../look.ts'
import type { Symptoms } from '../symptoms.ts'
import {
  leastShare,
  findingsNamed,
  hindering,
  inVerdict,
  ofSubject,
  rests,
  type CauseRow,
  type Recognised,
} from './row.ts'

const lookAtNodes: CauseRow['look'] = ({ on }) => lookFurther.nodes(on)

/** What our own prober did not get through, and the attempts that do not count because of it. */
const obstacle =
  (pattern: RegExp, among: (messages: readonly string[], message: string) => boolean = () => true) =>
  (s: Symptoms): Recognised | null => {
    const all = findingsNamed(s, 'network-obstacle').map((f) => f.message)
    const found = all.filter((m) => pattern.test(m) && among(all, m))
    const kept = s.hindered.filter((f) => found.some((m) => f.sentence.includes(m)))
    return rests(
      [...found.map(inVerdict), ...kept.map(ofSubject)],
      hindering(s, (0.98 * kept.length) / Math.max(1, s.hindered.length)),
    )
  }

const unsent = /^no UDP of ours passes (\S+) → (\S+)$/
const backToo = (all: readonly string[], message: string): boolean => {
  const [, from = '', to = ''] = unsent.exec(message) ?? []
  return all.includes(`no UDP of ours passes ${to} → ${from}`)
}

const hinderedBy =
  (pattern: RegExp) =>
  (s: Symptoms): Recognised | null => {
    const found = s.hindered.filter((f) => pattern.test(f.sentence))
    return rests(found.map(ofSubject), hindering(s, (0.95 * found.length) / Math.max(1, s.hindered.length)))
  }

export const networkCauses: readonly CauseRow[] = [
  {
    id: 'fragments-lost',
    what: 'the network drops fragments, which the program needs',
    owner: 'infra',
    seen: obstacle(/fragments are dropped$/),
    look: lookAtNodes,
  },
  {
    id: 'large-lost',
    what: 'the network drops datagrams of the size that the program needs, and carries smaller ones',
    owner: 'infra',
    seen: obstacle(/-byte datagrams do not pass .* and smaller ones do$/),
    look: lookAtNodes,
  },
  {
    id: 'one-way-network',
    what: 'the network carries UDP one way only',
    owner: 'infra',
    seen: obstacle(unsent, (all, m) => !backToo(all, m)),
    look: lookAtNodes,
  },
  {
    id: 'no-udp',
    what: 'the network carries no UDP between nodes',
    owner: 'infra',
    seen: obstacle(unsent, backToo),
    look: lookAtNodes,
  },
  {
    id: 'port-shut',
    what: 'the port of the service is not reached, another port of the same node is',
    owner: 'infra',
    seen: obstacle(/^udp \d+ of .* is not reached from/),
    look: lookAtNodes,
  },
  {
    id: 'no-ipv6',
    what: 'a node lacks the address family that the program needs',
    owner: 'infra',
    seen: obstacle(/has no IPv6 address$/),
    look: lookAtNodes,
  },
  {
    id: 'outage',
    what: 'the network of a node carried nothing for a while',
    owner: 'infra',
    seen: hinderedBy(/of our own prober to .* were not answered/),
    look: lookAtNodes,
  },
  {
    id: 'slow-link',
    what: 'a link is slower than what is asked of the program',
    owner: 'infra',
    seen: hinderedBy(/the (?:bare )?link (?:itself )?(?:carried|reached|carries)/),
    look: lookAtNodes,
  },
  {
    id: 'nat-changed',
    what: 'a NAT is another than it was, or moves its mappings',
    owner: 'infra',
    seen: (s) => {
      const found = findingsNamed(s, 'nat-changed', 'unstable-nat')
      const since = s.since.filter((t) => t.startsWith('the NAT of '))
      const named = found.some((f) => s.reasons.some((r) => r.text.startsWith(f.message)))
      return rests(
        [...found.map((f) => f.message), ...since].map(inVerdict),
        s.failing.length > 0 ? (since.length > 0 ? 0.3 : leastShare) : named ? 0.95 : 0.4,
      )
    },
    look: lookAtNodes,
  },
  {
    id: 'nat-mislabelled',
    what: 'a NAT is not of the type that the fleet file says',
    owner: 'infra',
    seen: (s) =>
      rests(
        findingsNamed(s, 'mislabelled-nat').map((f) => inVerdict(f.message)),
        s.failing.length > 0 || s.hindered.length > 0 ? leastShare : 0.9,
      ),
    look: lookAtNodes,
  },
  {
    id: 'one-place',
    what: 'what fails has one provider or region in common: its network, or what the nodes there have alone',
    owner: 'infra',
    seen: ({ common, shared, failing }) => {
      const place = common.filter((c) => (c.by === 'provider' || c.by === 'region') && c.always)
      return place.length === 0 || failing.length < 3 || common.some((c) => c.by === 'node')
        ? null
        : rests(shared.filter((t) => place.some((c) => t.includes(c.value))).map(inVerdict), 0.4)
    },
    look: lookAtNodes,
  },
]
