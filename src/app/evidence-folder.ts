/**
 * Reads an evidence folder into a bundle; it may be a stranger's, so every file is checked for its shape and for how
 * much it holds before anything else looks at it.
 */
import { itemsShape, manifestShape, shapes, type Limits } from '../domain/bundle-shape.ts'
import { fromLines, itemsFile, jsonText, layout, toLines, type Bundle } from '../domain/bundle.ts'
import type { Manifest } from '../domain/manifest.ts'
import { countValues, type Check } from '../domain/shape.ts'
import { suiteIds } from '../domain/suites/registry.ts'
import type { SuiteId } from '../domain/suites/suite.ts'

/** The bytes of one file of `evidence/`, by its name there. */
export type ReadEvidence = (name: string) => Promise<Uint8Array>

/** `odd`: files that hold the same values as sealed ones would, and are not written like them. */
export interface ReadBundle {
  readonly bundle: Bundle
  readonly odd: readonly string[]
}

/** One file after the other, so that no two lies are in memory at a time. */
export async function readBundle(read: ReadEvidence, most: Limits): Promise<ReadBundle> {
  const shape = shapes(most)
  const odd: string[] = []
  let left = most.values
  const file = async <T>(name: string, check: Check, lines: boolean): Promise<T> => {
    const content = textOf(await read(name), name)
    const value: unknown = lines ? fromLines(content) : JSON.parse(content)
    left -= checked(value, check, name, { ...most, values: left })
    if (content !== (lines ? toLines(value as readonly unknown[]) : jsonText(value))) odd.push(name)
    return value as T
  }
  const part = <T>(name: keyof typeof shape, lines = false): Promise<T> => file(layout[name], shape[name], lines)
  const plan = await part<Bundle['plan']>('plan')
  const bundle = {
    plan,
    entries: await part<Bundle['entries']>('entries', true),
    facts: await part<Bundle['facts']>('facts'),
    measurements: await part<Bundle['measurements']>('nat'),
    preflight: await part<Bundle['preflight']>('preflight'),
    controls: await part<Bundle['controls']>('controls'),
    running: await part<Bundle['running']>('running'),
    logs: await part<Bundle['logs']>('logs'),
    metrics: await part<Bundle['metrics']>('metrics'),
    items: await itemsOf(plan, (suite) => file(itemsFile(suite), itemsShape(suite, most), true)),
  }
  return { bundle, odd }
}

/** Only suites that the plan has: any other file is listed in the manifest, and judged by nobody. */
async function itemsOf(plan: Bundle['plan'], read: (suite: SuiteId) => Promise<unknown>): Promise<Bundle['items']> {
  const items: Partial<Record<SuiteId, unknown>> = {}
  for (const { suite } of plan.suites) items[suite] = await read(suite)
  return items as Bundle['items']
}

/** Files that a bundle may be read from. */
export const bundleFiles = (): readonly string[] => [...Object.values(layout), ...suiteIds.map(itemsFile)]

export function readManifest(text: string, most: Limits): Manifest {
  const value: unknown = JSON.parse(text)
  checked(value, manifestShape(most), 'manifest.json', most)
  return value as Manifest
}

/** Bytes that are no UTF-8 would be read as other characters than were sealed. */
export function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new Error(`${name} is no UTF-8 text`)
  }
}

/** How many values it holds. */
function checked(value: unknown, shape: Check, name: string, most: Limits): number {
  const count = countValues(value, most)
  if (typeof count === 'string') throw new Error(`${name}${count}`)
  const fault = shape(value)
  if (fault !== null) throw new Error(`${name}: ${fault.replace(/^\./, '')}`)
  return count
}
