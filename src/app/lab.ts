/** `lab up | down | status | shell | doctor`: a fleet on this machine, measured before it counts as up. */
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { runAttached } from '../adapters/process.ts'
import { systemClock } from '../adapters/system.ts'
import type { NatMeasurement } from '../domain/fleet.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { messageOf } from '../domain/text.ts'
import { doctor, doctorFix, refusalOf, type CheckResult } from '../lab/doctor.ts'
import { hasContainers } from '../lab/inside.ts'
import { labDown, labShell, labStatus, labUp, loadTopology, type Topology } from '../lab/lab.ts'
import { seededTopology } from '../lab/seeded.ts'
import { parseRequest } from '../inputs/request.ts'
import { nodesTable } from '../report/nodes-table.ts'
import { blockText } from '../report/plain.ts'
import { table, toned } from '../report/section.ts'
import { loadFleet, type Context } from './context.ts'
import { measureLab } from './lab-nats.ts'
import { keepNats } from './known-nats.ts'
import { mislabelled, surveyFleet } from './nodes.ts'

export interface LabFlags {
  readonly lab?: string
  readonly topology?: string
  readonly json?: boolean
  readonly shaping?: string
  readonly measure?: boolean
  readonly seed?: string
  readonly fix?: boolean
}

const where = (c: Context, flags: LabFlags) => ({
  signal: c.signal,
  log: c.terminal,
  ...(flags.lab === undefined ? {} : { id: flags.lab }),
})

/** Fails, and takes the lab down again, when a NAT is not what the topology says. */
export async function up(c: Context, flags: LabFlags): Promise<number> {
  const file = topologyFile(c, flags.topology ?? 'lab')
  const loaded = loadTopology(await topologyText(c, file), file)
  const topology = flags.seed === undefined ? loaded : seededTopology(loaded, seedIn(flags.seed))
  if (hasContainers(topology)) await bringContainers(c)
  const began = systemClock.now()
  const elapsed = (): string => ((systemClock.now() - began) / 1000).toFixed(1)
  let measured: readonly NatMeasurement[] = []
  const fleet = await labUp({
    ...where(c, flags),
    log: { ...c.terminal, info: (line) => c.terminal.info(`${elapsed()} s  ${line}`) },
    topology,
    shaping: flags.shaping === 'none' ? 'none' : 'auto',
    ...(c.delayHelper === null ? {} : { delayHelper: c.delayHelper }),
    ...(flags.measure === false
      ? {}
      : {
          verify: async (made, signal) => {
            const rows =
              made.within === 'network'
                ? await measureLab(c, made, signal)
                : await surveyFleet(c, made.fleet, null, true)
            measured = rows.flatMap(({ measurement }) => (measurement === undefined ? [] : [measurement]))
            c.terminal.info(nodesTable(rows))
            const wrong = mislabelled(rows.filter(({ node }) => canBeMeasured(topology, node.name)))
            if (wrong.length > 0)
              throw new Failure({
                code: 'I240',
                message: `a NAT is not what the topology says: ${wrong.join('; ')}`,
                remedy: 'vps-test lab up --no-measure',
              })
          },
        }),
  })
  if (measured.length > 0) await keepNats(c, fleet, measured)
  c.terminal.info(
    `lab up: ${fleet.nodes.length} nodes in ${elapsed()} s; shaping ${fleet.lab?.shaping ?? 'none'}; NAT timeouts divided by ${fleet.lab?.natTimeoutFactor ?? 1}`,
  )
  return exitCodes.passed
}

function seedIn(text: string): number {
  const { request, faults } = parseRequest({ seed: text }, () => '--seed')
  if (request.seed === undefined)
    throw new Failure({ code: 'U095', message: faults.join('; '), remedy: 'vps-test lab up --seed 1' })
  return request.seed
}

/** What is built so that nothing answers there says nothing about its NAT. */
const canBeMeasured = ({ nodes }: Topology, name: string): boolean =>
  nodes.some((n) => n.name === name && n.powered && !n.drops.includes('udp'))

/** A name means a topology that ships with vps-test; what looks like a path is one. */
const topologyFile = (c: Context, named: string): string =>
  /[/.]/.test(named) ? resolve(c.cwd, named) : join(c.root, 'fleets', `${named}.topology.yaml`)

async function topologyText(c: Context, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const shipped = (await readdir(join(c.root, 'fleets')))
      .flatMap((f) => /^(.+)\.topology\.yaml$/.exec(f)?.[1] ?? [])
      .sort()
    throw new Failure({
      code: 'U204',
      message: `cannot read the topology ${file} (${messageOf(error)}); these ship with vps-test: ${shipped.join(', ')}`,
      remedy: `vps-test lab up --topology ${shipped[0] ?? 'lab'}`,
    })
  }
}

/** Only a lab with containers needs these packages, so that only it brings them. */
async function bringContainers(c: Context): Promise<void> {
  const refusal = refusalOf(await doctorFix({ signal: c.signal, log: c.terminal, only: ['containers'] }))
  if (refusal) throw refusal
}

export async function down(c: Context, flags: LabFlags): Promise<number> {
  await labDown(where(c, flags))
  c.terminal.info('lab down')
  return exitCodes.passed
}

/** State of every node; with a running lab also its NATs, declared and measured side by side. */
export async function printLabStatus(c: Context, flags: LabFlags): Promise<number> {
  const state = await labStatus(where(c, flags))
  if (state.phase !== 'up') {
    c.terminal.print(flags.json === true ? JSON.stringify(state) : `lab ${state.id}: ${state.phase}`)
    return exitCodes.infra
  }
  const { fleet } = await loadFleet(c, 'lab', flags.lab)
  const rows = flags.measure === false ? fleet.nodes.map((node) => ({ node })) : await surveyFleet(c, fleet, null, true)
  if (flags.json === true) {
    c.terminal.print(
      JSON.stringify({
        ...state,
        nats: rows.map((r) => ({
          node: r.node.name,
          declared: r.node.nat,
          measured: ('measurement' in r ? r.measurement : null) ?? null,
        })),
      }),
    )
    return exitCodes.passed
  }
  c.terminal.print(
    blockText(
      table(
        ['node', 'address', 'power', 'systemd', 'box'],
        state.nodes.map((n) => [
          n.name,
          n.address,
          toned(n.up ? 'on' : 'off', n.up ? 'good' : 'bad'),
          n.systemd,
          n.box,
        ]),
      ),
      c.terminal.palette,
    ),
  )
  c.terminal.print(nodesTable(rows, c.terminal.palette, c.terminal.columns()))
  return state.nodes.every((n) => n.up) ? exitCodes.passed : exitCodes.infra
}

export async function shell(c: Context, node: string, flags: LabFlags): Promise<number> {
  const exit = await runAttached(await labShell({ ...where(c, flags), node }))
  return exit.kind === 'exited' ? exit.code : exitCodes.harness
}

export async function examine(c: Context, flags: LabFlags): Promise<number> {
  const results =
    flags.fix === true ? await doctorFix({ signal: c.signal, log: c.terminal }) : await doctor({ signal: c.signal })
  c.terminal.print(
    flags.json === true
      ? JSON.stringify(results.map((r) => ({ name: r.check.name, ok: r.ok, detail: r.detail, needed: r.check.needed })))
      : results.map((r) => line(r)).join('\n'),
  )
  const bad = results.filter((r) => !r.ok)
  if (bad.length > 0 && flags.fix !== true) c.terminal.info('to install what is missing: vps-test doctor --fix')
  return bad.length === 0 ? exitCodes.passed : exitCodes.infra
}

const line = (r: CheckResult): string =>
  `${r.ok ? 'ok     ' : 'MISSING'} ${r.check.name.padEnd(18)} ${r.check.purpose}${r.ok ? '' : ` (${r.detail})`}`
