/** All nodes with declared and measured NAT side by side, for `nodes` and `lab status`. */
import { measuredKind, type FleetNode, type NatMeasurement } from '../domain/fleet.ts'
import { asDeclared, natName } from '../domain/suites/connectivity/oracle.ts'
import { blockText, plain, type Palette } from './plain.ts'
import { table, toned, type Span, type Table } from './section.ts'

export interface NodeRow {
  readonly node: FleetNode
  /** Undefined: not asked. */
  readonly online?: boolean
  readonly measurement?: NatMeasurement
  /** What is wrong with it, in a few words. */
  readonly note?: string
}

export const nodesTable = (rows: readonly NodeRow[], palette: Palette = plain): string =>
  blockText(nodesOf(rows), palette)

const nodesOf = (rows: readonly NodeRow[]): Table =>
  table(
    [
      'node',
      'host',
      'address',
      'role',
      'online',
      'declared NAT',
      'measured NAT',
      'RFC 4787',
      'expected',
      'runtime',
      'note',
    ],
    rows.map(({ node, online, measurement, note }) => [
      node.name,
      node.host,
      node.ip,
      node.role,
      onlineCell(online),
      natName(asDeclared(node)),
      measuredCell(node, measurement),
      behaviour(measurement),
      node.expectedRate === undefined ? '' : `~${node.expectedRate} %`,
      runtimeOf(node),
      note ?? node.notes ?? '',
    ]),
    columns,
  )

const columns = ['left', 'left', 'left', 'left', 'left', 'left', 'left', 'left', 'right'] as const

const onlineCell = (online: boolean | undefined): Span =>
  online === undefined ? toned('?', 'dim') : online ? toned('yes', 'good') : toned('no', 'bad')

/** Equal to the label, or the difference said loudly. */
function measuredCell(node: FleetNode, m: NatMeasurement | undefined): Span {
  if (m === undefined) return toned('not measured', 'dim')
  const same = measuredKind(m) === node.nat
  return toned(`${natName(m)}${same ? '' : ' ≠'}`, !same ? 'bad' : m.stable === false ? 'warn' : 'good')
}

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
