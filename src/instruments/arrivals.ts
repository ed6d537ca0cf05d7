/** Reads a node's counters of what arrives at a port while something is sent to it. */
import { PassThrough } from 'node:stream'
import { readArrivals } from '../commands/arrivals.ts'
import { placeOf } from '../commands/place.ts'
import { inside } from '../commands/quote.ts'
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Arrival } from '../domain/suites/throughput/rate.ts'
import type { Abortable, Nodes, Tables } from '../ports.ts'
import { asFailure } from './per-node.ts'
import { ownerOn } from './witness.ts'

export interface Watch {
  /** One reading more, and all of them. */
  end(): Promise<Read<readonly Arrival[]>>
}

/** Resolves when it reads; where it cannot, `end` says so. */
export async function watchArrivals(
  world: Nodes & Abortable & Tables,
  name: NodeName,
  port: number,
  seconds: number,
): Promise<Watch> {
  const node = world.fleet.nodes.find((n) => n.name === name)
  if (node === undefined) throw new Error(`no node ${name} in fleet ${world.fleet.name}`)
  const stdin = new PassThrough()
  const reading = readings()
  const done = world
    .remote(name)
    .then((remote) =>
      remote.run(inside(placeOf(node.runtime), readArrivals(ownerOn(world, name), port, seconds)), {
        timeoutMs: (seconds + 20) * 1000,
        signal: world.signal,
        stdin,
        onLine: reading.line,
        maxBytes: 1 << 20,
      }),
    )
    .then(
      (r): Read<readonly Arrival[]> => parseArrivals(r.stdout),
      (error: unknown): Read<readonly Arrival[]> => notRead(asFailure(error, name).message),
    )
  await Promise.race([reading.begun, done])
  return {
    end: async () => {
      await Promise.race([reading.next(), done])
      stdin.end()
      const read = await done
      world.signal.throwIfAborted()
      return read
    },
  }
}

/** Resolves with the first reading, and later with one that was begun after it was asked for. */
function readings(): { readonly line: (line: string) => void; readonly begun: Promise<void>; next(): Promise<void> } {
  let waiting: { left: number; readonly done: () => void }[] = []
  const after = (left: number): Promise<void> =>
    new Promise((done) => {
      waiting.push({ left, done })
    })
  return {
    line: (line) => {
      if (line === 'ready') return
      for (const w of waiting) if (--w.left <= 0) w.done()
      waiting = waiting.filter((w) => w.left > 0)
    },
    begun: after(1),
    next: () => after(2),
  }
}

/** A reading that failed makes the whole unread: what came meanwhile would be timed wrong. */
export function parseArrivals(stdout: string): Read<readonly Arrival[]> {
  const lines = stdout.split('\n').filter((l) => l !== '' && l !== 'ready')
  const all = lines.map((line) => /^(\d+\.\d\d) (\d+\.\d\d) (\d+|-)$/.exec(line))
  if (all.length === 0) return notRead('nothing was read')
  const bad = all.findIndex((m) => m === null || m[3] === '-')
  if (bad >= 0) return notRead(`reading ${bad + 1} of ${all.length} failed`)
  return thereIs(all.flatMap((m) => (m === null ? [] : [{ fromMs: ms(m[1]), toMs: ms(m[2]), bytes: Number(m[3]) }])))
}

const ms = (seconds: string | undefined): number => Math.round(Number(seconds) * 1000)
