/** What was asked of Prometheus and of the registry's own metrics, as figures; whatever they answer. */

export interface MetricQuery {
  readonly name: string
  /** PromQL. */
  readonly query: string
}
/** As the project configures it. */
export interface MetricsConfig {
  /** As the registry's machine reaches it. */
  readonly prometheus: string
  readonly stepSeconds: number
  readonly queries: readonly MetricQuery[]
}
/** On the machine of the registry, where nobody names another place. */
export const usualPrometheus = 'http://127.0.0.1:9090'
/** What every Prometheus has of what it scrapes. */
export const usualQueries: readonly MetricQuery[] = [
  { name: 'targets that answer', query: 'up' },
  { name: 'memory', query: 'process_resident_memory_bytes' },
  { name: 'processor', query: 'rate(process_cpu_seconds_total[1m])' },
]

/** Unix milliseconds. */
export interface Window {
  readonly from: number
  readonly to: number
}
/** An answer as it came, or why there is none. */
export type MetricsAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: string }
  | { readonly kind: 'failed'; readonly why: string }

export interface MetricSeries {
  /** `job="node",instance="a"`. */
  readonly labels: string
  readonly points: number
  readonly first: number
  readonly last: number
  readonly min: number
  readonly max: number
}
export type QueryFigures = MetricQuery &
  (
    | { readonly kind: 'series'; readonly series: readonly MetricSeries[]; readonly beyond: number }
    | { readonly kind: 'not read'; readonly why: string }
  )
export interface Sampled {
  readonly name: string
  readonly before: number
  readonly after: number
}
export type RegistryFigures =
  | { readonly kind: 'read'; readonly changed: readonly Sampled[]; readonly same: number; readonly beyond: number }
  | { readonly kind: 'not read'; readonly why: string }
export interface MetricsDigest {
  readonly window: Window
  readonly stepSeconds: number
  readonly queries: readonly QueryFigures[]
  readonly registry: RegistryFigures
}

/** Labels and values are whatever a scraped program says. */
export const mostMetrics = {
  series: 50,
  points: 11_000,
  labels: 300,
  samples: 5000,
  changed: 100,
  bytes: 4 << 20,
  words: 300,
} as const

/** Prometheus refuses more than 11,000 points. */
export const stepOf = ({ from, to }: Window, wanted: number): number =>
  Math.max(wanted, Math.ceil((to - from) / 1000 / (mostMetrics.points - 1)))

export function rangeUrl({ prometheus }: MetricsConfig, query: string, { from, to }: Window, step: number): string {
  const asked = new URLSearchParams({ query, start: `${from / 1000}`, end: `${to / 1000}`, step: `${step}` })
  return `${prometheus.replace(/\/+$/, '')}/api/v1/query_range?${asked.toString()}`
}

export function digestMetrics(
  config: MetricsConfig,
  window: Window,
  answers: {
    readonly queries: readonly (MetricsAnswer | null)[]
    readonly before: MetricsAnswer | null
    readonly after: MetricsAnswer | null
  },
): MetricsDigest {
  return {
    window,
    stepSeconds: stepOf(window, config.stepSeconds),
    queries: config.queries.map((q, i) => ({ ...q, ...queryFigures(answers.queries[i] ?? null) })),
    registry: registryFigures(answers.before, answers.after),
  }
}

const short = (value: unknown): string => String(value).slice(0, mostMetrics.words)
const notRead = (why: string) => ({ kind: 'not read', why: short(why) }) as const
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Of a range query: `data.result` is a matrix. */
export function queryFigures(answer: MetricsAnswer | null) {
  if (answer === null) return notRead('it was not asked')
  if (answer.kind === 'failed') return notRead(answer.why)
  let value: unknown
  try {
    value = JSON.parse(answer.body)
  } catch {
    return notRead(`status ${answer.status}, and no JSON`)
  }
  if (!isRecord(value) || value['status'] !== 'success' || answer.status !== 200)
    return notRead(
      `status ${answer.status}${isRecord(value) && typeof value['error'] === 'string' ? `: ${value['error']}` : ''}`,
    )
  const data = isRecord(value['data']) ? value['data'] : {}
  const result = data['resultType'] === 'matrix' && Array.isArray(data['result']) ? data['result'] : null
  if (result === null) return notRead('the answer is no range of values')
  const series = result.slice(0, mostMetrics.series).flatMap((s: unknown) => seriesOf(s) ?? [])
  return { kind: 'series', series, beyond: result.length - series.length } as const
}

function seriesOf(value: unknown): MetricSeries | null {
  if (!isRecord(value) || !Array.isArray(value['values'])) return null
  const numbers = value['values']
    .slice(0, mostMetrics.points)
    .map((point: unknown) => (Array.isArray(point) ? Number(point[1]) : NaN))
    .filter((n) => Number.isFinite(n))
  const [first, last] = [numbers[0], numbers.at(-1)]
  if (first === undefined || last === undefined) return null
  const bounds = numbers.reduce(({ min, max }, n) => ({ min: Math.min(min, n), max: Math.max(max, n) }), {
    min: first,
    max: first,
  })
  return { labels: labelsOf(value['metric']), points: numbers.length, first, last, ...bounds }
}

const labelsOf = (metric: unknown): string =>
  Object.entries(isRecord(metric) ? metric : {})
    .map(([name, value]) => `${name}=${JSON.stringify(String(value).slice(0, mostMetrics.labels))}`)
    .toSorted()
    .join(',')
    .slice(0, mostMetrics.labels)

function registryFigures(before: MetricsAnswer | null, after: MetricsAnswer | null): RegistryFigures {
  const [a, b] = [samplesOf(before, 'before'), samplesOf(after, 'after')]
  if (typeof a === 'string') return notRead(a)
  if (typeof b === 'string') return notRead(b)
  const both = [...b].flatMap(([name, now]) => {
    const was = a.get(name)
    return was === undefined ? [] : [{ name, before: was, after: now }]
  })
  const changed = both.filter((s) => s.before !== s.after)
  return {
    kind: 'read',
    changed: changed.slice(0, mostMetrics.changed),
    same: both.length - changed.length,
    beyond: Math.max(0, changed.length - mostMetrics.changed),
  }
}

/** Text of Prometheus' exposition format: `name{labels} value [time]`; comments and what is no sample are passed over. */
function samplesOf(answer: MetricsAnswer | null, when: string): ReadonlyMap<string, number> | string {
  if (answer === null) return `it was not asked ${when} the test`
  if (answer.kind === 'failed') return `${when} the test: ${answer.why}`
  if (answer.status !== 200) return `${when} the test: status ${answer.status}`
  const samples = new Map<string, number>()
  for (const line of answer.body.slice(0, mostMetrics.bytes).split('\n')) {
    if (line.startsWith('#') || samples.size >= mostMetrics.samples) continue
    const end = line.lastIndexOf('}') + 1
    const [name, value] =
      end > 0 ? [line.slice(0, end), line.slice(end).trim().split(' ')[0]] : line.trim().split(/\s+/, 2)
    const number = Number(value === '' ? NaN : value)
    if (name !== undefined && /^[a-zA-Z_:]/.test(name) && Number.isFinite(number))
      samples.set(name.slice(0, mostMetrics.labels), number)
  }
  return samples.size === 0 ? `${when} the test: no sample in the answer` : samples
}
