/** Which windows are tried again: those that something of ours kept from being seen. */
import { valueOf } from '../../evidence.ts'
import { mostRepeats } from '../repeat.ts'
import { ofNode, type ObservedWindow } from './window.ts'

/** Null: nothing, or it was tried often enough. */
export function windowToRepeat(windows: readonly ObservedWindow[], looks: number): ObservedWindow | null {
  const repeated = new Set(windows.map((w) => w.repeats))
  return windows.find((w) => !repeated.has(w.id) && depth(w, windows) < mostRepeats && !isWhole(w, looks)) ?? null
}

/** Every process was proven, and every counter read at every look. */
const isWhole = ({ starts, looks: read }: ObservedWindow, looks: number): boolean =>
  read.length === looks &&
  Object.entries(starts).every(
    ([node, start]) =>
      start.kind === 'there' &&
      read.every(({ readings }) => {
        const own = ofNode(readings, node)
        return valueOf(own?.counters)?.overflow === false && own?.processes?.kind === 'there'
      }),
  )

function depth(window: ObservedWindow, all: readonly ObservedWindow[]): number {
  let n = 0
  for (let at = window.repeats; at !== undefined && n < mostRepeats; at = all.find((w) => w.id === at)?.repeats) n++
  return n
}
