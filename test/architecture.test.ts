/** Holds the house to its plan: who may import whom, who may touch the world, and how large a file may grow. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Room, pureLibraries, rooms } from './architecture/rooms.ts'
import { type Source, filesUnder, readSource, source } from './architecture/source.ts'

const root = join(import.meta.dirname, '..')
const sources = filesUnder(root, 'src').map((path) => readSource(root, path))
const entries = ['src/main.ts', 'src/cli.ts']

const roomOf = (path: string): Room | undefined => rooms.find((room) => room.holds(path))
const matches = (rules: readonly string[], name: string): boolean =>
  rules.some((rule) => (rule.endsWith('*') ? name.startsWith(rule.slice(0, -1)) : rule === name)) &&
  (name !== '*' || rules.includes('*'))

/** Every import that the plan does not allow, with the reason. */
function importFaults(all: readonly Source[]): readonly string[] {
  return all.flatMap((one) => {
    const room = roomOf(one.path)
    if (room === undefined)
      return [`${one.path} stands in no room: move it, or add the room to test/architecture/rooms.ts with a reason`]
    const own = one.own
      .filter((path) => path.startsWith('src/'))
      .flatMap((path) => {
        const other = roomOf(path)?.name ?? path
        return other === room.name || room.rooms.includes(other)
          ? []
          : [`${one.path} (${room.name}) imports ${path} (${other}): ${room.reason}`]
      })
    const strays = one.own
      .filter((path) => !path.startsWith('src/') && !(room.name === 'entries' && path === 'package.json'))
      .map((path) => `${one.path} imports ${path}, which is outside src`)
    const outside = one.outside
      .filter((name) => !matches(room.outside, name))
      .map((name) => `${one.path} (${room.name}) imports ${name}: ${room.reason}`)
    return [...own, ...strays, ...outside]
  })
}

/**
 * Programs are run in one place. The lab's own stays apart: what it starts joins a cgroup before its first instruction
 * and outlives us, and the lab may not know the adapters.
 */
const runners = ['src/adapters/process.ts', 'src/lab/process.ts']
const runnerFaults = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ path }) => !runners.includes(path))
    .flatMap((one) =>
      one.outside
        .filter((name) => ['execa', 'node:child_process', 'child_process'].includes(name))
        .map((name) => `${one.path} imports ${name}: programs are run by ${runners[0]}`),
    )

/** Only entries and adapters see the clock, chance, the environment and the terminal. */
const worldFaults = (all: readonly Source[]): readonly string[] =>
  all
    .filter(({ path }) => !entries.includes(path) && !path.startsWith('src/adapters/'))
    .flatMap((one) => [
      ...one.world.map(
        (what) =>
          `${one.path}:${what.replace(/^.*:/, '')} uses ${what.replace(/:\d+$/, '')}: time, chance, environment and output are passed in (ports: Clock, Random, Log)`,
      ),
      ...one.outside
        .filter((name) => ['node:process', 'process', 'node:console'].includes(name))
        .map((name) => `${one.path} imports ${name}: use a port`),
    ])

/** Files on a circle of imports, each circle once, by its smallest rotation. */
function cycles(all: readonly Source[]): readonly string[] {
  const byPath = new Map(all.map((one) => [one.path, one.own]))
  const found = new Set<string>()
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path)
    if (at >= 0) {
      const circle = trail.slice(at)
      const first = circle.indexOf(circle.toSorted()[0] as string)
      found.add([...circle.slice(first), ...circle.slice(0, first), circle[first]].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of byPath.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const { path } of all) visit(path, [])
  return [...found]
}

describe('the house', () => {
  test('every file imports only what its room may import', () => expect(importFaults(sources)).toEqual([]))
  test('only entries and adapters touch clock, chance, environment and terminal', () =>
    expect(worldFaults(sources)).toEqual([]))
  test('programs are run in one place', () => expect(runnerFaults(sources)).toEqual([]))
  test('no circles of imports', () => expect(cycles(sources)).toEqual([]))
  test('nobody imports the entries', () => {
    const everywhere = [...sources, ...filesUnder(root, 'test').map((path) => readSource(root, path))]
    expect(everywhere.filter(({ own }) => own.some((path) => entries.includes(path))).map(({ path }) => path)).toEqual(
      [],
    )
  })
  test('no test puts another module in the place of ours', () => {
    const mocked = filesUnder(root, 'test').filter(
      (path) =>
        path !== 'test/architecture.test.ts' && /\bvi\.(?:do)?mock\(/i.test(readFileSync(join(root, path), 'utf8')),
    )
    expect(mocked).toEqual([])
  })
  test('an adapter joins one outside library', () => {
    const libraries = (one: Source): readonly string[] => [
      ...new Set(
        one.outside
          .filter((name) => !name.startsWith('node:') && !pureLibraries.has(name))
          .map((name) => name.replace(/^(@actions)\/.*/, '$1')),
      ),
    ]
    expect(
      sources
        .filter(({ path }) => path.startsWith('src/adapters/'))
        .filter((one) => libraries(one).length > 1)
        .map((one) => `${one.path}: ${libraries(one).join(', ')}`),
    ).toEqual([])
  })
  test('files stay small: 250 lines, entries 80', () => {
    expect(
      sources
        .filter(({ path, lines }) => lines > (entries.includes(path) ? 80 : 250))
        .map(({ path, lines }) => `${path}: ${lines}`),
    ).toEqual([])
  })
  test('a file is named after what it does', () => {
    const all = ['src', 'test', 'scripts'].flatMap((directory) => filesUnder(root, directory))
    expect(all.filter((path) => /(^|[/.-])(utils?|helpers?|commons?|misc)([/.-]|$)/i.test(path))).toEqual([])
  })
})

describe('the plan itself sees', () => {
  const faults = (path: string, text: string): readonly string[] => importFaults([source(path, text)])
  test.each([
    ['a forbidden room', 'src/domain/a.ts', `import { x } from '../stages/x.ts'`],
    ['a type of a forbidden room', 'src/report/a.ts', `import type { X } from '../ports.ts'`],
    ['a re-export', 'src/domain/a.ts', `export * from '../ports.ts'`],
    ['a dynamic import', 'src/stages/a.ts', `await import('../adapters/ssh.ts')`],
    ['a computed import', 'src/domain/a.ts', `await import(name)`],
    ['an inline type import', 'src/domain/a.ts', `type T = import('../ports.ts').Clock`],
    ['a forbidden library', 'src/stages/a.ts', `import { Client } from 'ssh2'`],
    ['a forbidden node module', 'src/stages/a.ts', `import { readFile } from 'node:fs/promises'`],
    ['an entry imported by the world', 'src/world.ts', `import '../src/cli.ts'`],
    ['a room nobody planned', 'src/attic/a.ts', ''],
    ['a test imported by a source', 'src/stages/a.ts', `import '../../test/x.ts'`],
  ])('%s', (_, path, text) => expect(faults(path, text)).toHaveLength(1))

  test.each([
    'process.env.HOME',
    `process['env']`,
    'Date.now()',
    'new Date()',
    'Math.random()',
    `console.log('x')`,
    'performance.now()',
    'globalThis.process',
    'crypto.randomUUID()',
  ])('%s', (text) => {
    expect(worldFaults([source('src/domain/a.ts', text)])).toHaveLength(1)
  })
  test('no touch in comments, strings and given times', () => {
    expect(
      worldFaults([
        source(
          'src/domain/a.ts',
          `// Date.now()\nconst s = 'process.env'; const t = \`\${'console.log'}\`; new Date(5); clock.now()`,
        ),
      ]),
    ).toEqual([])
  })
  test('a circle, once', () => {
    const circle = [
      source('src/domain/a.ts', `import './b.ts'`),
      source('src/domain/b.ts', `import './c.ts'`),
      source('src/domain/c.ts', `import './a.ts'`),
    ]
    expect(cycles(circle)).toEqual(['src/domain/a.ts → src/domain/b.ts → src/domain/c.ts → src/domain/a.ts'])
  })
})
