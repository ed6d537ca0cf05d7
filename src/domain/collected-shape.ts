/** The shape of what was made of collected logs and metrics, so far as anything reads it: an evidence folder may be a stranger's. */
import { logLevels, mostLogs, type LogSeen, type LogTemplate } from './log-templates.ts'
import { mostMetrics, type MetricsDigest, type Sampled, type MetricSeries } from './metrics.ts'
import { every, fields, kinds, list, name, number, oneOf, text, time, whole, type Check } from './shape.ts'

const template = (nodes: number): Check =>
  every<LogTemplate>({
    template: text,
    level: oneOf(...logLevels),
    count: whole,
    nodes: list(every<LogSeen>({ node: name, count: whole, first: text, last: text }), nodes),
  })

export const logsShape = (nodes: number): Check =>
  fields({ templates: list(template(nodes), mostLogs.templates), lines: whole, beyond: whole })

const series = every<MetricSeries>({
  labels: text,
  points: whole,
  first: number,
  last: number,
  min: number,
  max: number,
})
const sampled = every<Sampled>({ name: text, before: number, after: number })
const notRead = fields({ why: text })
const asked = fields({ name: text, query: text })
const figures = kinds({
  series: fields({ series: list(series, mostMetrics.series), beyond: whole }),
  'not read': notRead,
})

export const metricsShape: Check = every<MetricsDigest>({
  window: fields({ from: time, to: time }),
  stepSeconds: number,
  queries: list((query) => asked(query) ?? figures(query), 20),
  registry: kinds({
    read: fields({ changed: list(sampled, mostMetrics.changed), same: whole, beyond: whole }),
    'not read': notRead,
  }),
})
