/** From `nft -j` and `conntrack -L` text to counters and mappings; anything that does not parse is no witness. */
import type { BoxView, Counters, Flow, Mapping, SentFlow, Sum } from '../domain/evidence.ts'

interface NftElement {
  readonly elem?: {
    readonly val?: { readonly concat?: readonly unknown[] }
    readonly counter?: { readonly packets?: number; readonly bytes?: number }
  }
}
interface NftObject {
  readonly set?: { readonly name?: string; readonly elem?: readonly NftElement[]; readonly size?: number }
  readonly counter?: { readonly name?: string; readonly packets?: number; readonly bytes?: number }
}

/** Undefined where the line is no nft listing of our table. */
export function parseCounters(line: string): Counters | undefined {
  let objects: readonly NftObject[]
  try {
    const value = JSON.parse(line) as { nftables?: readonly NftObject[] }
    if (!Array.isArray(value.nftables)) return undefined
    objects = value.nftables
  } catch {
    return undefined
  }
  const sets = new Map(objects.flatMap((o) => (o.set?.name === undefined ? [] : [[o.set.name, o.set] as const])))
  if (!['in4', 'out4', 'in6', 'out6'].every((s) => sets.has(s))) return undefined
  const flows = (direction: 'in' | 'out'): readonly Flow[] =>
    onceEach([`${direction}4`, `${direction}6`].flatMap((s) => (sets.get(s)?.elem ?? []).flatMap(flow)))
  const count = (name: string): Sum => sumOf(objects.find((o) => o.counter?.name === name)?.counter)
  const overflow = [...sets.values()].some((s) => (s.elem?.length ?? 0) >= (s.size ?? 65_535))
  return {
    in: flows('in'),
    out: flows('out'),
    sent: onceEach(['sent4', 'sent6'].flatMap((name) => (sets.get(name)?.elem ?? []).flatMap(sentFlow))),
    fragmentsIn: count('frag_in'),
    overflow,
  }
}

/**
 * A set that grows while it is listed is walked anew from its middle, and shows an element twice (rhashtable_walk_next
 * of the kernel). It is the same element, whose counter only ever grows.
 */
function onceEach<Row extends Sum>(rows: readonly Row[]): readonly Row[] {
  const largest = new Map<string, Row>()
  for (const row of rows) {
    const key = JSON.stringify({ ...row, packets: 0, bytes: 0 })
    const known = largest.get(key)
    if (known === undefined || known.packets < row.packets) largest.set(key, row)
  }
  return [...largest.values()]
}

const partsOf = (e: NftElement | null): readonly unknown[] => {
  const concat: unknown = e?.elem?.val?.concat
  return Array.isArray(concat) ? concat : []
}
const sumOf = (counter: Partial<Sum> | undefined): Sum => ({
  packets: counter?.packets ?? 0,
  bytes: counter?.bytes ?? 0,
})

function flow(e: NftElement | null): readonly Flow[] {
  const [remote, remotePort, localPort] = partsOf(e)
  if (typeof remote !== 'string' || typeof remotePort !== 'number' || typeof localPort !== 'number') return []
  return [{ remote, remotePort, localPort, ...sumOf(e?.elem?.counter) }]
}

function sentFlow(e: NftElement | null): readonly SentFlow[] {
  const [remote, protocol, localPort, uid] = partsOf(e)
  if (typeof remote !== 'string' || typeof localPort !== 'number' || typeof uid !== 'number') return []
  if (typeof protocol !== 'string' && typeof protocol !== 'number') return []
  return [{ remote, protocol: String(protocol), localPort, uid, ...sumOf(e?.elem?.counter) }]
}

/**
 * `conntrack -L` lines. Begun from inside, the original tuple is the inside's view and the reply is addressed to the
 * outside one; begun from outside
 * (a full cone lets anybody begin), the original is addressed to the outside endpoint and the reply comes from the
 * inside one.
 */
export function parseMappings(lines: readonly string[]): readonly Mapping[] {
  return lines.flatMap((line) => {
    const tuples = [...line.matchAll(/src=(\S+) dst=(\S+) sport=(\d+) dport=(\d+)/g)]
    const [original, reply] = tuples
    if (!/\budp\b/.test(line) || original === undefined || reply === undefined) return []
    const [, source = '', destination = '', sourcePort, destinationPort] = original
    const [, replySource = '', replyDestination = '', replySourcePort, replyDestinationPort] = reply
    const fromOutside = replySource !== destination || replySourcePort !== destinationPort
    return fromOutside
      ? [
          {
            insideAddress: replySource,
            insidePort: Number(replySourcePort),
            outsideAddress: destination,
            outsidePort: Number(destinationPort),
            remote: source,
            remotePort: Number(sourcePort),
          },
        ]
      : [
          {
            insideAddress: source,
            insidePort: Number(sourcePort),
            outsideAddress: replyDestination,
            outsidePort: Number(replyDestinationPort),
            remote: destination,
            remotePort: Number(destinationPort),
          },
        ]
  })
}

export function parseBox(stdout: string): BoxView | null {
  const [first = '', ...rest] = stdout.split('\n')
  const counters = parseCounters(first)
  return counters === undefined ? null : { counters, mappings: parseMappings(rest) }
}
