/**
 * What a lab remembers about itself, in its state directory: written before the first namespace is made, removed last.
 */
import type { Running } from './fleet-file.ts'
import { pathsOf, type Layout } from './layout.ts'
import { readText, writeText } from './files.ts'
import type { Topology } from './topology.ts'

export interface Marker {
  readonly phase: 'starting' | 'up'
  /** Of the wish: topology and shaping. Another digest means another lab. */
  readonly digest: string
  readonly topology: Topology
  readonly running?: Running
}

/** Null: no lab, or one that was killed while it wrote its first line. */
export async function markerOf(l: Layout): Promise<Marker | null> {
  const text = await readText(pathsOf(l).marker)
  try {
    return text === null ? null : (JSON.parse(text) as Marker)
  } catch {
    return null
  }
}

export const mark = (l: Layout, marker: Marker): Promise<void> => writeText(pathsOf(l).marker, JSON.stringify(marker))
