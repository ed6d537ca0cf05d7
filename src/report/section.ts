/** What a page says, as values: sections of blocks of spans, all text plain; renderers alone know a syntax. */

/** How good something is; only renderers that have colours show it. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim'

/** On spans that a constructor below made, and on nothing that was read from JSON: data cannot pose as a link. */
const brand: unique symbol = Symbol('span')
interface Branded {
  readonly [brand]: true
}

/** A bare string is text, cut at {@link usualLength}. `max`: longest, characters. */
export type Span =
  | string
  | (Branded & { readonly kind: 'text'; readonly text: string; readonly max: number; readonly tone?: Tone })
  | (Branded & { readonly kind: 'code'; readonly text: string; readonly max: number })
  | (Branded & { readonly kind: 'strong'; readonly of: Inline })
  | (Branded & { readonly kind: 'link'; readonly label: string; readonly to: string | null })
export type Inline = Span | readonly Span[]

export type Align = 'left' | 'right'

export interface Table {
  readonly kind: 'table'
  /** Column titles; null: rows of a name and what stands beside it. */
  readonly head: readonly Inline[] | null
  readonly rows: readonly (readonly Inline[])[]
  readonly align: readonly Align[]
}

/** Callers down, callees across; names without the stem that all of them share. */
export interface Matrix {
  readonly kind: 'matrix'
  readonly stem: string
  readonly names: readonly string[]
  readonly rows: readonly (readonly { readonly text: string; readonly tone: Tone }[])[]
  /** What each symbol that is used means. */
  readonly legend: readonly { readonly symbol: string; readonly meaning: string }[]
}

/** Bars over time. `name`: letters, digits and `_`; times: Unix milliseconds. */
export interface Gantt {
  readonly kind: 'gantt'
  readonly bars: readonly {
    readonly name: string
    readonly start: number
    readonly end: number
    readonly bad: boolean
  }[]
}

export type Block =
  | { readonly kind: 'paragraph'; readonly of: Inline }
  | { readonly kind: 'heading'; readonly title: Inline }
  | { readonly kind: 'list'; readonly items: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string; readonly max?: number }
  | { readonly kind: 'details'; readonly summary: string; readonly blocks: readonly Block[] }
  | Table
  | Matrix
  | Gantt

/** `id`: letters, digits and dashes, the same for the same section of every page. */
export interface Section {
  readonly id: string
  readonly title: Inline
  readonly blocks: readonly Block[]
}

/** Longest foreign text in one place, characters. */
export const usualLength = 400

/** Longest text of a code block, characters. */
export const usualBlockLength = 20_000

export const text = (value: string, max: number): Span => ({ [brand]: true, kind: 'text', text: value, max })
export const toned = (value: string, tone: Tone): Span => ({
  [brand]: true,
  kind: 'text',
  text: value,
  max: usualLength,
  tone,
})
export const code = (value: string, max = usualLength): Span => ({ [brand]: true, kind: 'code', text: value, max })
export const strong = (of: Inline): Span => ({ [brand]: true, kind: 'strong', of })
export const link = (label: string, to: string | null): Span => ({ [brand]: true, kind: 'link', label, to })

/** Our own words with foreign ones between them: the former are never cut, and a line end in them is a space. */
export const inline = (words: TemplateStringsArray, ...values: readonly (Inline | number)[]): readonly Span[] =>
  words.flatMap((word, i): readonly Span[] => [
    ...(word === '' ? [] : [text(word.replace(/\s*\n\s*/g, ' '), Infinity)]),
    ...(i < values.length ? spansOf(values[i] ?? '') : []),
  ])

/** Several as one, with `between` between them. */
export const joined = (list: readonly Inline[], between: string): readonly Span[] =>
  list.flatMap((one, i) => [...(i === 0 ? [] : [text(between, Infinity)]), ...spansOf(one)])

/** Whatever is neither text nor of a constructor's making is shown as `?`. */
export function spansOf(of: Inline | number): readonly Span[] {
  if (typeof of === 'number') return [String(of)]
  return (Array.isArray(of) ? (of as readonly Span[]) : [of as Span]).map((one) => (isSpan(one) ? one : '?'))
}

const isSpan = (value: unknown): value is Span =>
  typeof value === 'string' || (typeof value === 'object' && value !== null && brand in value)

export const paragraph = (of: Inline): Block => ({ kind: 'paragraph', of })
export const heading = (title: Inline): Block => ({ kind: 'heading', title })
export const list = (items: readonly Inline[]): Block => ({ kind: 'list', items })
export const codeBlock = (value: string, max = usualBlockLength): Block => ({ kind: 'code', text: value, max })
export const table = (
  head: readonly Inline[],
  rows: readonly (readonly Inline[])[],
  align: readonly Align[] = [],
): Table => ({ kind: 'table', head, rows, align })
/** Names and what stands beside them. */
export const pairs = (rows: readonly (readonly [name: Inline, value: Inline])[]): Table => ({
  kind: 'table',
  head: null,
  rows,
  align: [],
})

/** Those that are there. */
export const present = (sections: readonly (Section | null)[]): readonly Section[] => sections.filter((s) => s !== null)

export const legendText = (legend: Matrix['legend']): string =>
  legend.map(({ symbol, meaning }) => `${symbol} ${meaning}`).join('; ')
