/** Proof by metrics against a real Prometheus on loopback, which scrapes a registry of hostile words. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { folder as filesIn } from '../../src/adapters/system.ts'
import { metrics, metricsBefore } from '../../src/collectors/metrics.ts'
import type { Collecting } from '../../src/collectors/collector.ts'
import { metricsShape } from '../../src/domain/collected-shape.ts'
import { sectionMarkdown } from '../../src/report/markdown.ts'
import { metricsSection } from '../../src/report/sections/metrics.ts'
import { readFigures } from '../../src/stages/parts/read-collected.ts'
import { planOf } from '../kit/plan.ts'

const hostile = '<script>x</script>|`a`'
let scrapes = 0
let registry: Server
let prometheus: ChildProcess
let place: string
let base: string

const listen = (server: Server): Promise<number> =>
  new Promise((done) => server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port)))

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'vps-test-prometheus-'))
  registry = createServer((_, answer) => {
    scrapes++
    answer.end(`# HELP peers\npeers{name="${hostile}"} 9\nrequests_total ${scrapes}\n`)
  })
  // A free port for Prometheus, which takes no 0.
  const port = await listen(registry)
  const probe = createServer()
  const free = await listen(probe)
  await new Promise((done) => probe.close(done))
  base = `http://127.0.0.1:${free}`
  const config = `scrape_configs: [{ job_name: 'r', scrape_interval: 1s, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]`
  await writeFile(join(place, 'prometheus.yml'), config)
  prometheus = spawn(
    'prometheus',
    [
      `--config.file=${join(place, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(place, 'data')}`,
      `--web.listen-address=127.0.0.1:${free}`,
    ],
    { stdio: 'ignore' },
  )
  const gone = new Promise<never>((_, no) =>
    prometheus.once('error', () => no(new Error('prometheus is not installed: apt-get install prometheus'))),
  )
  await Promise.race([gone, until(async () => (await valuesOf('up')) >= 2)])
})
afterAll(async () => {
  prometheus.kill()
  registry.close()
  await rm(place, { recursive: true, force: true })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await new Promise((go) => setTimeout(go, 100))
}
async function valuesOf(query: string): Promise<number> {
  const answer = await fetch(`${base}/api/v1/query?query=count_over_time(${query}[1m])`)
  const { data } = (await answer.json()) as { data: { result: { value: [number, string] }[] } }
  return Number(data.result[0]?.value[1] ?? 0)
}

const plan = planOf({ nodes: ['registry', 'a'] })
/** The fleet is a real one here, so that the project's Prometheus is asked. */
const { lab: _, ...fleet } = plan.fleet

function collecting(prometheusAt: string, from: number): Collecting & { readonly plan: typeof plan } {
  const queries = [
    { name: 'up', query: 'up' },
    { name: 'peers', query: 'peers' },
    { name: 'nothing', query: 'no_such_metric' },
    { name: 'wrong', query: 'sum by (' },
  ]
  const { port } = registry.address() as AddressInfo
  const real = { ...fleet, registryUrl: `http://127.0.0.1:${port}` }
  return {
    plan: {
      ...plan,
      fleet: real,
      config: { ...plan.config, metrics: { prometheus: prometheusAt, stepSeconds: 1, queries } },
    },
    nodes: plan.nodes,
    folder: 'evidence',
    window: { from, to: Date.now() },
    since: from,
    unitOn: () => null,
    // Only what a collector of metrics asks of the world.
    world: {
      fleet: real,
      files: filesIn(place),
      http: async (_node: string, url: string) => {
        const answer = await fetch(url)
        return { status: answer.status, headers: {}, body: new Uint8Array(await answer.arrayBuffer()) }
      },
    } as unknown as Collecting['world'],
  }
}

test('figures of the window, what is not there, what is refused, and the registry before and after', async () => {
  const asked = collecting(base, Date.now() - 30_000)
  await metricsBefore(asked)
  const notes = await metrics(asked)
  expect(notes.map((n) => n.what)).toEqual(['metric wrong'])
  const digest = await readFigures(asked.world.files, asked.folder, asked.plan)
  expect(metricsShape(digest)).toBeNull()
  const [up, peers, nothing, wrong] = digest?.queries ?? []
  expect(up).toMatchObject({ kind: 'series', series: [{ first: 1, last: 1, min: 1, max: 1 }], beyond: 0 })
  expect(peers).toMatchObject({ kind: 'series', series: [{ last: 9 }] })
  expect(nothing).toMatchObject({ kind: 'series', series: [] })
  expect(wrong).toMatchObject({ kind: 'not read', why: expect.stringContaining('parse error') as string })
  expect(digest?.registry).toMatchObject({ kind: 'read', same: 1, changed: [{ name: 'requests_total' }] })
  const section = metricsSection({ metrics: digest })
  const page = section === null ? '' : sectionMarkdown(section)
  expect(page).toMatch(/``.*<script>x<\/script>\\\|`a`.*``/)
  expect(page).toMatch(/Not read: .*parse error/)
})

test('a Prometheus that is not there is said, and stops nothing', async () => {
  const asked = { ...collecting('http://127.0.0.1:1', Date.now() - 1000), folder: 'other' }
  const notes = await metrics(asked)
  expect(notes.map((n) => n.what)).toEqual(['metric up', 'metric peers', 'metric nothing', 'metric wrong'])
  const digest = await readFigures(asked.world.files, asked.folder, asked.plan)
  expect(digest?.queries.map((q) => q.kind)).toEqual(['not read', 'not read', 'not read', 'not read'])
  expect(digest?.registry).toMatchObject({ kind: 'not read', why: 'it was not asked before the test' })
})
