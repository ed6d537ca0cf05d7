/** Every bad input file gets all of its faults at once, each at its place, and no others. */
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseFleet } from '../../src/inputs/fleet.ts'
import { parseProfile } from '../../src/inputs/profile.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { faultText } from '../../src/inputs/faults.ts'
import { failureOf, fileText, filesIn, profiles, saorsa } from './read.ts'

interface Case {
  readonly why: string
  readonly read: 'fleet' | 'project' | 'profile'
  readonly asked?: string
  readonly text?: string
  /** A good file, made bad by replacing the first of each text. */
  readonly base?: string
  readonly replace?: Readonly<Record<string, string>>
  readonly faults: readonly { readonly path: string; readonly line: number; readonly says: string }[]
}

function textOf(c: Case): string {
  if (c.base === undefined) return c.text ?? ''
  return Object.entries(c.replace ?? {}).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${c.base ?? ''} does not hold ${JSON.stringify(from)}`)
    return text.replace(from, () => to)
  }, fileText(c.base))
}

const readers = {
  fleet: (text: string) => parseFleet(text, 'input.yaml'),
  profile: (text: string) => parseProfile(text, 'input.yaml'),
  project: (text: string, asked?: string) =>
    parseProject(text, 'input.yaml', { profiles, fleet: saorsa, ...(asked === undefined ? {} : { project: asked }) }),
}

describe('bad input files', () => {
  test.each(filesIn('test/cases/inputs'))('%s', (name) => {
    const c = parse(fileText(`test/cases/inputs/${name}`)) as Case
    const failure = failureOf(() => readers[c.read](textOf(c), c.asked))
    const found = failure?.facts.faults ?? []
    const told = found.map((f, i) => ({
      path: f.at.path,
      line: f.at.line,
      says: f.message.includes(c.faults[i]?.says ?? '\n') ? c.faults[i]?.says : f.message,
    }))
    expect({ why: c.why, told }).toEqual({ why: c.why, told: c.faults })
    expect(failure?.facts).toMatchObject({ kind: 'usage', code: 'U010' })
    for (const fault of found) {
      expect(fault.at.column).toBeGreaterThan(0)
      expect(failure?.message).toContain(faultText(fault))
    }
  })
})
