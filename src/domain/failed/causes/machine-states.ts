/** Causes that are the state of a machine: memory, connection tracking, names, the way out, clock, load, or a hand from outside. */
import { killedItself } from '../../post-mortem/killed.ts'
import { lookFurther } from '../look.ts'
import { byCode, lookOnNode } from './by-code.ts'
import {
  leastShare,
  findingsNamed,
  inLedger,
  inVerdict,
  rests,
  shareTouching,
  toldByNodes,
  wordsOf,
  type CauseRow,
} from './row.ts'

export const machineStateCauses: readonly CauseRow[] = [
  {
    id: 'conntrack-full',
    what: "a kernel's connection tracking is full: it drops new flows",
    owner: 'infra',
    seen: (s) =>
      toldByNodes(s, 0.99, ({ found: { machine } }) => [
        ...(machine.kernel ?? []).filter((l) => /nf_conntrack: .*table full/.test(l)),
        ...(machine.conntrack !== null && machine.conntrack.count >= 0.95 * machine.conntrack.most
          ? [`${machine.conntrack.count} of ${machine.conntrack.most} tracked flows`]
          : []),
      ]),
    look: lookOnNode,
  },
  {
    id: 'memory-short',
    what: 'a node has no memory left, and not by the program',
    owner: 'infra',
    seen: (s) => {
      const killed = byCode('I163')(s)
      const there = toldByNodes(s, 0.96, ({ found: { machine, unit } }) => {
        const { memory, kernel } = machine
        const others = (kernel ?? []).filter((l) => /Killed process \d+ \(/.test(l) && !killedItself(l, unit, memory))
        return [
          ...others,
          ...(memory !== null && memory.availableKiB < memory.totalKiB * 0.02
            ? [`${memory.availableKiB} KiB of ${memory.totalKiB} are available`]
            : []),
        ]
      })
      const node = killed?.node ?? there?.node
      return rests(
        [...(killed?.evidence ?? []), ...(there?.evidence ?? [])],
        Math.max(killed?.explains ?? 0, there?.explains ?? 0),
        node === undefined ? {} : { node },
      )
    },
    look: lookOnNode,
  },
  {
    id: 'name-unknown',
    what: 'a host name that the program needs does not resolve on the node',
    owner: 'infra',
    seen: (s) => {
      const words = /failed to lookup address|Name or service not known|Temporary failure in name resolution|ENOTFOUND/
      const out = s.leftOut.filter((l) => words.test(l.why))
      const own = words.test(s.why) ? [inLedger(s.why)] : []
      const there = toldByNodes(s, 0.97, (n) => [
        ...n.found.machine.unknownNames.map((name) => `${name} does not resolve`),
        ...wordsOf(n).filter((l) => words.test(l)),
      ])
      const lines = [...own, ...out.map((l) => inLedger(`${l.node}: ${l.why}`)), ...(there?.evidence ?? [])]
      const share = Math.max(
        own.length,
        0.98 *
          shareTouching(
            s,
            out.map((l) => l.node),
          ),
        there?.explains ?? 0,
      )
      const node = out[0]?.node ?? there?.node
      return rests(lines, share, node === undefined ? {} : { node })
    },
    look: lookOnNode,
  },
  {
    id: 'no-route',
    what: 'a node has no way out: no default route',
    owner: 'infra',
    seen: (s) =>
      toldByNodes(s, 0.97, (n) => [
        ...(n.found.machine.route === false ? ['no default route'] : []),
        ...wordsOf(n).filter((l) => /Network is unreachable/.test(l)),
      ]),
    look: lookOnNode,
  },
  {
    id: 'clock',
    what: 'a clock is wrong or moved',
    owner: 'infra',
    seen: (s) => {
      const found = findingsNamed(s, 'skewed-clock', 'clock-jump')
      const named = found.some((f) => [s.why, ...s.reasons.map((r) => r.text)].includes(f.message))
      const nothing = s.failing.length === 0 && s.hindered.length === 0
      return rests(
        found.map((f) => inVerdict(f.message)),
        named ? 0.9 : nothing ? 0.4 : leastShare,
        found[0]?.node == null ? {} : { node: found[0].node },
      )
    },
    look: ({ on }) => lookFurther.nodes(on),
  },
  {
    id: 'changed-from-outside',
    what: 'somebody changed a node meanwhile: rebooted it, restarted the service, or put another program there',
    owner: 'infra',
    seen: (s) => {
      const found = findingsNamed(
        s,
        'rebooted',
        'container-restarted',
        'another-program',
        'wrong-binary',
        'unit-changed',
      )
      const restarted = findingsNamed(s, 'restarted').filter((f) => /was restarted by somebody/.test(f.message))
      const all = [...found, ...restarted]
      const nodes = all.flatMap((f) => (f.node === null ? [] : [f.node]))
      const share = shareTouching(s, nodes)
      const plain = all.some((f) => s.reasons.some((r) => r.text.includes(f.message)))
      return rests(
        all.map((f) => inVerdict(f.message)),
        s.failing.length > 0 ? Math.max(leastShare, 0.85 * share) : plain ? 0.97 : 0.6 * share,
        nodes[0] === undefined ? {} : { node: nodes[0] },
      )
    },
    look: lookOnNode,
  },
  {
    id: 'overloaded',
    what: 'a node has far more to do than its processors can',
    owner: 'infra',
    seen: (s) => {
      const seen = toldByNodes(s, 0, ({ found: { machine } }) =>
        machine.load !== null && machine.load > 16 ? [`load ${machine.load.toFixed(1)} for each processor`] : [],
      )
      return seen === null ? null : { ...seen, explains: leastShare }
    },
    look: ({ on }) => lookFurther.nodes(on),
  },
]
