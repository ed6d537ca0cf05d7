/** Causes that are a machine's: its port, disk, memory, clock, kernel, names, or that it is not there. */
import { failureRow } from '../../failures/failures.ts'
import { lookFurther } from '../look.ts'
import { byCode, lookOnNode } from './by-code.ts'
import {
  at,
  leastShare,
  hindering,
  inLedger,
  rests,
  shareTouching,
  toldByNodes,
  wordsOf,
  type CauseRow,
} from './row.ts'

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

export const causesOfMachines: readonly CauseRow[] = [
  {
    id: 'port-taken',
    what: 'another process has the port of the service',
    owner: 'infra',
    seen: byCode(...known.port),
    look: lookOnNode,
  },
  {
    id: 'disk-full',
    what: 'a node has no space left, and not by the program',
    owner: 'infra',
    seen: byCode(...known.disk),
    look: lookOnNode,
  },
  {
    id: 'not-mounted-for-it',
    what: "a node's file system is read-only, or allows no execution",
    owner: 'infra',
    seen: byCode(...known.mount),
    look: lookOnNode,
  },
  {
    id: 'firewall',
    what: "a node's own firewall drops the port of the service",
    owner: 'infra',
    seen: byCode(...known.firewall),
    look: lookOnNode,
  },
  {
    id: 'container',
    what: 'the container or namespace of a service is not there, or another one by now',
    owner: 'infra',
    seen: byCode(...known.container),
    look: lookOnNode,
  },
  {
    id: 'another-machine',
    what: 'the binary is not made for a machine of the fleet (processor, C library)',
    owner: 'infra',
    seen: byCode(...known.binary),
    look: lookOnNode,
  },
  {
    id: 'library-missing',
    what: 'a library that the program is linked with is not on the node',
    owner: 'infra',
    seen: (s) =>
      toldByNodes(s, 0.99, (n) =>
        wordsOf(n).filter((l) => /error while loading shared libraries|version `?GLIBC\w*_[\d.]+'? not found/.test(l)),
      ),
    look: lookOnNode,
  },
  {
    id: 'host-key',
    what: 'a host key is not the one that is pinned: another machine answers, or it was set up anew',
    owner: 'infra',
    seen: byCode(...known.trust),
    look: ({ on }, node) => (node === undefined ? lookFurther.nodes(on) : lookFurther.trust(on, node)),
  },
  {
    id: 'held',
    what: 'another session holds the nodes',
    owner: 'infra',
    seen: byCode(...known.held),
    look: ({ on }) => lookFurther.leases(on),
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
      const share = 0.97 * shareTouching(s, nodes)
      return rests(lines, s.stage === 'TEST' ? hindering(s, share) : share, { ...(nodes[0] && { node: nodes[0] }) })
    },
    look: ({ on }) => lookFurther.nodes(on),
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
    look: lookOnNode,
  },
  {
    id: 'nodes-left-out',
    what: 'nodes were left out',
    owner: 'infra',
    seen: ({ stage, leftOut, failing, hindered }) =>
      stage === 'TEST'
        ? rests(
            leftOut.map((l) => inLedger(`${l.node}: ${l.why}`)),
            failing.length === 0 && hindered.length === 0 ? 0.5 : leastShare,
            leftOut[0] === undefined ? {} : { node: leftOut[0].node },
          )
        : null,
    look: ({ on }) => lookFurther.nodes(on),
  },
]
