/** All nodes with declared and measured NAT side by side, for `nodes` and `lab status`. */
import { measuredKind, type FleetNode, type NatMeasurement } from '../domain/fleet.ts'
import { asDeclared, natName } from '../domain/suites/connectivity/oracle.ts'
import { plain, textTable, type Cell, type Palette } from './text-table.ts'

export interface NodeRow {
  readonly node: FleetNode
  /** Undefined: not asked. */
  readonly online?: boolean
  readonly measurement?: NatMeasurement
  /** What is wrong with it, in a few words. */
  readonly note?: string
}

export function nodesTable(rows: readonly NodeRow[], palette: Palette = plain): string {
  return textTable(
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
      { text: node.name },
      { text: node.host },
      { text: node.ip },
      { text: node.role },
      onlineCell(online),
      { text: natName(asDeclared(node)) },
      measuredCell(node, measurement),
      { text: behaviour(measurement) },
      { text: node.expectedRate === undefined ? '' : `~${node.expectedRate} %`, right: true },
      { text: runtimeOf(node) },
      { text: note ?? node.notes ?? '' },
    ]),
    palette,
  )
}

const onlineCell = (online: boolean | undefined): Cell =>
  online === undefined
    ? { text: '?', tone: 'dim' }
    : online
      ? { text: 'yes', tone: 'good' }
      : { text: 'no', tone: 'bad' }

/** Equal to the label, or the difference said loudly. */
export function measuredCell(node: FleetNode, m: NatMeasurement | undefined): Cell {
  if (m === undefined) return { text: 'not measured', tone: 'dim' }
  const same = measuredKind(m) === node.nat
  return { text: `${natName(m)}${same ? '' : ' ≠'}`, tone: !same ? 'bad' : m.stable === false ? 'warn' : 'good' }
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
