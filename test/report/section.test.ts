/** One section in every syntax: the same words, and hostile ones stay words in each. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sectionHtml } from '../../src/report/html.ts'
import { blocksMarkdown, sectionMarkdown } from '../../src/report/markdown.ts'
import { blockText, sectionText } from '../../src/report/plain.ts'
import {
  code,
  codeBlock,
  heading,
  inline,
  joined,
  link,
  list,
  pairs,
  paragraph,
  strong,
  table,
  text,
  toned,
  type Block,
  type Inline,
  type Section,
} from '../../src/report/section.ts'
import { shortened } from '../../src/report/shorten.ts'
import { brokenRows, escapes, evil } from './surfaces.ts'

/** Every kind of block and span, with the given words wherever words may stand; code has words of its own. */
const all = (words: string, inCode = words): Section => ({
  id: words,
  title: inline`All of ${words}`,
  blocks: [
    paragraph(inline`${words} and ${code(inCode)}, ${strong(words)}, ${link('run', `https://evil.example/${words}`)}`),
    paragraph(joined([words, code(inCode), code(inCode), words], '')),
    heading(words),
    list([words, strong(words), link(words, words)]),
    table([words, 'right'], [[words, code(inCode)]], ['left', 'right']),
    pairs([[words, toned(words, 'bad')]]),
    {
      kind: 'matrix',
      stem: words,
      names: [words, 'b'],
      rows: [
        [
          { text: '-', tone: 'dim' },
          { text: words, tone: 'bad' },
        ],
        [
          { text: words, tone: 'good' },
          { text: '-', tone: 'dim' },
        ],
      ],
      legend: [{ symbol: words, meaning: words }],
    },
    codeBlock(inCode),
    { kind: 'gantt', bars: [{ name: words, start: 1, end: 1e300, bad: true }] },
    { kind: 'details', summary: words, blocks: [paragraph(words)] },
  ],
})

describe('the same section', () => {
  const section: Section = {
    id: 'criteria',
    title: 'Success criteria',
    blocks: [
      paragraph(inline`At least ${code('10')} of ${strong('every')} class.`),
      table(
        ['class', 'measured'],
        [
          ['a|b', toned('9/10', 'bad')],
          ['c', '10/10'],
        ],
        ['left', 'right'],
      ),
      list([link('run', 'https://github.com/o/r'), link('elsewhere', 'javascript:x')]),
    ],
  }
  test('as Markdown', () =>
    expect(sectionMarkdown(section)).toBe(
      [
        '## Success criteria',
        'At least `10` of **every** class.',
        '| class | measured |\n| --- | ---: |\n| a\\|b | 9/10 |\n| c | 10/10 |',
        '- [run](https://github.com/o/r)\n- elsewhere',
      ].join('\n\n'),
    ))
  test('as plain text, with colour where there is some', () => {
    expect(sectionText(section)).toBe(
      [
        'Success criteria\n────────────────',
        'At least 10 of every class.',
        'class  measured\na|b        9/10\nc         10/10',
        '- run (https://github.com/o/r)\n- elsewhere',
      ].join('\n\n'),
    )
    const mark = (s: string): string => `<${s}>`
    expect(sectionText(section, { good: mark, bad: mark, warn: mark, dim: mark })).toContain('a|b        <9/10>')
  })
  test('as HTML', () =>
    expect(sectionHtml(section)).toBe(
      [
        '<section id="criteria">',
        '<h2>Success criteria</h2>',
        '<p>At least <code>10</code> of <strong>every</strong> class.</p>',
        '<table><tr><th>class</th><th class="right">measured</th></tr><tr><td>a|b</td><td class="right"><span class="bad">9/10</span></td></tr><tr><td>c</td><td class="right">10/10</td></tr></table>',
        '<ul><li><a rel="nofollow noopener" href="https://github.com/o/r">run</a></li><li>elsewhere</li></ul>',
        '</section>',
      ].join('\n'),
    ))
})

describe('hostile words stay words', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((s) => `${s}${evil}`),
    fc.constant(evil),
  )
  /** A link to another site is made of its URL alone, and names the site. */
  const own = (md: string): string =>
    md.replaceAll(/\[[^\]]*at evil\.example\]\(https:\/\/evil\.example\/[^)\s|]*\)/g, '')
  test('in Markdown', () => {
    expect(escapes(own(sectionMarkdown(all(evil, 'code'))).replace(/<summary>[^<]*<\/summary>/, ''))).toEqual([])
    expect(brokenRows(sectionMarkdown(all(evil)))).toEqual([])
  })
  test('in Markdown, whatever they are: no tag, no mention, whole tables', () => {
    fc.assert(
      fc.property(words, (w) => {
        const tags = /<\/?(?:details|summary)>/g
        expect(own(sectionMarkdown(all(w, 'code'))).replaceAll(tags, '')).not.toMatch(/[<>\u001b\r]|@[\w-]|^\s*::/m)
        expect(
          brokenRows(sectionMarkdown({ ...all(w), blocks: all(w).blocks.filter((b) => b.kind !== 'code') })),
        ).toEqual([])
      }),
    )
  })
  test('in HTML: only our tags, each closed in its order', () => {
    fc.assert(
      fc.property(words, (w) => {
        const html = sectionHtml(all(w))
        expect(new Set([...html.matchAll(/<\/?([^\s>]*)/g)].map((m) => m[1]))).toEqual(new Set(ours))
        expect(html.replaceAll(/&(?:amp|lt|gt|quot|apos);/g, '')).not.toMatch(/&|\u001b|\u202e|javascript:/)
        for (const tag of html.matchAll(/<[a-z][^>]*>/g)) expect(tag[0]).toMatch(/^<\w+(?: [a-z]+="[^"<>]*")*>$/)
        expect(unclosed(html)).toEqual([])
      }),
    )
  })
  /** Tags still open at the end; null where one closes that is not the innermost. */
  const unclosed = (html: string): readonly string[] | null =>
    [...html.matchAll(/<(\/?)([a-z0-9]+)/g)].reduce<readonly string[] | null>(
      (open, [, closes, tag = '']) =>
        open === null ? null : closes === '' ? [...open, tag] : open.at(-1) === tag ? open.slice(0, -1) : null,
      [],
    )
  const ours = [
    'section',
    'h2',
    'h3',
    'p',
    'code',
    'strong',
    'a',
    'ul',
    'li',
    'table',
    'tr',
    'th',
    'td',
    'span',
    'pre',
    'details',
    'summary',
  ]
  test('in plain text: no control character but line ends', () => {
    fc.assert(
      fc.property(words, (w) => {
        // oxlint-disable-next-line no-control-regex -- control characters are what this is about
        expect(sectionText(all(w))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
      }),
    )
  })
})

describe('Markdown of neighbours', () => {
  const md = (of: Inline): string => blocksMarkdown([paragraph(of)])
  test.each<[string, Inline, string]>([
    ['two texts make no command', ['a:', ':error::'], 'a:\u200b:\u200berror:\u200b:'],
    ['two texts make no mention', ['@', 'all'], '@\u200ball'],
    ['two texts make no link', ['https:', '//x'], 'https:\u200b//x'],
    ['two code spans stay two', [code('a'), code('b')], '`a` `b`'],
    ['a line begins no list', ['- a'], '-\u200b a'],
    ['a line begins no code block', ['     a'], 'a'],
    ['code outside a table keeps its bar', [code('a|b')], '`a|b`'],
  ])('%s', (_, of, expected) => expect(md(of)).toBe(expected))
  test('what was read from data is no link and no emphasis', () => {
    const read = (json: string): Inline => JSON.parse(json) as Inline
    expect(md(read('{"kind":"link","label":"x","to":"https://evil.example"}'))).toBe('?')
    expect(md(inline`a ${read('[{"kind":"strong","of":"x"}, ["y"], "z", null]')}`)).toBe('a ??z?')
  })
  test('a cell may be a dash', () => expect(blocksMarkdown([table(['a'], [['-']])])).toContain('| - |'))
  test('our own words are never cut, foreign ones are', () => {
    const long = 'x'.repeat(500)
    expect(md(inline`${long}`)).toContain('more')
    expect(md(text(long, Infinity))).toBe(long)
  })
})

describe('a section that is too long', () => {
  const rows = (n: number): Block => list(Array.from({ length: n }, (_, i) => `row ${i}`))
  const size = (blocks: readonly Block[]): number => blocks.map((b) => blockText(b).length).reduce((a, b) => a + b, 0)
  const of = (...blocks: readonly Block[]): Section => ({ id: 's', title: 's', blocks })
  const words = (s: Section | null): string | null => (s === null ? null : sectionText(s))
  test('ends after whole rows and says how many are missing', () =>
    expect(words(shortened(of(rows(100), paragraph('after')), 100, size))).toMatch(
      /^s\n─\n\n- row 0\n- row 1\n- row 2(?:\n- row \d)*\n\n\d\d more lines; all of them are in the run's summary\.$/,
    ))
  test('the rows that are missing are counted', () => {
    const shown = shortened(of(rows(100), paragraph('after')), 100, size)
    const kept = shown?.blocks[0]?.kind === 'list' ? shown.blocks[0].items.length : 0
    expect(words(shown)).toContain(`${101 - kept} more lines`)
  })
  test('is left out where too little fits', () => expect(shortened(of(rows(100)), 70, size)).toBeNull())
  test('a chart is never cut in the middle', () =>
    expect(shortened(of(paragraph('a'), codeBlock('x\n'.repeat(500))), 200, size)).toBeNull())
  test('what fits stays as it is', () => expect(shortened(of(rows(3)), 1000, size)).toEqual(of(rows(3))))
})
