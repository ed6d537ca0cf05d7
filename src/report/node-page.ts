/** `diagnose` for a person: the way to the node, the machine, its services, ports, and what to do. */
import type { FleetNode } from '../domain/fleet.ts'
import type { FactsLook } from '../domain/node-facts.ts'
import { portsIn, type Parts, type WayStep } from '../domain/node-look.ts'
import { duration, iso } from '../domain/text.ts'
import { diskCell, latencyCell, loadCell, memoryCell, offsetCell, unitsCell, uptimeCell } from './facts-cells.ts'
import { blockText, inlineText, type Palette } from './plain.ts'
import { pairs, table, toned, type Block, type Inline } from './section.ts'

export interface NodePage {
  readonly node: FleetNode
  readonly steps: readonly WayStep[]
  /** Null: it could not be asked. */
  readonly look: { readonly facts: FactsLook; readonly parts: Parts } | null
  /** What is wrong, and a command for it, ready to be typed here. */
  readonly todo: readonly { readonly what: string; readonly command: string }[]
  /** Unix milliseconds. */
  readonly now: number
}

const marks = { good: toned('✓', 'good'), bad: toned('✗', 'bad'), 'not tried': toned('·', 'dim') } as const

export function nodePageText({ node, steps, look, todo, now }: NodePage, palette: Palette): string {
  const part = (title: string, block: Block): string => `== ${title}\n${blockText(block, palette)}`
  const lines = (of: readonly string[]): Block => ({ kind: 'code', text: of.join('\n') })
  const listed = (title: string, name: string): readonly string[] => {
    const of = look?.parts.get(name) ?? []
    const failed = look?.parts.get(`${name}!`)
    return of.length === 0
      ? []
      : [part(failed === undefined ? title : `${title} (exit ${failed[0] ?? '?'})`, lines(of))]
  }
  return [
    part(`the way to ${node.name}`, {
      kind: 'table',
      head: null,
      rows: steps.map((s) => [marks[s.state], s.name, s.detail]),
      align: [],
    }),
    ...(look === null ? [] : [part('machine', machineOf(look.facts, node))]),
    ...(look === null || look.facts.units.length === 0 ? [] : [part('services of vps-test', unitsOf(look.facts, now))]),
    ...listed('failed units', 'failed'),
    ...(look === null ? [] : [part('ports', portsOf(look.parts))]),
    ...listed('disk', 'disk'),
    ...listed('memory', 'memory'),
    ...listed('clock', 'sync'),
    ...listed('kernel', 'kernel'),
    ...listed('last errors', 'errors'),
    ...listed('what the services said last', 'said'),
    ...(look === null ? [] : leasesOf(look.parts).map((block) => part('leases', block))),
    [
      `== ${todo.length === 0 ? 'nothing is wrong that this looks for' : 'to do'}`,
      ...todo.flatMap(({ what, command }) => [palette.bad(`- ${inlineText(what)}`), `  ${inlineText(command)}`]),
    ].join('\n'),
  ]
    .map((text) => text.trimEnd())
    .join('\n\n')
}

const machineOf = ({ machine, clockOffset }: FactsLook, { notes }: FleetNode): Block =>
  pairs([
    ...(notes === undefined ? [] : [['notes', notes] as const]),
    ['kernel', machine.kernel.kind === 'there' ? machine.kernel.value : '?'],
    ['up', uptimeCell(machine)],
    ['load', loadCell(machine)],
    ['memory', memoryCell(machine)],
    ['disk', diskCell(machine)],
    ['clock against ours', offsetCell(clockOffset)],
    ['latency', latencyCell(machine.rttMs)],
  ])

const unitsOf = ({ units, machine }: FactsLook, now: number): Block =>
  table(
    ['unit', 'pid', 'since', 'restarts', 'memory', 'files', 'sockets', 'processor', 'whose'],
    units.map((u): readonly Inline[] => [
      unitsCell([u]),
      u.pid.kind === 'there' ? String(u.pid.value) : '',
      u.startedAt.kind === 'there'
        ? `${duration((machine.clock.kind === 'there' ? machine.clock.value.wallMs : now) - u.startedAt.value)} (${iso(u.startedAt.value).slice(0, 16)})`
        : '',
      number(u.restarts),
      u.residentKiB.kind === 'there' ? `${(u.residentKiB.value / 1024).toFixed(1)} MiB` : unread(u.residentKiB.kind),
      number(u.openFiles),
      number(u.sockets),
      u.cpuMs.kind === 'there' ? duration(u.cpuMs.value) : unread(u.cpuMs.kind),
      u.owner.kind === 'there' ? `${u.owner.value.project}, ${u.owner.value.session}` : unread(u.owner.kind),
    ]),
  )

const unread = (kind: 'absent' | 'not-read'): Inline => (kind === 'absent' ? '' : toned('?', 'dim'))
const number = (read: FactsLook['units'][number]['restarts']): Inline =>
  read.kind === 'there' ? String(read.value) : unread(read.kind)

const portsOf = (parts: Parts): Block =>
  table(
    ['port', 'program', 'unit'],
    portsIn(parts)
      .toSorted((a, b) => a.port - b.port)
      .map((p): readonly Inline[] => [`${p.protocol} ${p.port}`, p.program, p.unit ?? '']),
  )

/** None is held: no block. */
function leasesOf(parts: Parts): readonly Block[] {
  const rows = (parts.get('leases') ?? []).flatMap((l): readonly (readonly Inline[])[] => {
    const [, service, until, session] = /^(\S+) (\d{1,12}) (\S+)$/.exec(l) ?? []
    return service === undefined || until === undefined || session === undefined || session === '-'
      ? []
      : [[service, iso(Number(until) * 1000).slice(0, 19), session]]
  })
  return rows.length === 0 ? [] : [table(['service', 'until', 'session'], rows)]
}
