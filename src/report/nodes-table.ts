/** All nodes in a table that fits: who answers, what runs there, how the machine is, its NAT declared and measured. */
import { measuredKind, type FleetNode, type NatMeasurement } from '../domain/fleet.ts'
import { asDeclared, natName } from '../domain/suites/connectivity/oracle.ts'
import { percent } from '../domain/statistics.ts'
import type { FactsLook } from '../domain/node-facts.ts'
import { diskCell, latencyCell, loadCell, memoryCell, offsetCell, unitsCell, uptimeCell } from './facts-cells.ts'
import { fitted, type Column } from './fitting.ts'
import { blockText, plain, type Palette } from './plain.ts'
import { table, toned, type Inline, type Span } from './section.ts'

export interface NodeRow {
  readonly node: FleetNode
  /** Undefined: not asked. */
  readonly online?: boolean
  readonly measurement?: NatMeasurement
  /** How long ago it was measured, milliseconds; absent: just now. */
  readonly measuredAgoMs?: number
  readonly facts?: FactsLook
  /** Of the attempts from and to this node in the newest test of this fleet. */
  readonly rate?: { readonly successes: number; readonly attempts: number }
  /** What is wrong with it, in a few words. */
  readonly note?: string
}

/** `width`: of the terminal; null: it is none. */
export const nodesTable = (rows: readonly NodeRow[], palette: Palette = plain, width: number | null = null): string =>
  [
    blockText(fitted(columns, rows, width), palette),
    ...rows.flatMap(({ node, note }) =>
      note === undefined ? [] : [palette.bad(blockText({ kind: 'paragraph', of: `${node.name}: ${note}` }))],
    ),
  ].join('\n')

const columns: readonly Column<NodeRow>[] = [
  { title: 'node', rank: 1, of: ({ node }) => node.name },
  { title: 'online', rank: 2, of: ({ online }) => onlineCell(online) },
  { title: 'role', rank: 9, of: ({ node }) => node.role },
  { title: 'place', rank: 8, of: ({ node }) => `${node.provider}/${node.region}` },
  { title: 'address', rank: 14, of: ({ node }) => node.ip },
  { title: 'runs', rank: 3, cut: true, of: ({ facts }) => unitsCell(facts?.units) },
  { title: 'up', rank: 12, of: ({ facts }) => uptimeCell(facts?.machine) },
  { title: 'load', rank: 6, align: 'right', of: ({ facts }) => loadCell(facts?.machine) },
  { title: 'memory', rank: 10, align: 'right', of: ({ facts }) => memoryCell(facts?.machine) },
  { title: 'disk', rank: 7, align: 'right', of: ({ facts }) => diskCell(facts?.machine) },
  { title: 'clock', rank: 11, align: 'right', of: ({ facts }) => offsetCell(facts?.clockOffset) },
  { title: 'latency', rank: 5, align: 'right', of: ({ facts }) => latencyCell(facts?.machine.rttMs) },
  { title: 'declared NAT', rank: 13, of: ({ node }) => natName(asDeclared(node)) },
  { title: 'measured NAT', rank: 4, of: measuredCell },
  { title: 'RFC 4787', rank: 16, of: ({ measurement }) => behaviour(measurement) },
  { title: 'runtime', rank: 15, of: ({ node }) => runtimeOf(node) },
]

const onlineCell = (online: boolean | undefined): Span =>
  online === undefined ? toned('?', 'dim') : online ? toned('yes', 'good') : toned('no', 'bad')

/** Equal to the label, or the difference said loudly; what was measured earlier says when. */
function measuredCell({ node, measurement: m, measuredAgoMs }: NodeRow): Span {
  if (m === undefined) return toned('not measured', 'dim')
  const same = measuredKind(m) === node.nat
  const ago = measuredAgoMs === undefined || measuredAgoMs < 60_000 ? '' : `, ${agoText(measuredAgoMs)} ago`
  return toned(`${natName(m)}${same ? '' : ' ≠'}${ago}`, !same ? 'bad' : m.stable === false ? 'warn' : 'good')
}

const agoText = (milliseconds: number): string =>
  milliseconds < 3_600_000
    ? `${Math.floor(milliseconds / 60_000)} min`
    : milliseconds < 172_800_000
      ? `${Math.floor(milliseconds / 3_600_000)} h`
      : `${Math.floor(milliseconds / 86_400_000)} d`

/** `EIM+APDF, stable`. */
export const behaviour = (m: NatMeasurement | undefined): string =>
  m === undefined
    ? ''
    : [
        `${m.mapping}+${m.filtering}`,
        ...(m.stable === null ? [] : [m.stable ? 'stable' : 'UNSTABLE']),
        ...(m.hairpin === 'none' ? [] : [`hairpin ${m.hairpin}`]),
      ].join(', ')

function runtimeOf({ runtime }: FleetNode): string {
  switch (runtime.kind) {
    case 'systemd':
      return 'systemd'
    case 'docker':
      return `docker ${runtime.container}`
    case 'netns':
      return `netns ${runtime.name}`
  }
}

/** What is expected of each NAT beside what the newest test of the fleet counted; null: no node is behind one. */
export function natSummary(rows: readonly NodeRow[], of: string | null, palette: Palette = plain): string | null {
  const behind = rows.filter(
    ({ node, measurement }) => node.nat !== 'none' || (measurement !== undefined && measurement.mapping !== 'none'),
  )
  if (behind.length === 0) return null
  return `NATs${of === null ? '' : `, rates of ${of}`}:\n${blockText(
    table(
      ['node', 'declared', 'measured', 'expected', 'counted'],
      behind.map((row): readonly Inline[] => [
        row.node.name,
        natName(asDeclared(row.node)),
        measuredCell(row),
        row.node.expectedRate === undefined ? '' : `~${row.node.expectedRate} %`,
        rateCell(row),
      ]),
      ['left', 'left', 'left', 'right', 'right'],
    ),
    palette,
  )}`
}

function rateCell({ rate, node }: NodeRow): Inline {
  if (rate === undefined || rate.attempts === 0) return toned('not tested', 'dim')
  const share = (100 * rate.successes) / rate.attempts
  const text = `${rate.successes}/${rate.attempts} = ${percent(rate.successes / rate.attempts)} %`
  return node.expectedRate === undefined ? text : toned(text, share >= node.expectedRate ? 'good' : 'warn')
}
