/**
 * Reads an evidence folder; it may be a stranger's, so every file and every line is checked for its shape and for how
 * much it holds before anything else looks at it. Lines of suites are given on as they come, and kept by nobody here.
 */
import { manifestShape, shapes, type Limits } from '../domain/bundle-shape.ts'
import { fromLines, itemsFile, jsonText, layout, toLines, type BundleHead } from '../domain/bundle.ts'
import type { Manifest } from '../domain/manifest.ts'
import { countValues, type Check } from '../domain/shape.ts'
import { suites } from '../domain/suites/registry.ts'
import type { SuiteId, SuiteTypes } from '../domain/suites/suite.ts'

/** Files of `evidence/`, by their names there. */
export interface EvidenceFiles {
  read(name: string): Promise<Uint8Array>
  /** Each line without its end, in turn. */
  lines(name: string, take: (line: string) => void): Promise<void>
}

export interface EvidenceSink {
  add<Id extends SuiteId>(suite: Id, item: SuiteTypes[Id]['item']): void
}

/** `odd`: files that hold the same values as sealed ones would, and are not written like them. */
export interface ReadEvidence<Sink> {
  readonly head: BundleHead
  /** With every line. */
  readonly sink: Sink
  readonly odd: readonly string[]
}

/** One file after the other, so that no two lie in memory at a time. */
export async function readEvidence<Sink extends EvidenceSink>(
  files: EvidenceFiles,
  most: Limits,
  begin: (head: BundleHead) => Sink,
): Promise<ReadEvidence<Sink>> {
  const shape = shapes(most)
  const odd: string[] = []
  let left = most.values
  const spend = (value: unknown, check: Check, name: string): void => {
    left -= checked(value, check, name, { ...most, values: left })
  }
  const part = async <T>(key: keyof typeof shape, lines = false): Promise<T> => {
    const name = layout[key]
    const content = textOf(await files.read(name), name)
    const value: unknown = lines ? fromLines(content) : JSON.parse(content)
    spend(value, shape[key], name)
    if (content !== (lines ? toLines(value as readonly unknown[]) : jsonText(value))) odd.push(name)
    return value as T
  }
  const head: BundleHead = {
    plan: await part<BundleHead['plan']>('plan'),
    entries: await part<BundleHead['entries']>('entries', true),
    facts: await part<BundleHead['facts']>('facts'),
    measurements: await part<BundleHead['measurements']>('nat'),
    preflight: await part<BundleHead['preflight']>('preflight'),
    controls: await part<BundleHead['controls']>('controls'),
    captures: await part<BundleHead['captures']>('captures', true),
    postMortems: await part<BundleHead['postMortems']>('postMortems'),
    running: await part<BundleHead['running']>('running'),
    logs: await part<BundleHead['logs']>('logs'),
    metrics: await part<BundleHead['metrics']>('metrics'),
    soak: await part<BundleHead['soak']>('soak'),
  }
  const sink = begin(head)
  // Only suites that the plan has: any other file is listed in the manifest, and judged by nobody.
  for (const id of new Set(head.plan.suites.map(({ suite }) => suite))) {
    const name = itemsFile(id)
    let [at, plain] = [0, true]
    await files.lines(name, (line) => {
      if (line === '') return void (plain = false)
      if (at === most.items) throw new Error(`${name} has more than ${most.items} lines`)
      const value: unknown = JSON.parse(line)
      spend(value, inLine(at, suites[id].item), name)
      plain &&= line === JSON.stringify(value)
      at++
      give(sink, id, value)
    })
    if (!plain) odd.push(name)
  }
  return { head, sink, odd }
}

const inLine =
  (at: number, check: Check): Check =>
  (value) => {
    const fault = check(value)
    return fault === null ? null : `[${at}]${fault}`
  }

/** Its shape was checked. */
const give = <Id extends SuiteId>(sink: EvidenceSink, id: Id, value: unknown): void =>
  sink.add(id, value as SuiteTypes[Id]['item'])

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
