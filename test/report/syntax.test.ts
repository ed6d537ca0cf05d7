/** One renderer per syntax: no other file of the reports or the Action writes Markdown or HTML by hand. */
import { join } from 'node:path'
import { parseSync, Visitor } from 'rolldown/utils'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { filesUnder } from '../architecture/source.ts'

const root = join(import.meta.dirname, '..', '..')
const renderers: readonly string[] = ['src/report/markdown.ts', 'src/report/html.ts', 'src/report/junit.ts']

/** What only a renderer writes: headings, strong text, fences, links, rules of tables, tags, comments, entities. */
const syntax =
  /(?:^|\n)#{1,6} |\*\*|```|\]\(|\| ---|<\/?(?:details|summary|table|t[dhr]|p|a|h\d)\b|<!--|&(?:amp|lt|gt|quot);/

function handwritten(text: string, path = 'x.ts'): readonly string[] {
  const found: string[] = []
  const look = (value: string): void => {
    if (syntax.test(value)) found.push(value.slice(0, 60))
  }
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') look(node.value)
    },
    TemplateElement: (node) => {
      look(node.value.raw.replaceAll('\\n', '\n'))
    },
  }).visit(parseSync(path, text).program)
  return found
}

test('only renderers know a syntax', () => {
  const faults = [...filesUnder(root, 'src/report'), ...filesUnder(root, 'src/action')]
    .filter((path) => !renderers.includes(path))
    .flatMap((path) => handwritten(readFileSync(join(root, path), 'utf8'), path).map((words) => `${path}: ${words}`))
  expect(faults).toEqual([])
})

test.each([
  '`## ${title}`',
  "'a\\n\\n### b'",
  "'**no**'",
  '`[run](${url})`',
  '`<details>${x}</details>`',
  "'| --- |'",
  "'```text'",
])('%s is seen', (text) => expect(handwritten(`const x = ${text}`)).toHaveLength(text.includes('${x}') ? 2 : 1))
test('comments and code are not', () =>
  expect(handwritten('/** `**bold**` [a](b) */\nconst x = a ** b, y = "#7"')).toEqual([]))
