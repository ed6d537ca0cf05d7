/** The picture of a terminal: cells stand where they stood, and what they hold cannot become markup. */
import { expect, test } from 'vitest'
import { svgOf, type Cell } from '../../scripts/pictures/svg.ts'

const cells = (text: string, look: Partial<Cell> = {}): readonly Cell[] =>
  [...text].map((c) => ({ text: c, colour: null, bold: false, dim: false, ...look }))

test('runs of one look, blanks between them left out, columns kept', () => {
  const svg = svgOf([[...cells('ab', { colour: 2 }), ...cells('   '), ...cells('c', { dim: true })]], 10, 't')
  const spans = [...svg.matchAll(/<tspan x="([\d.]+)"[^>]*>([^<]*)</g)].map((m) => [Number(m[1]), m[2]])
  expect(spans).toEqual([
    [12, 'ab'],
    [expect.closeTo(12 + 5 * 8.43, 1), 'c'],
  ])
  expect(svg).toContain('fill="#9ece6a"')
  expect(svg).toContain('fill="#8791a5"')
})
test('text is text', () => {
  const svg = svgOf([cells('<script>&"')], 20, '<title>')
  expect(svg).toContain('&lt;script&gt;&amp;&quot;')
  expect(svg).toContain('<title>&lt;title&gt;</title>')
  expect(svg).not.toContain('<script')
})
test('an empty line costs nothing', () => expect(svgOf([cells('   ')], 3, 't')).not.toContain('<text'))
