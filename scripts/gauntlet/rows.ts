/** Rows of the gauntlet's table: an attack, what must come of it, what came of it. */
import { machineNow } from './machine.ts'

export interface Row {
  readonly family: 'lie' | 'alteration' | 'disturbance' | 'honest'
  /** `values`: evidence and readings made in memory; `folder`: a sealed folder; `lab`: a real program on a lab. */
  readonly on: 'values' | 'folder' | 'lab'
  readonly id: string
  readonly what: string
  readonly expected: string
  readonly seen: string
  readonly held: boolean
}

export interface Composition {
  readonly on: 'values' | 'lab'
  readonly tried: number
  readonly first: number
  /** By number: what went wrong. */
  readonly wrong: readonly { readonly seed: number; readonly what: string }[]
  readonly verdicts: Readonly<Record<string, number>>
}

export interface Gauntlet {
  readonly date: string
  readonly machine: string
  readonly rows: readonly Row[]
  readonly composed: readonly Composition[]
  readonly seconds: number
}

export const gauntletOf = (rows: readonly Row[], composed: readonly Composition[], ms: number): Gauntlet => ({
  date: new Date().toISOString().slice(0, 10),
  machine: machineNow(),
  rows,
  composed,
  seconds: Math.round(ms / 100) / 10,
})

const families = { lie: 'lies', alteration: 'alterations', disturbance: 'disturbances', honest: 'honest runs' } as const

export function asText({ date, machine, rows, composed, seconds }: Gauntlet): string {
  const width = (pick: (r: Row) => string): number => Math.max(4, ...rows.map((r) => pick(r).length))
  const [id, expected] = [width((r) => r.id), width((r) => r.expected)]
  const lines = rows.map(
    (r) => `${r.held ? '✓' : '✗'} ${r.on.padEnd(6)} ${r.id.padEnd(id)}  ${r.expected.padEnd(expected)}  ${r.seen}`,
  )
  const counts = Object.entries(families).flatMap(([family, name]) => {
    const own = rows.filter((r) => r.family === family)
    const bad = own.filter((r) => !r.held).length
    const word = family === 'lie' || family === 'alteration' ? 'accepted' : 'judged wrongly'
    return own.length === 0 ? [] : [`${own.length} ${name}, ${bad} ${word}`]
  })
  const lying = rows.filter((r) => r.family === 'lie' || r.family === 'alteration')
  const total = `${lying.length} lies and alterations in all, ${lying.filter((r) => !r.held).length} accepted`
  const seeds = composed.flatMap(({ on, tried, first, wrong, verdicts }) => [
    `${tried} compositions on ${on === 'lab' ? 'a lab' : 'values'} from number ${first} on, ${wrong.length} judged wrongly (${Object.entries(
      verdicts,
    )
      .map(([verdict, n]) => `${n} ${verdict}`)
      .join(', ')})`,
    ...wrong.slice(0, 10).map((w) => `✗ composition ${w.seed}: ${w.what}`),
  ])
  return [
    ...lines,
    '',
    ...counts,
    ...(lying.length === 0 ? [] : [total]),
    ...seeds,
    `${date}, ${machine}, ${seconds} s`,
    '',
  ].join('\n')
}

export const heldOf = ({ rows, composed }: Gauntlet): boolean =>
  rows.every((r) => r.held) && composed.every((c) => c.wrong.length === 0)
