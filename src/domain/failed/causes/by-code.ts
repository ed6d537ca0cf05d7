/** Causes by the codes of failures: what a node was left out for, or what one told afterwards. */
import { causeOf } from '../../diagnosis.ts'
import { lookFurther } from '../look.ts'
import type { Symptoms } from '../symptoms.ts'
import { at, hindering, inLedger, rests, shareTouching, type CauseRow, type Recognised } from './row.ts'

export const lookOnNode: CauseRow['look'] = ({ on }, node) =>
  node === undefined ? lookFurther.nodes(on) : lookFurther.node(on, node)

/** What a node was left out for, or what one told afterwards, by the codes of failures. */
export const byCode =
  (...codes: readonly string[]) =>
  (s: Symptoms): Recognised | null => {
    const out = s.leftOut.filter((l) => l.code !== null && codes.includes(l.code))
    const asked = s.nodes.flatMap((n) => {
      const cause = n.found === null ? null : causeOf(n.found)
      return cause !== null && codes.includes(cause.code) ? [{ n, cause }] : []
    })
    const own = s.code !== null && codes.includes(s.code) ? [inLedger(`${s.code}: ${s.why}`)] : []
    const nodes = [...out.map((l) => l.node), ...asked.map(({ n }) => n.node)]
    const share = own.length > 0 ? 1 : shareTouching(s, nodes)
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
