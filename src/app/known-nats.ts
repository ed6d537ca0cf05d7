/** What this machine measured of a fleet's NATs last: a NAT is measured in seconds, and looked up at once. */
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '../adapters/replace-file.ts'
import { measurement } from '../domain/bundle-shape.ts'
import type { Fleet, NatMeasurement, NodeName } from '../domain/fleet.ts'
import { every, list, text, time } from '../domain/shape.ts'
import type { Context } from './context.ts'

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

/** A file that is none of ours says nothing. */
export async function knownNats(c: Context, fleet: Fleet): Promise<ReadonlyMap<NodeName, KnownNat>> {
  const file = await readFile(fileOf(c, fleet), 'utf8').catch(() => '[]')
  const known = parsed(file)
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
