/** What this machine measured of a fleet's NATs last: a NAT is measured in seconds, and looked up at once. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../adapters/replace-file.ts'
import { measurement } from '../domain/bundle-shape.ts'
import { layout } from '../domain/bundle.ts'
import { hasPlan } from '../domain/events/entry.ts'
import { testsOf } from '../domain/events/readers.ts'
import type { Fleet, MeasuredNats, NatMeasurement, NodeName } from '../domain/fleet.ts'
import { every, list, text, time } from '../domain/shape.ts'
import type { Context } from './context.ts'
import { storedSessions } from './sessions.ts'

export interface KnownNat {
  readonly measurement: NatMeasurement
  /** Unix milliseconds. */
  readonly at: number
}

const fileOf = (c: Context, fleet: Fleet): string =>
  join(c.scratch, `nats-${fleet.name.replaceAll(/[^A-Za-z0-9_-]/g, '_')}.json`)

/** Which machine was measured: another one of the same name is none. */
const machineOf = ({ host, ip, sshPort }: Fleet['nodes'][number]): string => `${host} ${ip} ${sshPort}`

export async function keepNats(c: Context, fleet: Fleet, measurements: readonly NatMeasurement[]): Promise<void> {
  const known = await knownNats(c, fleet)
  const at = c.clock.now()
  const all = new Map([...known, ...measurements.map((m) => [m.node, { measurement: { ...m, raw: [] }, at }] as const)])
  await mkdir(c.scratch, { recursive: true })
  await replaceFile(
    fileOf(c, fleet),
    `${JSON.stringify(
      fleet.nodes.flatMap((n) => {
        const one = all.get(n.name)
        return one === undefined ? [] : [{ machine: machineOf(n), ...one }]
      }),
    )}\n`,
  )
}

const rows = list(every<KnownNat & { readonly machine: string }>({ machine: text, at: time, measurement }))

/** By this machine, whichever looked last: `nodes --measure`, a lab that came up, a test. A file that is none of ours says nothing. */
export async function knownNats(c: Context, fleet: Fleet): Promise<ReadonlyMap<NodeName, KnownNat>> {
  const file = await readFile(fileOf(c, fleet), 'utf8').catch(() => '[]')
  const known = [...parsed(file), ...(await ofTests(c, fleet))].toSorted((a, b) => b.at - a.at)
  return new Map(
    fleet.nodes.flatMap((n): readonly (readonly [NodeName, KnownNat])[] => {
      const one = known.find((k) => k.measurement.node === n.name && k.machine === machineOf(n))
      return one === undefined ? [] : [[n.name, one]]
    }),
  )
}

function parsed(file: string): readonly (KnownNat & { readonly machine: string })[] {
  try {
    const value: unknown = JSON.parse(file)
    return rows(value) === null ? (value as readonly (KnownNat & { readonly machine: string })[]) : []
  } catch {
    return []
  }
}

/** Of the newest test on this fleet whose evidence lies here: after its last round, or before the first. */
async function ofTests(c: Context, fleet: Fleet): Promise<readonly (KnownNat & { readonly machine: string })[]> {
  const tested = (await storedSessions(c.sessions).catch(() => []))
    .flatMap(({ project, session, entries }) => {
      const plan = entries.findLast(hasPlan)?.facts.plan
      return plan === undefined || plan.fleet.name !== fleet.name
        ? []
        : testsOf(entries).map((t) => ({
            at: t.at,
            machines: plan.fleet.nodes,
            folder: join(c.sessions.folderOf(project, session.id), t.folder),
          }))
    })
    .toSorted((a, b) => b.at - a.at)
    .slice(0, 3)
  for (const { at, machines, folder } of tested) {
    const found = await natsIn(join(folder, 'evidence', layout.nat))
    if (found.length > 0)
      return found.flatMap((m) => {
        const node = machines.find((n) => n.name === m.node)
        return node === undefined ? [] : [{ measurement: m, at, machine: machineOf(node) }]
      })
  }
  return []
}

const nats = every<MeasuredNats>({ before: list(measurement), after: list(measurement) })

async function natsIn(path: string): Promise<readonly NatMeasurement[]> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'))
    if (nats(value) !== null) return []
    const { before, after } = value as MeasuredNats
    return [...after, ...before]
  } catch {
    return []
  }
}
