/** One name, one meaning: what two files export under one name is on a list that says why. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const declared = /^export (?:async )?(?:const|function|interface|type|class) (\w+)/gm

/**
 * A command is one name from its surface down to its use case and its stage; each of these rooms has it once at most.
 */
const levels = ['src/action/', 'src/cli/', 'src/app/', 'src/stages/']

const reasons: Readonly<Record<string, string>> = {
  code: 'report/section.ts makes the value, report/markdown.ts writes it',
  text: 'a value of a page, its Markdown, and the shape of a text: none is imported beside another',
  list: 'a list of a page and the shape of a list: never imported together',
  record: 'the shape of a record, and the command of the Action: never imported together',
  table: 'a table of a page, its Markdown, and the table of transitions: never imported together',
}

/** Imported whole, as `facts.…`. */
const qualified = 'src/domain/events/facts.ts'

const exported = new Map<string, string[]>()
for (const path of globSync('src/**/*.ts', { cwd: root }).filter((p) => p !== qualified))
  for (const [, name = ''] of readFileSync(join(root, path), 'utf8').matchAll(declared))
    exported.set(name, [...(exported.get(name) ?? []), path])

const levelOf = (path: string): string => levels.find((level) => path.startsWith(level)) ?? path

function sameCommand(paths: readonly string[]): boolean {
  const at = paths.map(levelOf)
  return at.every((level) => levels.includes(level)) && new Set(at).size === at.length
}

/** A suite is its parts in several rooms, all named by its id. */
const suiteParts = /^src\/(?:suites|domain\/suites|report\/suites)\//
const sameSuite = (paths: readonly string[]): boolean =>
  paths.every((path) => suiteParts.test(path)) &&
  new Set(paths.map((p) => suiteParts.exec(p)?.[0])).size === paths.length

test('no two files export one name with different meanings', () => {
  expect(exported.size).toBeGreaterThan(500)
  const twice = [...exported].filter(
    ([name, paths]) => paths.length > 1 && !sameCommand(paths) && !sameSuite(paths) && !(name in reasons),
  )
  expect(twice.map(([name, paths]) => `${name}: ${paths.join(', ')}`)).toEqual([])
})

const dialect = /^(?:tell|told|shown|look|known|made|seen|elsewhere|silent|keep|keeper|begun|wentOn)$/i

test('no exported name is one of the words that stood for anything', () => {
  expect([...exported.keys()].filter((name) => dialect.test(name))).toEqual([])
})
