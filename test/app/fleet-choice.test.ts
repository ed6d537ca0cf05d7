/** Which fleet a command is about: in which order it may be named, and that nobody assumes one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Context } from '../../src/app/context.ts'
import { chosenFleet, type FleetWish } from '../../src/app/fleet-choice.ts'
import { contextOf } from '../../src/app/surroundings.ts'
import { Failure } from '../../src/domain/failure.ts'

const cwd = mkdtempSync(join(tmpdir(), 'fleet-choice-'))
afterAll(() => {
  rmSync(cwd, { recursive: true, force: true })
})
const repo = (name: string, yaml: string): string => {
  mkdirSync(join(cwd, name), { recursive: true })
  writeFileSync(join(cwd, name, 'vps-test.yaml'), yaml)
  return name
}
const here = (env: Readonly<Record<string, string>> = {}): Context => {
  const c = contextOf({
    env,
    cwd,
    home: cwd,
    directory: import.meta.dirname,
    signal: new AbortController().signal,
    version: '0',
  })
  return { ...c, terminal: { ...c.terminal, interactive: false } }
}
const configured = repo('configured', 'project: p\nfleet: nodes/mine.yaml\n')
const named = repo('named', 'fleet: lab\n')
const silent = repo('silent', 'project: p\n')
writeFileSync(join(cwd, 'other.yaml'), 'fleet: other\n')

describe('named by', () => {
  const env = { VPS_TEST_FLEET: 'of-env' }
  test.each<readonly [string, Readonly<Record<string, string>>, FleetWish, string]>([
    ['the words, whatever else', env, { named: 'mine', repo: configured, otherwise: 'saorsa' }, 'mine'],
    ['the environment, before the configuration', env, { repo: configured }, 'of-env'],
    ['the configuration: a path from its directory', {}, { repo: configured }, 'configured/nodes/mine.yaml'],
    ['the configuration: a name', {}, { repo: named }, 'lab'],
    ['the configuration that was given', {}, { repo: configured, config: 'other.yaml' }, 'other'],
    ['a default that the surface shows, last', {}, { repo: silent, otherwise: 'saorsa' }, 'saorsa'],
    ['the configuration, before that default', {}, { repo: named, otherwise: 'saorsa' }, 'lab'],
  ])('%s', async (_, surroundings, wish, fleet) => expect(await chosenFleet(here(surroundings), wish)).toBe(fleet))
})

test.each<readonly [string, Readonly<Record<string, string>>, FleetWish]>([
  ['no words, no configuration', {}, {}],
  ['a configuration without a fleet', {}, { repo: silent }],
  ['an empty variable', { VPS_TEST_FLEET: '' }, { repo: silent }],
])('%s: a usage error that names every way, and no fleet', async (_, env, wish) => {
  const refused: unknown = await chosenFleet(here(env), wish).catch((error: unknown) => error)
  if (!(refused instanceof Failure)) throw new Error(String(refused))
  expect(refused.kind).toBe('usage')
  for (const way of ['--fleet', 'VPS_TEST_FLEET', '"fleet" in the configuration', 'saorsa', 'lab'])
    expect(refused.message).toContain(way)
})
