/** Files and readers that the input tests share. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from '../../src/domain/failure.ts'
import { Failure } from '../../src/domain/failure.ts'
import { parseFleet } from '../../src/inputs/fleet.ts'
import { parseProfile } from '../../src/inputs/profile.ts'

export const root = join(import.meta.dirname, '../..')
export const fileText = (path: string): string => readFileSync(join(root, path), 'utf8')
export const filesIn = (directory: string): readonly string[] =>
  readdirSync(join(root, directory))
    .filter((f) => f.endsWith('.yaml'))
    .map((f) => f.slice(0, -'.yaml'.length))
    .sort()
    .map((name) => `${name}.yaml`)

export const saorsa = parseFleet(fileText('fleets/saorsa.yaml'), 'fleets/saorsa.yaml')
export const profiles = filesIn('profiles').map((f) => parseProfile(fileText(`profiles/${f}`), `profiles/${f}`))

export function failureOf(act: () => unknown): Failure | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

export const faultsOf = (act: () => unknown): readonly Fault[] => failureOf(act)?.facts.faults ?? []
