/** One session on one screen: its states, what goes on in this one, pairs as they are tried, and what comes next. */
import type { Entry } from '../domain/ledger.ts'
import { countsText } from '../domain/counts.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { subjectOf, testsOf } from '../domain/events/readers.ts'
import type { Noted, ProgressNotes } from '../domain/progress.ts'
import type { Session } from '../domain/session.ts'
import { firstLoop, isFinal, traitsOf, type State } from '../domain/states.ts'
import { duration, iso, stripHidden } from '../domain/text.ts'
import type { TriedPair } from '../domain/tried.ts'
import { blockText, plain, type Palette } from './plain.ts'
import { inline, strong, toned, type Inline, type Matrix, type Span } from './section.ts'
import { shortNames } from './suites/connectivity-matrix.ts'

export interface WatchView {
  readonly project: string
  readonly session: Session
  readonly entries: readonly Entry[]
  /** Unix milliseconds. */
  readonly now: number
  /** Null: the session is worked on elsewhere, and only its ledger is at hand. */
  readonly progress: ProgressNotes | null
  readonly tried: readonly TriedPair[]
  /** Null: nobody works in this state, or nobody knows. False: whoever did has ended without a record. */
  readonly alive: boolean | null
  /** What goes on with it, as a person would do it. */
  readonly next: string | null
  /** Other sessions that have not ended. */
  readonly others: readonly Pick<Session, 'id' | 'state' | 'changedAt'>[]
}

export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** Lines from the top; the newest messages fill what room is left. */
export function watchLines(
  view: WatchView,
  { columns, rows }: ScreenSize,
  palette: Palette = plain,
): readonly string[] {
  const line = (of: Inline): string => blockText({ kind: 'paragraph', of }, palette)
  const head = [
    line([strong(view.session.id), '  ', toned(iso(view.now).slice(0, 19).replace('T', ' '), 'dim')]),
    line(aboutLine(view)),
    '',
    ...wrapped(stageSpans(view), columns).map(line),
    '',
    ...goingOn(view, columns).map(line),
  ]
  const matrix = matrixLines(view, palette)
  const foot = [...comingNext(view).map(line), ...otherLines(view).map(line)]
  const room = rows - head.length - foot.length
  const shown = matrix.length + 1 <= room ? ['', ...matrix] : []
  const messages = messagesOf(view, Math.max(0, room - shown.length - 2)).map(line)
  return [
    ...head,
    ...shown,
    ...(messages.length === 0 ? [] : ['', ...messages]),
    ...(foot.length === 0 ? [] : ['']),
    ...foot,
  ].slice(0, rows)
}

function aboutLine({ project, entries, session }: WatchView): Inline {
  const plan = entries.findLast(hasPlan)?.facts.plan
  const commit = session.origin?.commit?.slice(0, 12)
  return [
    stripHidden(project, 60),
    ...(plan === undefined
      ? []
      : [
          ` on ${stripHidden(plan.fleet.name, 60)}: ${plan.answers.focus.value}, ${plan.answers.criteria.value}, ${plan.nodes.length} nodes`,
        ]),
    ...(commit === undefined ? [] : [toned(`  ${commit} ${stripHidden(subjectOf(entries) ?? '', 60)}`, 'dim')]),
  ]
}

/** How long each state lasted, and what is still to come. */
function stageSpans({ session, entries, now }: WatchView): readonly Span[] {
  const spent = new Map<State, number>()
  entries.forEach((e, i) => spent.set(e.from, (spent.get(e.from) ?? 0) + e.at - (entries[i - 1]?.at ?? e.at)))
  const visited = [...new Set(entries.map((e) => e.from))].filter((s) => s !== 'IDLE' && s !== 'INTERVIEW')
  const ahead = [...firstLoop.filter((s) => s !== 'INTERVIEW'), ...session.checkpointsLeft]
  const order = [...new Set([...visited, ...(isFinal(session.state) ? [] : ahead), session.state])]
  return order.map((state): Span => {
    const took = spent.get(state)
    if (state === session.state) {
      if (isFinal(state))
        return toned(state === 'COMPLETE' ? '✓ COMPLETE' : '■ STOPPED', state === 'COMPLETE' ? 'good' : 'bad')
      return toned(`▶ ${state} ${duration(now - since(entries, session))}`, 'warn')
    }
    return took === undefined ? toned(`· ${state}`, 'dim') : toned(`✓ ${state} ${duration(took)}`, 'good')
  })
}

/** When the state was entered: a claim or a note in it does not begin it anew. */
const since = (entries: readonly Entry[], session: Session): number =>
  entries.findLast((e) => e.from !== e.to)?.at ?? session.changedAt

/** Spans in lines that fit, two spaces between. */
function wrapped(spans: readonly Span[], columns: number): readonly Inline[] {
  const lines: Span[][] = []
  let length = Infinity
  for (const span of spans) {
    const size = [...blockText({ kind: 'paragraph', of: span })].length + 2
    if (length + size > columns) {
      lines.push([])
      length = 0
    }
    lines.at(-1)?.push(span, '  ')
    length += size
  }
  return lines
}

const barWidth = 30

function goingOn(view: WatchView, columns: number): readonly Inline[] {
  const { session, entries, progress, tried, alive } = view
  const begun = since(entries, session)
  const lines: Inline[] = []
  if (alive === false && traitsOf(session.state).kind === 'working')
    lines.push([toned(`whoever worked on it has ended without a record: the same start goes on with it`, 'bad')])
  if (session.state === 'TEST') {
    const planned = entries.findLast(hasPlan)?.facts.plan.estimate.attempts ?? 0
    const done = tried.reduce((n, t) => n + t.tried, 0)
    if (planned > 0 && done > 0) lines.push(bar(done, planned))
  }
  if (progress === null) {
    if (traitsOf(session.state).kind === 'working') lines.push([toned('its progress is told where it runs', 'dim')])
    return lines
  }
  const fresh = Object.entries(progress.keys).filter(([, { at }]) => at >= begun)
  const nodes = fresh.filter(([key]) => key.startsWith('deploy '))
  const rest = fresh.filter(([key]) => !key.startsWith('deploy '))
  if (session.state === 'DEPLOY')
    lines.push(
      ...inColumns(
        nodes.map(([, n]) => n.text),
        columns,
      ),
    )
  lines.push(...rest.slice(-5).map(([, n]): Inline => [n.text, toned(`  ${agoOf(n, view.now)}`, 'dim')]))
  return lines
}

const agoOf = ({ at }: Noted, now: number): string => (now - at < 3000 ? '' : `${duration(now - at)} ago`)

function bar(done: number, planned: number): Inline {
  const full = Math.min(barWidth, Math.round((barWidth * done) / planned))
  return inline`${toned('█'.repeat(full), 'good')}${toned('░'.repeat(barWidth - full), 'dim')} ${done} of about ${planned} attempts`
}

/** One under the other, in as many columns as fit. */
function inColumns(texts: readonly string[], columns: number): readonly Inline[] {
  const cells = texts.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((t) => stripHidden(t, 60))
  const width = Math.max(20, ...cells.map((t) => t.length)) + 2
  const many = Math.max(1, Math.floor(columns / width))
  const height = Math.ceil(cells.length / many)
  return Array.from({ length: height }, (_, row) =>
    Array.from({ length: many }, (__, i) => (cells[row + i * height] ?? '').padEnd(width))
      .join('')
      .trimEnd(),
  )
}

/** More do not fit any screen. */
const mostNames = 40

/** Of a test that runs: what was found with the receiver so far. The verdict follows from more than that. */
function matrixLines({ session, entries, tried }: WatchView, palette: Palette): readonly string[] {
  if (session.state !== 'TEST' || tried.length === 0) return []
  const plan = entries.findLast(hasPlan)?.facts.plan
  const concerned = new Set(tried.flatMap((t) => [t.from, t.to]))
  const names = (plan?.nodes ?? []).filter((n) => concerned.has(n))
  if (names.length < 2 || names.length > mostNames) return []
  const byPair = new Map(tried.map((t) => [JSON.stringify([t.from, t.to]), t]))
  const matrix: Matrix = {
    kind: 'matrix',
    ...shortNames(names),
    rows: names.map((from) => names.map((to) => cellOf(from === to, byPair.get(JSON.stringify([from, to]))))),
    legend: [
      { symbol: '+', meaning: 'found with the receiver' },
      { symbol: '~', meaning: 'not each time' },
      { symbol: 'x', meaning: 'not found' },
      { symbol: '·', meaning: 'not tried yet' },
    ],
  }
  return [...blockText(matrix, palette).split('\n'), palette.dim('nothing is judged before the end')]
}

const cellOf = (self: boolean, pair: TriedPair | undefined): Matrix['rows'][number][number] => {
  if (self) return { text: '-', tone: 'dim' }
  if (pair === undefined) return { text: '·', tone: 'dim' }
  if (pair.found === pair.tried) return { text: '+', tone: 'good' }
  return pair.found === 0 ? { text: 'x', tone: 'bad' } : { text: '~', tone: 'warn' }
}

function comingNext({ session, entries, now, next }: WatchView): readonly Inline[] {
  const test = testsOf(entries).at(-1)
  const tone = { passed: 'good', failed: 'bad', inconclusive: 'warn' } as const
  return [
    ...(test === undefined || session.state === 'TEST'
      ? []
      : [inline`test ${session.counters.tests}: ${toned(test.result, tone[test.result])}  ${countsText(test.counts)}`]),
    ...(session.why === '' || (!isFinal(session.state) && test === undefined)
      ? []
      : [toned(stripHidden(session.why, 300), 'dim')]),
    ...(session.waitUntil === null ? [] : [countdown(session, session.waitUntil, now)]),
    ...(next === null ? [] : [toned(stripHidden(next, 300), 'dim')]),
  ]
}

const countdown = ({ state }: Session, until: number, now: number): Inline =>
  until > now
    ? inline`${state} ends in ${strong(duration(until - now))}, at ${iso(until).slice(11, 19)}`
    : [toned(`${state} was due ${duration(now - until)} ago`, 'bad')]

const otherLines = ({ others, now }: WatchView): readonly Inline[] =>
  others.slice(0, 5).map((s) => [toned(`also ${s.id}: ${s.state} for ${duration(now - s.changedAt)}`, 'dim')])

/** Transitions and messages together, the newest last. */
function messagesOf({ entries, progress }: WatchView, most: number): readonly Inline[] {
  const steps = entries.map((e) => ({ at: e.at, text: `${e.from} → ${e.to}: ${e.why}` }))
  const said = (progress?.lines ?? []).filter(({ text }) => !/^[A-Z_0-9]+ → [A-Z_0-9]+: /.test(text))
  return [...steps, ...said]
    .toSorted((a, b) => a.at - b.at)
    .slice(most === 0 ? Infinity : -most)
    .map(({ at, text }): Inline => [toned(iso(at).slice(11, 19), 'dim'), ` ${stripHidden(text, 500)}`])
}
