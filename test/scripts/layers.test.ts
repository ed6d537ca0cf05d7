/**
 * Each test file is in one layer, what is pure asks nothing of the machine, and a call brings only what its files need.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { filesOf, layerNames, layerOf, layersFor, needsOf, testFiles, triedAgain } from '../../scripts/layers.mjs'
import { readSource, type Source } from '../architecture/source.ts'

const root = join(import.meta.dirname, '../..')
const files = testFiles()

test('vitest finds each file in the project of its layer, and in no other but what is tried again', () => {
  const found = layerNames.flatMap((layer) => {
    const { include, exclude } = filesOf(layer)
    return globSync([...include], { cwd: root, exclude: [...exclude] }).map((path) => `${path} ${layer}`)
  })
  const wanted = [...files.map((path) => `${path} ${layerOf(path)}`), ...triedAgain.map((path) => `${path} local`)]
  expect([...new Set(found)].toSorted()).toEqual(wanted.toSorted())
  expect(triedAgain.map(layerOf)).toEqual(triedAgain.map(() => 'pure'))
})

/** Why these files of the pure layer may start programs: they start only `sh` and the Node that runs them. */
const starters = ['test/commands/quote.test.ts', 'test/scripts/go.test.ts']
const reachesOut = ['node:child_process', 'node:net', 'node:http', 'node:https', 'node:tls', 'execa', 'ssh2']

const sources = new Map<string, Source>()
const sourceOf = (path: string): Source => {
  const found = sources.get(path) ?? readSource(root, path)
  sources.set(path, found)
  return found
}

/** A file and every file of `test/` that it imports, directly or not. */
function closure(path: string, done: Set<string> = new Set()): ReadonlySet<string> {
  if (done.has(path)) return done
  done.add(path)
  for (const own of sourceOf(path).own) if (/^test\/.*\.ts$/.test(own)) closure(own, done)
  return done
}

test('what is pure starts no program, opens no socket and uses no adapter that does', () => {
  const faults = files
    .filter((path) => layerOf(path) === 'pure')
    .flatMap((path) => [...closure(path)].map((part) => ({ path, part })))
    .filter(({ part }) => !starters.includes(part))
    .flatMap(({ path, part }) => {
      const { outside, own } = sourceOf(part)
      const bad = [
        ...outside.filter((name) => reachesOut.includes(name)),
        ...own.filter((one) => /^src\/adapters\/(?:git|ssh|build|local)/.test(one) || one.startsWith('test/loopback/')),
      ]
      return bad.map((name) => `${path}: ${part} imports ${name}; its layer is local (scripts/layers.mjs)`)
    })
  expect(faults).toEqual([])
})

describe('a call of npm test', () => {
  const of = (...args: readonly string[]): readonly string[] => layersFor(args, files)
  test.each<[string, readonly string[], readonly string[]]>([
    ['without words', [], ['pure', 'local', 'lab', 'act']],
    ['a pure folder', ['test/domain'], ['pure']],
    ['a pure file and a line', ['test/domain/plan.test.ts:12'], ['pure']],
    ['from the root of the machine', [join(root, 'test/domain/plan.test.ts')], ['pure']],
    ['part of a name', ['ledger.remote'], ['local']],
    ['the lab and what is pure of it', ['test/lab/'], ['pure', 'lab']],
    ['a file of another layer beside', ['test/domain', 'test/act/busy'], ['pure', 'act']],
    ['a title is no path', ['-t', 'test/act', 'test/domain'], ['pure']],
    ['a project', ['--project', 'local'], ['local']],
    ['two projects', ['--project=pure', '--project=act'], ['pure', 'act']],
  ])('%s', (_, args, layers) => expect(of(...args)).toEqual(layers))
  test('that names nothing ends before anything is installed', () => {
    expect(() => of('test/nowhere')).toThrow('no test file has test/nowhere in its path')
    expect(() => of('--project', 'unit')).toThrow('unknown layer unit; one of: pure, local, lab, act')
  })
  test('brings what its layers need', () => {
    expect(needsOf(['pure'])).toEqual({})
    expect(needsOf(['pure', 'local'])).toEqual({ system: true, native: 'must', root: true })
    expect(needsOf(['local', 'act'])).toMatchObject({ system: true, workflows: true, root: true })
    expect(needsOf(['lab'])).not.toHaveProperty('workflows')
  })
})
