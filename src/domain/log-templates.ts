/**
 * Log lines grouped into templates: values are taken out word by word, and what is alike is merged as Drain does (He et
 * al. 2017): by number of words, by the first word, then by the share of words that agree.
 */
import { sha256 } from './canonical.ts'

export const logLevels = ['error', 'warning', 'other'] as const
export type LogLevel = (typeof logLevels)[number]

/** Of one template on one node: times as the journal wrote them. */
export interface LogSeen {
  readonly node: string
  readonly count: number
  readonly first: string
  readonly last: string
}
export interface LogTemplate {
  readonly template: string
  readonly level: LogLevel
  readonly count: number
  readonly nodes: readonly LogSeen[]
}
export interface LogDigest {
  /** Errors first, then warnings; in each the most frequent first. */
  readonly templates: readonly LogTemplate[]
  readonly lines: number
  /** Lines that are in no template here: of templates beyond the most that are kept, or beyond a node's lines. */
  readonly beyond: number
}

export const noLogs: LogDigest = { templates: [], lines: 0, beyond: 0 }

/** Whoever writes a log decides how much of it there is. */
export const mostLogs = { lines: 5000, characters: 1000, words: 40, leaf: 50, templates: 200, groups: 5000 } as const
/** Share of words that two lines must have in common. */
const alike = 0.5

interface Group {
  words: readonly string[]
  level: LogLevel
  readonly nodes: Map<string, { count: number; first: string; last: string }>
}

/** `logs`: a node's journal each, oldest line first; the nodes in their order. */
export function digestLogs(logs: readonly (readonly [node: string, text: string])[]): LogDigest {
  const tree = new Map<string, Group[]>()
  const groups: Group[] = []
  let [lines, beyond] = [0, 0]
  for (const [node, text] of logs) {
    const all = text.split('\n').filter((l) => l.trim() !== '' && !l.startsWith('-- '))
    lines += all.length
    beyond += Math.max(0, all.length - mostLogs.lines)
    for (const line of all.slice(-mostLogs.lines)) {
      const { at, message } = partsOf(line.slice(0, mostLogs.characters))
      const words = wordsOf(message)
      const group = groupFor(tree, groups, words, levelOf(message))
      if (group === null) beyond++
      else see(group, node, at)
    }
  }
  const sorted = groups.map(templateOf).toSorted(bySeverity)
  const [kept, rest] = [sorted.slice(0, mostLogs.templates), sorted.slice(mostLogs.templates)]
  return { templates: kept, lines, beyond: beyond + rest.reduce((n, t) => n + t.count, 0) }
}

/** `2026-01-31T08:05:09.123456+0000 host peer[42]: message`. */
function partsOf(line: string): { readonly at: string; readonly message: string } {
  const [, at, message] =
    /^(\d{4}-\d\d-\d\dT[\d:.,]{5,20}(?:Z|[+-]\d\d:?\d\d)?) \S{1,255} [^\s:]{1,255}: ?(.*)$/.exec(line) ?? []
  return { at: at ?? '', message: message ?? line }
}

/** By whole words; a program's own level stands near the beginning. */
export function levelOf(message: string): LogLevel {
  const words = new Set(message.toLowerCase().split(/[^a-z]+/))
  if (errors.some((w) => words.has(w))) return 'error'
  return warnings.some((w) => words.has(w)) ? 'warning' : 'other'
}
const errors = [
  'error',
  'err',
  'fatal',
  'panic',
  'panicked',
  'critical',
  'failed',
  'failure',
  'segfault',
  'abort',
  'aborted',
]
const warnings = [
  'warn',
  'warning',
  'timeout',
  'timed',
  'retry',
  'retrying',
  'refused',
  'unreachable',
  'lost',
  'dropped',
]

function wordsOf(message: string): readonly string[] {
  const words = message
    .replace(/\[[0-9a-f:.]{2,45}\](?::\d{1,5})?/gi, '<address>')
    .split(/\s+/)
    .filter((w) => w !== '')
  const kept = words.slice(0, mostLogs.words).map((w) => w.replace(/[^\s=,;()[\]{}"'|]+/g, masked))
  return words.length > mostLogs.words ? [...kept, '…'] : kept
}

/** A piece between separators that is another in each line. */
function masked(piece: string): string {
  const end = /[.:!?]*$/.exec(piece)?.[0] ?? ''
  const core = piece.slice(0, piece.length - end.length)
  const name = kindOf(core)
  return name === null ? piece : `<${name}>${end}`
}

function kindOf(piece: string): string | null {
  if (!/\d/.test(piece)) return null
  if (/^\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?$/.test(piece)) return 'address'
  if (/^\d{4}-\d\d-\d\d(?:T.*)?$/.test(piece) || /^\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(piece)) return 'time'
  if (/^[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(piece)) return 'address'
  if (/^[-+]?\d[\d.,_]*$/.test(piece)) return 'n'
  if (/^(?:0x)?[0-9a-f-]{8,}…?$/i.test(piece)) return 'id'
  if (/^[-+]?\d[\d.,_]*[a-zµ%]{1,4}(?:\/s)?$/i.test(piece)) return 'n'
  return piece.length >= 16 && /^[\w+/-]+$/.test(piece) && /[a-z]/i.test(piece) ? 'id' : null
}

function groupFor(
  tree: Map<string, Group[]>,
  groups: Group[],
  words: readonly string[],
  level: LogLevel,
): Group | null {
  const first = words[0] ?? ''
  const key = `${level} ${words.length} ${first.includes('<') ? '<*>' : first}`
  const leaf = tree.get(key) ?? []
  tree.set(key, leaf)
  let [best, score] = [null as Group | null, 0]
  for (const group of leaf) {
    const same = words.filter((w, i) => w === group.words[i]).length / Math.max(1, words.length)
    if (same > score) [best, score] = [group, same]
  }
  if (best !== null && score >= alike) {
    best.words = best.words.map((w, i) => (w === words[i] ? w : '<*>'))
    return best
  }
  if (leaf.length >= mostLogs.leaf || groups.length >= mostLogs.groups) return null
  const group = { words, level, nodes: new Map() }
  leaf.push(group)
  groups.push(group)
  return group
}

function see({ nodes }: Group, node: string, at: string): void {
  const seen = nodes.get(node)
  if (seen === undefined) nodes.set(node, { count: 1, first: at, last: at })
  else
    nodes.set(node, {
      count: seen.count + 1,
      first: seen.first === '' ? at : seen.first,
      last: at === '' ? seen.last : at,
    })
}

const templateOf = ({ words, level, nodes }: Group): LogTemplate => ({
  template: words.join(' '),
  level,
  count: [...nodes.values()].reduce((n, s) => n + s.count, 0),
  nodes: [...nodes].map(([node, seen]) => ({ node, ...seen })),
})

const bySeverity = (a: LogTemplate, b: LogTemplate): number =>
  logLevels.indexOf(a.level) - logLevels.indexOf(b.level) ||
  b.count - a.count ||
  (a.template < b.template ? -1 : a.template > b.template ? 1 : 0)

/** How often each template came, without its words: what the ledger keeps of a test that passed. */
export type LogCounts = Readonly<Record<string, number>>
export const logKey = ({ template, level }: Pick<LogTemplate, 'template' | 'level'>): string =>
  sha256(`${level} ${template}`).slice(0, 16)
export const logCounts = ({ templates }: LogDigest): LogCounts =>
  Object.fromEntries(templates.map((t) => [logKey(t), t.count]))

/** Against the last test that passed: null: nothing is known of one. */
export function changeOf(t: LogTemplate, before: LogCounts | null): 'new' | 'more often' | 'as before' | null {
  if (before === null) return null
  const was = before[logKey(t)]
  if (was === undefined) return 'new'
  // Twice as often, and not by a handful.
  return t.count >= 2 * was && t.count - was >= 10 ? 'more often' : 'as before'
}
