/** The figures as a table for a terminal, as JSON, and as the page docs/figures.md. */
import { blocksMarkdown } from '../../src/report/markdown.ts'
import { blockText } from '../../src/report/plain.ts'
import { table, type Table } from '../../src/report/section.ts'
import type { Timed } from './measure.ts'

export interface Row {
  readonly what: string
  readonly ours: Timed
  readonly serial: Timed
  /** The same scp and ssh commands on all nodes at once; absent where that was not measured. */
  readonly together?: Timed
  /** What the times are divided by; absent: they are of the whole. */
  readonly per?: string
}

export interface Figures {
  readonly date: string
  readonly quick: boolean
  readonly machine: Readonly<Record<string, string>>
  readonly rows: readonly Row[]
  /** What was counted while measuring. */
  readonly counted: readonly string[]
}

const header = ['', 'vps-test', 'scp and ssh, one by one', 'ratio', 'scp and ssh, all at once', 'ratio'] as const

const each = (t: Timed, per: string | undefined): number => (per === undefined ? t.median : t.median / t.work)
const seconds = (ms: number): string =>
  ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
const ratio = (theirs: number, ours: number): string => `${(theirs / ours).toFixed(1)}×`

function cells(row: Row): readonly string[] {
  const show = (t: Timed | undefined): string =>
    t === undefined ? '–' : `${seconds(each(t, row.per))}${t.runs.length === 1 ? '' : ` (median of ${t.runs.length})`}`
  const against = (t: Timed | undefined): string =>
    t === undefined ? '–' : ratio(each(t, row.per), each(row.ours, row.per))
  return [
    row.per === undefined ? row.what : `${row.what}, per ${row.per}`,
    show(row.ours),
    show(row.serial),
    against(row.serial),
    show(row.together),
    against(row.together),
  ]
}

const rowsOf = (f: Figures): Table =>
  table(header, f.rows.map(cells), ['left', 'right', 'right', 'right', 'right', 'right'])

/** What each side does in its time. */
const meaning = [
  'Ratio: their time divided by ours; above 1 vps-test is faster. A time without “median of” was measured once.',
  'Both sides use the same lab, links, proxy command, key and pinned host keys, in turns. The lab adds delay and loss to every link, but no bandwidth limit.',
  'Deploy, vps-test: from no connection to done: connect, take leases, compress once, upload, check the hash on the node, switch atomically, restart, read from the kernel what runs, wait until every peer is registered; one gatekeeper first, bootstrap nodes last.',
  'Deploy, scp and ssh: per node one scp, one ssh that checks sha256, moves the file and restarts the unit. Nothing is compressed, skipped, proven or waited for.',
  'Matrix, vps-test: from no connection, the rounds of TEST with counters of both ends and of NAT boxes and the receiver’s record read after every round; one attempt for each pair. Scp and ssh: one dial after the other by ssh, no witnesses.',
  'SSH command: `true`; one after the other; vps-test on a connection that is open already, ssh with a new connection each time.',
] as const

const scope = (f: Figures): string =>
  f.quick
    ? 'Quick run: everything once, only the example as it is, twelve pairs, three commands.'
    : 'Full run: median of 3 where the first measurement took less than 20 s; commands: median of 10.'

export const asText = (f: Figures): string =>
  [
    ...Object.entries(f.machine).map(([k, v]) => `${k}: ${v}`),
    `date: ${f.date}`,
    scope(f),
    '',
    blockText(rowsOf(f)),
    '',
    ...f.counted,
    ...meaning,
    '',
  ].join('\n')

export const asJson = (f: Figures): string =>
  `${JSON.stringify(
    {
      ...f,
      rows: f.rows.map((r) => ({
        ...r,
        ratio: r.serial.median / r.serial.work / (r.ours.median / r.ours.work),
        ...(r.together === undefined ? {} : { togetherRatio: r.together.median / r.ours.median }),
      })),
    },
    null,
    2,
  )}\n`

export const asPage = (f: Figures): string =>
  [
    '# Figures',
    '',
    '<!-- Written by `npm run bench -- --write`; change scripts/bench, not this page. -->',
    '',
    `Written by \`npm run bench -- --write\` on ${f.date}. ${scope(f)} The figures are of this machine and this lab; nothing is promised about others.`,
    '',
    blocksMarkdown([table(['machine', ''], Object.entries(f.machine)), rowsOf(f)]),
    '',
    ...[...f.counted, ...meaning].map((line) => `- ${line}`),
    '',
  ].join('\n')
