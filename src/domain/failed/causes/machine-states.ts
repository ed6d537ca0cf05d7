/** Causes that are the state of a machine: memory, connection tracking, names, the way out, clock, load, or a hand from outside. */
import { killedItself } from '../../post-mortem/killed.ts'
import { look } from '../look.ts'
import { byCode, onNode } from './by-code.ts'
import { besides, findingsOf, inLedger, inVerdict, rests, shareOf, told, wordsOf, type CauseRow } from './row.ts'

export const machineStateCauses: readonly CauseRow[] = [
  {
    id: 'conntrack-full',
    what: "a kernel's connection tracking is full: it drops new flows",
    owner: 'infra',
    seen: (s) =>
      told(s, 0.99, ({ found: { machine } }) => [
        ...(machine.kernel ?? []).filter((l) => /nf_conntrack: .*table full/.test(l)),
        ...(machine.conntrack !== null && machine.conntrack.count >= 0.95 * machine.conntrack.most
          ? [`${machine.conntrack.count} of ${machine.conntrack.most} tracked flows`]
          : []),
      ]),
    look: onNode,
  },
  {
    id: 'memory-short',
    what: 'a node has no memory left, and not by the program',
    owner: 'infra',
    seen: (s) => {
      const killed = byCode('I163')(s)
      const there = told(s, 0.96, ({ found: { machine, unit } }) => {
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
    look: onNode,
  },
  {
    id: 'name-unknown',
    what: 'a host name that the program needs does not resolve on the node',
    owner: 'infra',
    seen: (s) => {
      const words = /failed to lookup address|Name or service not known|Temporary failure in name resolution|ENOTFOUND/
      const out = s.leftOut.filter((l) => words.test(l.why))
      const own = words.test(s.why) ? [inLedger(s.why)] : []
      const there = told(s, 0.97, (n) => [
        ...n.found.machine.unknownNames.map((name) => `${name} does not resolve`),
        ...wordsOf(n).filter((l) => words.test(l)),
      ])
      const lines = [...own, ...out.map((l) => inLedger(`${l.node}: ${l.why}`)), ...(there?.evidence ?? [])]
      const share = Math.max(
        own.length,
        0.98 *
          shareOf(
            s,
            out.map((l) => l.node),
          ),
        there?.explains ?? 0,
      )
      const node = out[0]?.node ?? there?.node
      return rests(lines, share, node === undefined ? {} : { node })
    },
    look: onNode,
  },
  {
    id: 'no-route',
    what: 'a node has no way out: no default route',
    owner: 'infra',
    seen: (s) =>
      told(s, 0.97, (n) => [
        ...(n.found.machine.route === false ? ['no default route'] : []),
        ...wordsOf(n).filter((l) => /Network is unreachable/.test(l)),
      ]),
    look: onNode,
  },
  {
    id: 'clock',
    what: 'a clock is wrong or moved',
    owner: 'infra',
    seen: (s) => {
      const found = findingsOf(s, 'skewed-clock', 'clock-jump')
      const named = found.some((f) => [s.why, ...s.reasons.map((r) => r.text)].includes(f.message))
      const nothing = s.failing.length === 0 && s.hindered.length === 0
      return rests(
        found.map((f) => inVerdict(f.message)),
        named ? 0.9 : nothing ? 0.4 : besides,
        found[0]?.node == null ? {} : { node: found[0].node },
      )
    },
    look: ({ on }) => look.nodes(on),
  },
  {
    id: 'changed-from-outside',
    what: 'somebody changed a node meanwhile: rebooted it, restarted the service, or put another program there',
    owner: 'infra',
    seen: (s) => {
      const found = findingsOf(s, 'rebooted', 'container-restarted', 'another-program', 'wrong-binary', 'unit-changed')
      const restarted = findingsOf(s, 'restarted').filter((f) => /was restarted by somebody/.test(f.message))
      const all = [...found, ...restarted]
      const nodes = all.flatMap((f) => (f.node === null ? [] : [f.node]))
      const share = shareOf(s, nodes)
      const plain = all.some((f) => s.reasons.some((r) => r.text.includes(f.message)))
      return rests(
        all.map((f) => inVerdict(f.message)),
        s.failing.length > 0 ? Math.max(besides, 0.85 * share) : plain ? 0.97 : 0.6 * share,
        nodes[0] === undefined ? {} : { node: nodes[0] },
      )
    },
    look: onNode,
  },
  {
    id: 'overloaded',
    what: 'a node has far more to do than its processors can',
    owner: 'infra',
    seen: (s) => {
      const seen = told(s, 0, ({ found: { machine } }) =>
        machine.load !== null && machine.load > 16 ? [`load ${machine.load.toFixed(1)} for each processor`] : [],
      )
      return seen === null ? null : { ...seen, explains: besides }
    },
    look: ({ on }) => look.nodes(on),
  },
]
