/** Prometheus over the test's window, and the registry's own metrics before and after: answers as they came. */
import { registryOf } from '../domain/fleet.ts'
import {
  mostMetrics,
  rangeUrl,
  stepOf,
  usualPrometheus,
  type MetricQuery,
  type MetricsAnswer,
  type MetricsConfig,
} from '../domain/metrics.ts'
import type { Plan } from '../domain/plan.ts'
import { registryUrlOf } from '../domain/program.ts'
import { messageOf } from '../domain/text.ts'
import type { Collecting, Collector } from './collector.ts'

/** Below the folder of the evidence. */
export const metricsFiles = {
  window: 'metrics/window.json',
  before: 'metrics/registry-before.json',
  after: 'metrics/registry-after.json',
  query: (i: number): string => `metrics/query-${i + 1}.json`,
} as const

/** A lab asks its own machine, whatever the project names: no test leaves it. */
export const metricsOf = ({ config, fleet }: Pick<Plan, 'config' | 'fleet'>): MetricsConfig => ({
  prometheus: fleet.lab === undefined ? config.metrics.prometheus : usualPrometheus,
  stepSeconds: config.metrics.stepSeconds,
  queries: config.metrics.queries.map(({ name, query }: MetricQuery) => ({ name, query })),
})

export const metricsBefore: Collector = async (from) => ask(from, registryMetrics(from), metricsFiles.before, 'before')

export const metrics: Collector = async (from) => {
  const { plan, window } = from
  const config = metricsOf(plan)
  const step = stepOf(window, config.stepSeconds)
  await from.world.files.write(`${from.folder}/${metricsFiles.window}`, `${JSON.stringify(window)}\n`)
  const read = await Promise.all([
    ask(from, registryMetrics(from), metricsFiles.after, 'after'),
    ...config.queries.map(({ name, query }, i) =>
      ask(from, rangeUrl(config, query, window, step), metricsFiles.query(i), `metric ${name}`),
    ),
  ])
  return read.flat()
}

const registryMetrics = ({ world, plan }: Collecting): string => `${registryUrlOf(world.fleet, plan)}/metrics`

/** What is not to be had is written down as well: its file says why. */
async function ask(
  { world, nodes, folder }: Collecting,
  url: string,
  file: string,
  what: string,
): ReturnType<Collector> {
  const node = registryOf(world.fleet)
  const answer =
    node === undefined || !nodes.includes(node.name)
      ? ({ kind: 'failed', why: 'no machine of a registry takes part, and nobody else is asked' } as const)
      : await answerOf(() => world.http(node.name, url, 15_000))
  await world.files.write(`${folder}/${file}`, `${JSON.stringify(answer)}\n`)
  const why = answer.kind === 'failed' ? answer.why : answer.status === 200 ? null : `status ${answer.status}`
  const named = what === 'before' || what === 'after' ? `the registry's /metrics ${what} the test` : what
  return why === null ? [] : [{ what: named, why }]
}

async function answerOf(get: () => ReturnType<Collecting['world']['http']>): Promise<MetricsAnswer> {
  try {
    const { status, body } = await get()
    return body.length > mostMetrics.bytes
      ? { kind: 'failed', why: `the answer has ${body.length} bytes, ${mostMetrics.bytes} are the most that is kept` }
      : { kind: 'answer', status, body: new TextDecoder().decode(body) }
  } catch (error) {
    return { kind: 'failed', why: messageOf(error).slice(0, 300) }
  }
}
