import { expect, test } from 'vitest'
import { blocksMarkdown } from '../../src/report/markdown.ts'
import { matrixOf, shortNames } from '../../src/report/suites/connectivity-matrix.ts'
import { blockText, type Palette } from '../../src/report/plain.ts'
import { judged, run } from '../domain/fixtures.ts'

type Judged = Parameters<typeof matrixOf>[0]
const matrixText = (v: Judged, palette?: Palette): string => blockText(matrixOf(v), palette)
const matrixMarkdown = (v: Judged): string => blocksMarkdown([matrixOf(v)])

const mixed = judged(
  run({
    attempts: {
      'saorsa-5→saorsa-6': { path: 'none' },
      'saorsa-4→saorsa-5': { path: 'relayed', via: 'saorsa-3' },
      'saorsa-8→saorsa-2': { counters: 'null' },
      'saorsa-7→saorsa-2': { path: 'none', fault: 'infra' },
    },
    absent: { 'saorsa-9': 'unreachable' },
  }),
)

test('rows dial, columns are dialled, and the legend names only what is shown', () => {
  expect(matrixText(mixed)).toBe(
    `
saorsa-from\\to  2  3  4  5  6      7  8  9  10
2               -  D  D  P  P      D  D  ·  P
3               D  -  D  P  P      D  D  ·  P
4               D  D  -  r  P      D  D  ·  P
5               D  D  D  -  X      D  D  ·  P
6               D  D  D  P  -      D  D  ·  R 5/5
7               !  D  D  P  P      -  D  ·  P
8               ?  D  D  P  P      D  -  ·  P
9               ·  ·  ·  ·  ·      ·  ·  -  ·
10              D  D  D  P  R 5/5  D  D  ·  -
D end-to-end, delivered; P end-to-end, punched; R relayed as expected; r delivered only by relay (failed); X failed; ? unwitnessed or ambiguous; ! a step of ours broke; · not tried; - itself`.trimStart(),
  )
})

test('the same as Markdown', () => {
  const lines = matrixMarkdown(mixed).split('\n')
  expect(lines[0]).toBe('| saorsa-from ╲ to | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |')
  expect(lines[5]).toBe('| **5** | D | D | D | - | X | D | D | · | P |')
})

test('of several attempts the worst is shown, wherever it stands', () => {
  const good = judged(run())
  const first = good.samples.findIndex((j) => j.subject.pair.from === 'saorsa-6' && j.subject.pair.to === 'saorsa-10')
  const samples = good.samples.map((j, i) =>
    i === first ? { ...j, outcome: 'failed' as const, path: 'none' as const } : j,
  )
  expect(matrixText({ ...good, samples })).toContain('X 4/5')
})

test('a palette colours symbols without moving columns', () => {
  const mark = (tone: string) => (s: string) => `<${tone}>${s}</>`
  const coloured = matrixText(mixed, { good: mark('good'), bad: mark('bad'), warn: mark('warn'), dim: mark('dim') })
  expect(coloured.replaceAll(/<\/?\w*>/g, '')).toBe(matrixText(mixed))
  expect(coloured).toContain('<bad>X</>')
})

test.each<[string[], string, string[]]>([
  [['saorsa-1', 'saorsa-10'], 'saorsa-', ['1', '10']],
  [['a', 'b'], '', ['a', 'b']],
  [['x-1', 'y-1'], '', ['x-1', 'y-1']],
  [['x-', 'x-1'], '', ['x-', 'x-1']],
  [['solo-1'], '', ['solo-1']],
  [[], '', []],
])('%j have stem %j and are shown as %j', (names, stem, short) =>
  expect(shortNames(names)).toEqual({ stem, names: short }),
)
