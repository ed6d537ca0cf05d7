/** What a terminal shows, as a picture: runs of cells of one look are one text each. */

/** `colour`: of the sixteen, or a `#rrggbb`; null: the terminal's own. */
export interface Cell {
  readonly text: string
  readonly colour: number | null
  readonly bold: boolean
  readonly dim: boolean
}
export type Row = readonly Cell[]

const [wide, high, margin] = [8.43, 17, 12] as const
const paper = '#1b1f27'
const ink = '#d8dee9'
const faint = '#8791a5'
/** Of the sixteen colours, as a dark terminal has them. */
const sixteen = [
  '#3b4252',
  '#ef6b73',
  '#9ece6a',
  '#e5c07b',
  '#7aa2f7',
  '#c792ea',
  '#56c8d8',
  '#d8dee9',
  '#6b7486',
  '#ff8b92',
  '#b9e38c',
  '#f2d694',
  '#9dbcff',
  '#dcb3f5',
  '#86e1ee',
  '#ffffff',
] as const

/** `title` is read out where the picture cannot be seen. */
export function svgOf(rows: readonly Row[], columns: number, title: string): string {
  const [width, height] = [Math.ceil(columns * wide + 2 * margin), rows.length * high + 2 * margin]
  const lines = rows.flatMap((row, y) => {
    const spans = runsOf(row).map(spanOf)
    return spans.length === 0 ? [] : [`<text y="${margin + high * (y + 0.76)}">${spans.join('')}</text>`]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="${paper}"/>`,
    `<g fill="${ink}" font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" xml:space="preserve">`,
    ...lines,
    '</g></svg>',
    '',
  ].join('\n')
}

interface Run {
  readonly x: number
  readonly cell: Cell
  readonly text: string
}

/** Blanks between two looks belong to neither. */
function runsOf(row: Row): readonly Run[] {
  const runs: Run[] = []
  row.forEach((cell, x) => {
    const last = runs.at(-1)
    if (last !== undefined && alike(last.cell, cell) && last.x + [...last.text].length === x)
      runs[runs.length - 1] = { ...last, text: last.text + cell.text }
    else if (cell.text.trim() !== '') runs.push({ x, cell, text: cell.text })
  })
  return runs.map((r) => ({ ...r, text: r.text.trimEnd() })).filter((r) => r.text !== '')
}

const alike = (a: Cell, b: Cell): boolean =>
  b.text.trim() === '' || (a.colour === b.colour && a.bold === b.bold && a.dim === b.dim)

function spanOf({ x, cell, text }: Run): string {
  const looks = [
    `x="${(margin + x * wide).toFixed(1)}"`,
    `textLength="${([...text].length * wide).toFixed(1)}"`,
    ...(cell.colour === null && !cell.dim ? [] : [`fill="${cell.dim ? faint : (sixteen[cell.colour ?? 7] ?? ink)}"`]),
    ...(cell.bold ? ['font-weight="bold"'] : []),
  ]
  return `<tspan ${looks.join(' ')}>${escaped(text)}</tspan>`
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
