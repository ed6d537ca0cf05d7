/** The matrix of all ordered pairs, callers down, callees across: one symbol each. */
import type { NodeName } from '../../domain/fleet.ts'
import type { Judgement } from '../../domain/suites/connectivity/judge.ts'
import type { Matrix, Tone } from '../section.ts'

export const legend: Readonly<Record<string, string>> = {
  D: 'end-to-end, delivered',
  P: 'end-to-end, punched',
  R: 'relayed as expected',
  r: 'delivered only by relay (failed)',
  X: 'failed',
  '?': 'unwitnessed or ambiguous',
  '!': 'a step of ours broke',
  '·': 'not tried',
  '-': 'itself',
}

/** Beside the symbol of a cell whose every failure a checkpoint's retry made good. */
const recoveredMark = { symbol: '*', meaning: 'recovered on retry' } as const

/** Worst first: what a pair with several attempts shows. */
const order = ['X', 'r', '!', '?', 'R', 'D', 'P'] as const
type Symbol = (typeof order)[number] | '·' | '-'

const tones: Readonly<Record<Symbol, Tone>> = {
  X: 'bad',
  r: 'bad',
  '!': 'warn',
  '?': 'warn',
  R: 'good',
  D: 'good',
  P: 'good',
  '·': 'dim',
  '-': 'dim',
}

export function symbolOf(j: Judgement): (typeof order)[number] {
  switch (j.outcome) {
    case 'success':
      return j.path === 'relayed' ? 'R' : j.punched ? 'P' : 'D'
    case 'failed':
      return j.path === 'relayed' && j.grade !== null && j.grade !== 'D' ? 'r' : 'X'
    case 'unwitnessed':
      return '?'
    case 'infra':
    case 'harness':
      return '!'
  }
}

/** The symbol, and successes/attempts where a pair was tried more than once. */
function cell(
  list: readonly Judgement[],
  self: boolean,
): { readonly symbol: Symbol; readonly recovered: boolean; readonly text: string } {
  if (self) return { symbol: '-', recovered: false, text: '-' }
  const symbol = order.find((s) => list.some((j) => symbolOf(j) === s)) ?? '·'
  const good = list.filter((j) => j.outcome === 'success').length
  const failed = list.filter((j) => j.outcome === 'failed')
  const recovered = failed.length > 0 && failed.every((j) => j.recovered === true)
  const shown = recovered ? `${symbol}${recoveredMark.symbol}` : symbol
  return { symbol, recovered, text: list.length > 1 ? `${shown} ${good}/${list.length}` : shown }
}

export interface MatrixInput {
  readonly samples: readonly Judgement[]
  /** In the order of rows and columns. */
  readonly nodes: readonly { readonly node: NodeName }[]
}

export function matrixOf({ samples, nodes }: MatrixInput): Matrix {
  const byPair = Map.groupBy(samples, ({ subject: { pair } }) => JSON.stringify([pair.from, pair.to]))
  const cells = nodes.map(({ node: from }) =>
    nodes.map(({ node: to }) => cell(byPair.get(JSON.stringify([from, to])) ?? [], from === to)),
  )
  const rows = cells.map((row) => row.map((c) => ({ text: c.text, tone: tones[c.symbol] })))
  return { kind: 'matrix', ...shortNames(nodes.map((n) => n.node)), rows, legend: used(cells.flat()) }
}

function used(cells: readonly ReturnType<typeof cell>[]): Matrix['legend'] {
  const symbols = new Set(cells.map((c): string => c.symbol))
  return [
    ...Object.entries(legend)
      .filter(([symbol]) => symbols.has(symbol))
      .map(([symbol, meaning]) => ({ symbol, meaning })),
    ...(cells.some((c) => c.recovered) ? [recoveredMark] : []),
  ]
}

/** `saorsa-4`, `saorsa-10` → stem `saorsa-`, names `4`, `10`; names without a common stem up to a dash stay whole. */
export function shortNames(names: readonly NodeName[]): { readonly stem: string; readonly names: readonly string[] } {
  const stem = names[0]?.replace(/[^-]*$/, '') ?? ''
  const common = stem !== '' && names.length > 1 && names.every((n) => n.startsWith(stem) && n !== stem)
  return common ? { stem, names: names.map((n) => n.slice(stem.length)) } : { stem: '', names }
}
