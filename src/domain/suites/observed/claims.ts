/** What two ends say of each other in a window: the registry's entries, and their own logs' last words. */
import { valueOf, type Method, type Pair } from '../../evidence.ts'
import type { NodeName } from '../../fleet.ts'
import { listAt } from '../../json-path.ts'
import { patternOf } from '../../pattern.ts'
import type { LineUse, ReportsUse } from '../../profile.ts'
import { ofNode, type LogClaim, type ObservedWindow, type PairClaim, type Reported, type Reports } from './window.ts'

type Fields = Readonly<Record<string, unknown>>

/** Of an answer; what is no entry with an id and two peers is counted and left out. */
export function reportsIn(text: string, by: ReportsUse): Reports {
  const all = listAt(text, by.list)
  const list = all.flatMap((entry): readonly Reported[] => {
    const [id, from, to, method] = [by.id, by.from, by.to, by.method].map((f) => fieldAt(entry, f))
    if ((typeof id !== 'string' && typeof id !== 'number') || typeof from !== 'string' || typeof to !== 'string')
      return []
    return [
      {
        id: String(id).slice(0, 100),
        from: from.slice(0, 200),
        to: to.slice(0, 200),
        method: typeof method === 'string' ? method.slice(0, 40) : '',
        failed: by.failed.some((rule) => Object.entries(rule).every(([f, v]) => fieldAt(entry, f) === v)),
      },
    ]
  })
  return { list, unreadable: all.length - list.length }
}

/** Names with dots between. */
export function fieldAt(entry: Fields, path: string): unknown {
  let value: unknown = entry
  for (const name of path.split('.'))
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Fields)[name] : undefined
  return value
}

/** Longest line that is matched, and the fewest digits by which a log may name a peer. */
const longestLine = 2000
const leastDigits = 8

/** Reads what one line says, by the first pattern that it matches; null: nothing of a peer that is known. */
export function claimReader(
  lines: readonly LineUse[],
  peers: ReadonlyMap<NodeName, string>,
): (logged: string) => LogClaim | null {
  const patterns = lines.flatMap((line) => {
    const pattern = patternOf(line.pattern)
    return 'fault' in pattern ? [] : [{ line, pattern }]
  })
  const ids = [...peers].map(([node, id]) => [node, id.toLowerCase()] as const)
  return (logged) => {
    const text = logged.slice(0, longestLine)
    for (const { line, pattern } of patterns) {
      const id = pattern.groupsIn(text)?.['peer']?.toLowerCase()
      if (id === undefined) continue
      const about = id.length < leastDigits ? [] : ids.filter(([, full]) => full.startsWith(id))
      const [only] = about
      return only === undefined || about.length > 1 ? null : claimOf(line, only[0], text)
    }
    return null
  }
}

const claimOf = ({ says, method }: LineUse, about: NodeName, text: string): LogClaim => ({
  about,
  says,
  method,
  line: text.slice(0, 300),
})

/** At most one of the registry and one of its own log for each end: the last. */
export function claimsAbout({ from, to }: Pair, window: ObservedWindow): readonly PairClaim[] {
  return [
    { by: from, about: to },
    { by: to, about: from },
  ].flatMap(({ by, about }): readonly PairClaim[] => {
    const [own, other] = [ofNode(window.peerIds, by), ofNode(window.peerIds, about)]
    const report =
      own === undefined || other === undefined
        ? undefined
        : valueOf(window.reports)?.list.findLast((r) => r.from === own && r.to === other)
    const line = valueOf(ofNode(window.log, by))?.list.findLast((l) => l.about === about)
    return [
      ...(report === undefined
        ? []
        : [
            {
              by,
              says: 'connected',
              method: methodOf(report.method),
              where: `registry entry ${report.id}`,
              contradictsItself: report.failed,
            } as const,
          ]),
      ...(line === undefined
        ? []
        : [{ by, says: line.says, method: line.method, where: 'its log', contradictsItself: false }]),
    ]
  })
}

const methodOf = (text: string): Method | null =>
  text === 'direct' || text === 'hole_punched' || text === 'relayed' ? text : null
