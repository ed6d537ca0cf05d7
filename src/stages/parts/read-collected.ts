/** What collectors left below a test's folder, read back to be grouped: the pages show what the files hold. */
import { metricsFiles, metricsOf } from '../../collectors/metrics.ts'
import { digestLogs, type LogDigest } from '../../domain/log-templates.ts'
import { digestMetrics, type MetricsAnswer, type MetricsDigest, type Window } from '../../domain/metrics.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Files } from '../../ports.ts'

export async function groupedLogs(files: Files, folder: string): Promise<LogDigest> {
  const logs: (readonly [string, string])[] = []
  for (const path of await files.list(`${folder}/logs`)) {
    const node = /([^/]+)\.log$/.exec(path)?.[1]
    if (node !== undefined) logs.push([node, new TextDecoder().decode(await files.read(path))])
  }
  return digestLogs(logs)
}

/** Null: nobody asked for metrics. */
export async function readFigures(files: Files, folder: string, plan: Plan): Promise<MetricsDigest | null> {
  const answer = async <T>(name: string): Promise<T | null> =>
    (await files.exists(`${folder}/${name}`))
      ? (JSON.parse(new TextDecoder().decode(await files.read(`${folder}/${name}`))) as T)
      : null
  const window = await answer<Window>(metricsFiles.window)
  if (window === null) return null
  const config = metricsOf(plan)
  return digestMetrics(config, window, {
    queries: await Promise.all(config.queries.map((_, i) => answer<MetricsAnswer>(metricsFiles.query(i)))),
    before: await answer<MetricsAnswer>(metricsFiles.before),
    after: await answer<MetricsAnswer>(metricsFiles.after),
  })
}
