/** Facts of a node as cells: short, with a tone where something is wrong, `?` where it could not be read. */
import type { Read } from '../domain/evidence.ts'
import type { ClockOffset, MachineFacts, UnitFacts } from '../domain/node-facts.ts'
import { duration, ms } from '../domain/text.ts'
import { joined, toned, type Inline, type Span, type Tone } from './section.ts'

const cell = <T>(read: Read<T> | undefined, value: (of: T) => Inline): Inline =>
  read === undefined || read.kind === 'absent' ? '' : read.kind === 'there' ? value(read.value) : toned('?', 'dim')

const when = (text: string, tone: Tone | null): Span => (tone === null ? text : toned(text, tone))

export const uptimeCell = (m: MachineFacts | undefined): Inline => cell(m?.clock, ({ uptimeMs }) => age(uptimeMs))

/** `3 d 04 h`, `2 h 05 min`. */
export function age(milliseconds: number): string {
  const hours = Math.floor(milliseconds / 3_600_000)
  return hours < 24 ? duration(milliseconds) : `${Math.floor(hours / 24)} d ${String(hours % 24).padStart(2, '0')} h`
}

/** More than two waiting for each processor is too much for a test of the network. */
const busy = 2

export const loadCell = (m: MachineFacts | undefined): Inline =>
  cell(m?.load, ([one]) => {
    const cpus = m?.cpus.kind === 'there' ? m.cpus.value : 1
    return when(`${one.toFixed(2)}/${cpus}`, one > busy * cpus ? 'bad' : one > cpus ? 'warn' : null)
  })

export const memoryCell = (m: MachineFacts | undefined): Inline =>
  cell(m?.memory, ({ totalKiB, availableKiB }) =>
    when(
      `${gibi(totalKiB - availableKiB)}/${gibi(totalKiB)} G`,
      availableKiB * 20 < totalKiB ? 'bad' : availableKiB * 10 < totalKiB ? 'warn' : null,
    ),
  )

/** Of the fullest file system that was looked at. */
export function diskCell(m: MachineFacts | undefined): Inline {
  const disks = m?.disks ?? []
  const free = disks.flatMap(({ space, freeInodes }) =>
    space.kind === 'there'
      ? [{ kib: space.value.freeKiB, inodes: freeInodes.kind === 'there' ? freeInodes.value : Infinity }]
      : [],
  )
  const least = free.toSorted((a, b) => a.kib - b.kib)[0]
  if (least === undefined) return m === undefined ? '' : toned('?', 'dim')
  if (free.some((f) => f.inodes === 0)) return toned('no inodes', 'bad')
  return when(`${gibi(least.kib)} G free`, least.kib < 200 * 1024 ? 'bad' : least.kib < 1024 * 1024 ? 'warn' : null)
}

export const latencyCell = (read: Read<number> | undefined): Inline => cell(read, (of) => ms(of))

/** Within what the call's own duration leaves open there is no difference to tell. */
export const offsetCell = (read: Read<ClockOffset> | undefined): Inline =>
  cell(read, ({ ms: off, within }) =>
    Math.abs(off) <= within
      ? `±${ms(within)}`
      : when(`${off < 0 ? '−' : '+'}${ms(Math.abs(off))}`, Math.abs(off) > 2000 ? 'bad' : null),
  )

/** `1f3a9c2d testnet`: what the kernel says the unit executes. */
export const unitsCell = (units: readonly UnitFacts[] | undefined): Inline => joined((units ?? []).map(unitSpan), ', ')

function unitSpan({ unit, state, release, restarts }: UnitFacts): Span {
  if (state.kind === 'absent') return toned(`gone ${unit}`, 'bad')
  if (state.kind === 'not-read') return toned(`? ${unit}`, 'dim')
  const { active, sub } = state.value
  if (active !== 'active')
    return toned(`${active === 'inactive' ? 'stopped' : active} ${unit}`, active === 'failed' ? 'bad' : 'warn')
  const often = restarts.kind === 'there' && restarts.value > 0 ? ` ↻${restarts.value}` : ''
  const what = release.kind === 'there' ? release.value.slice(0, 8) : release.kind === 'absent' ? 'foreign' : '?'
  return when(
    `${sub === 'running' ? what : sub} ${unit}${often}`,
    often !== '' || release.kind === 'absent' ? 'warn' : null,
  )
}

const gibi = (kib: number): string => (kib / 1_048_576).toFixed(1)
