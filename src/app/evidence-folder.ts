/** Reads an evidence folder into a bundle; it may be a stranger's, so every file is checked for its shape and for how much it holds before anything else looks at it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { manifestShape, shapes, type Limits } from '../domain/bundle-shape.ts'
import { fromLines, layout, type Bundle } from '../domain/bundle.ts'
import type { Manifest } from '../domain/manifest.ts'
import { countValues, type Check } from '../domain/shape.ts'

/** One file after the other, so that no two lies are in memory at a time. */
export async function readBundle(dir: string, most: Limits): Promise<Bundle> {
  const shape = shapes(most)
  let left = most.values
  const read = async <T>(part: keyof typeof shape, lines = false): Promise<T> => {
    const name = layout[part]
    const content = await readFile(join(dir, 'evidence', name), 'utf8')
    const value: unknown = lines ? fromLines(content) : JSON.parse(content)
    left -= checked(value, shape[part], name, { ...most, values: left })
    return value as T
  }
  return {
    plan: await read('plan'),
    entries: await read('entries', true),
    facts: await read('facts'),
    measurements: await read('nat'),
    controls: await read('controls'),
    running: await read('running'),
    attempts: await read('attempts', true),
  }
}

export function readManifest(text: string, most: Limits): Manifest {
  const value: unknown = JSON.parse(text)
  checked(value, manifestShape(most), 'manifest.json', most)
  return value as Manifest
}

/** How many values it holds. */
function checked(value: unknown, shape: Check, name: string, most: Limits): number {
  const count = countValues(value, most)
  if (typeof count === 'string') throw new Error(`${name}${count}`)
  const fault = shape(value)
  if (fault !== null) throw new Error(`${name}: ${fault.replace(/^\./, '')}`)
  return count
}
