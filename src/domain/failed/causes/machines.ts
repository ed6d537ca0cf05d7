/** Causes that are a machine's: its port, disk, memory, clock, kernel, names, or that it is not there. */
import { causeOf } from '../../diagnosis.ts'
import { killedItself } from '../../post-mortem/killed.ts'
import { failureRow } from '../../failures/failures.ts'
import { look } from '../look.ts'
import type { Symptoms } from '../symptoms.ts'
import {
  at,
  besides,
  findingsOf,
  hindering,
  inLedger,
  inVerdict,
  rests,
  shareOf,
  told,
  wordsOf,
  type CauseRow,
  type Recognised,
} from './row.ts'

const onNode: CauseRow['look'] = ({ on }, node) => (node === undefined ? look.nodes(on) : look.node(on, node))

/** What a node was left out for, or what one told afterwards, by the codes of failures. */
const byCode =
  (...codes: readonly string[]) =>
  (s: Symptoms): Recognised | null => {
    const out = s.leftOut.filter((l) => l.code !== null && codes.includes(l.code))
    const asked = s.nodes.flatMap((n) => {
      const cause = n.found === null ? null : causeOf(n.found)
      return cause !== null && codes.includes(cause.code) ? [{ n, cause }] : []
    })
    const own = s.code !== null && codes.includes(s.code) ? [inLedger(`${s.code}: ${s.why}`)] : []
    const nodes = [...out.map((l) => l.node), ...asked.map(({ n }) => n.node)]
    const share = own.length > 0 ? 1 : shareOf(s, nodes)
    return rests(
      [
        ...own,
        ...out.map((l) => inLedger(`${l.node}: ${l.code} ${l.why}`)),
        ...asked.map(({ n, cause }) => at(n.file, `${n.node}: ${cause.why}`)),
      ],
      s.stage === 'TEST' ? hindering(s, 0.98 * share) : 0.98 * share,
      nodes[0] === undefined ? {} : { node: nodes[0] },
    )
  }

const known = {
  port: ['I154'],
  disk: ['I150'],
  mount: ['I157', 'I158'],
  firewall: ['I159'],
  container: ['I160', 'I161'],
  binary: ['I140'],
  memory: ['I163'],
  trust: ['T010', 'T011'],
  held: ['B010', 'B011'],
} as const
const named = new Set<string>(Object.values(known).flat())
const transport = (code: string | null): boolean => failureRow(code)?.kind === 'transport' && !named.has(code ?? '')

export const machineCauses: readonly CauseRow[] = [
  {
    id: 'port-taken',
    what: 'another process has the port of the service',
    owner: 'infra',
    seen: byCode(...known.port),
    look: onNode,
  },
  {
    id: 'disk-full',
    what: 'a node has no space left, and not by the program',
    owner: 'infra',
    seen: byCode(...known.disk),
    look: onNode,
  },
  {
    id: 'not-mounted-for-it',
    what: "a node's file system is read-only, or allows no execution",
    owner: 'infra',
    seen: byCode(...known.mount),
    look: onNode,
  },
  {
    id: 'firewall',
    what: "a node's own firewall drops the port of the service",
    owner: 'infra',
    seen: byCode(...known.firewall),
    look: onNode,
  },
  {
    id: 'container',
    what: 'the container or namespace of a service is not there, or another one by now',
    owner: 'infra',
    seen: byCode(...known.container),
    look: onNode,
  },
  {
    id: 'another-machine',
    what: 'the binary is not made for a machine of the fleet (processor, C library)',
    owner: 'infra',
    seen: byCode(...known.binary),
    look: onNode,
  },
  {
    id: 'library-missing',
    what: 'a library that the program is linked with is not on the node',
    owner: 'infra',
    seen: (s) =>
      told(s, 0.99, (n) =>
        wordsOf(n).filter((l) => /error while loading shared libraries|version `?GLIBC\w*_[\d.]+'? not found/.test(l)),
      ),
    look: onNode,
  },
  {
    id: 'host-key',
    what: 'a host key is not the one that is pinned: another machine answers, or it was set up anew',
    owner: 'infra',
    seen: byCode(...known.trust),
    look: ({ on }, node) => (node === undefined ? look.nodes(on) : look.trust(on, node)),
  },
  {
    id: 'held',
    what: 'another session holds the nodes',
    owner: 'infra',
    seen: byCode(...known.held),
    look: ({ on }) => look.leases(on),
  },
  {
    id: 'unreachable',
    what: 'a node cannot be reached, or its connection breaks',
    owner: 'infra',
    seen: (s) => {
      const out = s.leftOut.filter((l) => transport(l.code))
      const silent = s.nodes.filter((n) => n.silent !== null && out.every((l) => l.node !== n.node))
      const nodes = [...out, ...silent].map((n) => n.node)
      const lines = [
        ...out.map((l) => inLedger(`${l.node}: ${l.code} ${l.why}`)),
        ...silent.map((n) => at(n.file, `${n.node}: ${n.silent}`)),
      ]
      const share = 0.97 * shareOf(s, nodes)
      return rests(lines, s.stage === 'TEST' ? hindering(s, share) : share, { ...(nodes[0] && { node: nodes[0] }) })
    },
    look: ({ on }) => look.nodes(on),
  },
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
      const killed = byCode(...known.memory)(s)
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
  {
    id: 'machine',
    what: 'a machine keeps the program from running',
    owner: 'infra',
    seen: (s) => {
      const left = s.leftOut.filter((l) => !named.has(l.code ?? '') && failureRow(l.code)?.kind === 'infra')
      const share = left.length / Math.max(1, s.leftOut.length)
      return rests(
        left.map((l) => inLedger(`${l.node}: ${l.code} ${l.why}`)),
        s.stage === 'TEST' ? hindering(s, 0.8 * share) : 0.9 * share,
        left[0] === undefined ? {} : { node: left[0].node },
      )
    },
    look: onNode,
  },
  {
    id: 'nodes-left-out',
    what: 'nodes were left out',
    owner: 'infra',
    seen: ({ stage, leftOut, failing, hindered }) =>
      stage === 'TEST'
        ? rests(
            leftOut.map((l) => inLedger(`${l.node}: ${l.why}`)),
            failing.length === 0 && hindered.length === 0 ? 0.5 : besides,
            leftOut[0] === undefined ? {} : { node: leftOut[0].node },
          )
        : null,
    look: ({ on }) => look.nodes(on),
  },
]
