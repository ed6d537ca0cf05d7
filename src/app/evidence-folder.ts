/**
 * Reads an evidence folder into a bundle; it may be a stranger's, so every file is checked for its shape and for how
 * much it holds before anything else looks at it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { itemsShape, manifestShape, shapes, type Limits } from '../domain/bundle-shape.ts'
import { fromLines, itemsFile, layout, type Bundle } from '../domain/bundle.ts'
import type { Manifest } from '../domain/manifest.ts'
import { countValues, type Check } from '../domain/shape.ts'
import type { SuiteId } from '../domain/suites/suite.ts'

/** One file after the other, so that no two lies are in memory at a time. */
export async function readBundle(dir: string, most: Limits): Promise<Bundle> {
  const shape = shapes(most)
  let left = most.values
  const file = async <T>(name: string, check: Check, lines: boolean): Promise<T> => {
    const content = await readFile(join(dir, 'evidence', name), 'utf8')
    const value: unknown = lines ? fromLines(content) : JSON.parse(content)
    left -= checked(value, check, name, { ...most, values: left })
    return value as T
  }
  const read = <T>(part: keyof typeof shape, lines = false): Promise<T> => file(layout[part], shape[part], lines)
  const plan = await read<Bundle['plan']>('plan')
  return {
    plan,
    entries: await read('entries', true),
    facts: await read('facts'),
    measurements: await read('nat'),
    controls: await read('controls'),
    running: await read('running'),
    items: await itemsOf(plan, (suite) => file(itemsFile(suite), itemsShape(suite, most), true)),
  }
}

/** Only suites that the plan has: any other file is listed in the manifest, and judged by nobody. */
async function itemsOf(plan: Bundle['plan'], read: (suite: SuiteId) => Promise<unknown>): Promise<Bundle['items']> {
  const items: Partial<Record<SuiteId, unknown>> = {}
  for (const { suite } of plan.suites) items[suite] = await read(suite)
  return items as Bundle['items']
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
