/** Causes in what the program does: which pairs fail, in which way, and what they have in common. */
import { lookFurther } from '../look.ts'
import type { Symptoms } from '../symptoms.ts'
import { findingsNamed, inLedger, inVerdict, ofSubject, rests, saying, type CauseRow } from './row.ts'

const inLogsOf: CauseRow['look'] = ({ on }) => lookFurther.logs(on)
const again: CauseRow['look'] = ({ on }) => lookFurther.repeat(on)

const times = ({ failing }: Symptoms): number => failing.reduce((n, f) => n + f.times, 0)
const sharing = ({ shared }: Symptoms, of: string): readonly string[] => shared.filter((t) => t.includes(of))

/** Of what all failures have in common; what the node itself told says more. */
export const behaviourCauses: readonly CauseRow[] = [
  {
    id: 'not-recorded',
    what: 'what arrived was not written down by its receiver',
    owner: 'product',
    seen: saying(/record is missing|did not keep the payload/, 0.94),
    look: inLogsOf,
  },
  {
    id: 'changed-on-the-way',
    what: 'what the receiver has is not what was sent',
    owner: 'product',
    seen: saying(
      /wrong hash|misses \d+ parts|record has \d+ of|receiver kept|is of another nonce|is not the payload/,
      0.94,
    ),
    look: again,
  },
  {
    id: 'denied',
    what: 'the program says that it failed where the payload was delivered',
    owner: 'product',
    seen: saying(/but the program claimed failure/, 0.93),
    look: again,
  },
  {
    id: 'by-relay',
    what: 'what should go end to end goes by relay: the way between the NATs is not opened',
    owner: 'product',
    seen: saying(/delivered only by relay through/, 0.92),
    look: ({ on }) => lookFurther.nodes(on),
  },
  {
    id: 'not-punched',
    what: "packets stop at the callee's NAT: the way through it is not opened",
    owner: 'product',
    seen: saying(/expected (?:end-to-end|either), .*packets stopped at the callee's NAT/, 0.92),
    look: ({ on }) => lookFurther.nodes(on),
  },
  {
    id: 'no-relay',
    what: 'pairs that need a relay get none',
    owner: 'product',
    seen: saying(/expected relayed, saw nothing delivered/, 0.91),
    look: inLogsOf,
  },
  {
    id: 'too-slow',
    what: 'the program is slower than asked for, over links that carry more',
    owner: 'product',
    seen: saying(/Mbit\/s, less than /, 0.9),
    look: again,
  },
  {
    id: 'claims-refuted',
    what: 'the program says that it connected where nothing was delivered',
    owner: 'product',
    seen: (s) => {
      const found = findingsNamed(s, 'claim-without-delivery', 'untrustworthy-claim')
      const nothing = s.failing.filter((f) => /nothing delivered|delivered 0/.test(f.sentence))
      const share = s.failing.length === 0 ? 0 : Math.max(0.5, nothing.length / s.failing.length)
      return s.failing.length === 0
        ? null
        : rests(
            found.map((f) => inVerdict(f.message)),
            0.9 * share,
          )
    },
    look: again,
  },
  {
    id: 'connection-lost',
    what: 'connections that were kept open are lost',
    owner: 'product',
    seen: saying(/connection lost: /, 0.9),
    look: inLogsOf,
  },
  {
    id: 'messages-lost',
    what: 'messages are sent and not received, or on another channel',
    owner: 'product',
    seen: saying(/not in the record of |recorded on channel |told to send it and did not/, 0.9),
    look: inLogsOf,
  },
  {
    id: 'own-check',
    what: "a check of the project's own fails",
    owner: 'product',
    seen: ({ failing }) => {
      const own = failing.filter((f) => f.suite === 'command')
      return rests(own.map(ofSubject), (0.9 * own.length) / Math.max(1, failing.length))
    },
    look: inLogsOf,
  },
  {
    id: 'one-node',
    what: 'one node has what the others do not: its program, or what it runs on',
    owner: 'product',
    seen: (s) => {
      const nodes = s.common.filter((c) => c.by === 'node')
      return rests(
        nodes.flatMap((c) => sharing(s, c.value)).map(inVerdict),
        0.8,
        nodes[0] === undefined
          ? {}
          : { node: nodes[0].value, what: `what fails has ${nodes[0].value} ${nodes[0].what}` },
      )
    },
    look: ({ on }, node) => (node === undefined ? lookFurther.logs(on) : lookFurther.node(on, node)),
  },
  {
    id: 'one-nat',
    what: 'one type of NAT is not got through',
    owner: 'product',
    seen: (s) => {
      const nats = s.common.filter((c) => c.by === 'nat' && c.always)
      return rests(
        nats.flatMap((c) => sharing(s, c.value)).map(inVerdict),
        0.78,
        nats[0] === undefined ? {} : { what: `NAT type ${nats[0].value} is not got through` },
      )
    },
    look: ({ on }) => lookFurther.nodes(on),
  },
  {
    id: 'nothing-works',
    what: 'no attempt succeeds: what all of them use is broken',
    owner: 'product',
    seen: (s) =>
      times(s) > 1 && times(s) === s.counted
        ? rests(
            [inVerdict(`${times(s)} of ${s.counted} attempts failed`), ...s.failing.slice(0, 3).map(ofSubject)],
            0.75,
          )
        : null,
    look: inLogsOf,
  },
  {
    id: 'one-class',
    what: 'one way of connecting does not work, the others do',
    owner: 'product',
    seen: (s) => {
      const groups = s.common.filter((c) => c.by === 'group')
      return s.counted > times(s)
        ? rests(
            groups.flatMap((c) => sharing(s, c.value)).map(inVerdict),
            0.7,
            groups[0] === undefined ? {} : { what: `what fails is all of ${groups[0].value}, the rest works` },
          )
        : null
    },
    look: again,
  },
  {
    id: 'one-direction',
    what: 'pairs fail one way and succeed the other way round',
    owner: 'product',
    seen: (s) =>
      s.common.some((c) => c.by === 'direction') ? rests(sharing(s, 'the other way round').map(inVerdict), 0.6) : null,
    look: again,
  },
  {
    id: 'unknown',
    what: 'nothing here explains it',
    owner: 'product',
    // What counted and failed is the program's, whatever else was odd.
    seen: ({ why, failing }) =>
      rests([...failing.slice(0, 3).map(ofSubject), inLedger(why)], failing.length > 0 ? 0.2 : 0.05),
    look: inLogsOf,
  },
]
