/**
 * What a pair's bare link carries: our own datagrams at a steady rate, counted where they arrive. An end behind a NAT
 * opens the path itself; between two such ends the way goes over an open node, leg by leg.
 */
import { PassThrough } from 'node:stream'
import { drainLink, pourLink } from '../commands/link.ts'
import { placeOf } from '../commands/place.ts'
import { hostPort } from '../domain/addresses.ts'
import { notRead, thereIs, type Pair, type Read } from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { LinkLeg } from '../domain/suites/throughput/work.ts'
import type { Abortable, Nodes, Randomness, RunResult } from '../ports.ts'
import { asFailure } from './per-node.ts'
import { events, randomHex, randomInt } from './prober.ts'

export interface LinkWish {
  /** Our prober's path on the nodes. */
  readonly prober: string
  /** That are there. */
  readonly nodes: readonly NodeName[]
  /** Whom nothing translates or filters can be called. */
  readonly isOpen: (node: NodeName) => boolean
  /** In use by others of the round. */
  readonly busy: ReadonlySet<NodeName>
  readonly bytes: number
  readonly kbps: number
}

export async function askLink(
  world: Nodes & Abortable & Randomness,
  pair: Pair,
  wish: LinkWish,
): Promise<readonly LinkLeg[]> {
  const nodes = world.fleet.nodes.filter((n) => wish.nodes.includes(n.name))
  const [from, to] = [pair.from, pair.to].map((name) => nodes.find((n) => n.name === name))
  if (from === undefined || to === undefined) return []
  if (wish.isOpen(from.name) || wish.isOpen(to.name)) return [await askLeg(world, from, to, wish)]
  const open = nodes.filter((n) => wish.isOpen(n.name) && n.role !== 'registry')
  const between = open.find((n) => !wish.busy.has(n.name)) ?? open[0]
  // Both at once, as a relay carries both.
  return between === undefined
    ? []
    : Promise.all([askLeg(world, from, between, wish), askLeg(world, between, to, wish)])
}

const seconds = 30

/** An open receiver is sent to; else the receiver knocks at the sender, which answers. */
async function askLeg(
  world: Nodes & Abortable & Randomness,
  from: FleetNode,
  to: FleetNode,
  { prober, isOpen, bytes, kbps }: LinkWish,
): Promise<LinkLeg> {
  const [port, token] = [randomInt(world, 21_000, 27_900), randomHex(world, 16)]
  const stop = new AbortController()
  const signal = AbortSignal.any([world.signal, stop.signal])
  // One each: a program that ends closes its own. The drain ends with it, should we be gone.
  const stdins: PassThrough[] = []
  const run = (node: FleetNode, command: ReturnType<typeof drainLink>, ready: () => void) =>
    world
      .remote(node.name)
      .then((remote) => {
        const stdin = new PassThrough()
        stdins.push(stdin)
        return remote.run(command, {
          timeoutMs: (seconds + 15) * 1000,
          signal,
          stdin,
          onLine: (line) => {
            if (line.includes('"ready"')) ready()
          },
        })
      })
      .then(thereIs, (error: unknown) => notRead(asFailure(error, node.name).message))
  const drain = (call: string | null, ready: () => void) =>
    run(to, drainLink(prober, placeOf(to.runtime), { port, token, seconds, call }), ready)
  const pour = (target: string | null, ready: () => void) =>
    run(from, pourLink(prober, placeOf(from.runtime), { to: target, port, token, kbps, bytes }), ready)
  try {
    const [poured, drained] = isOpen(to.name)
      ? await inOrder(
          (ready) => drain(null, ready),
          () => pour(hostPort(to.ip, port), () => undefined),
          true,
        )
      : await inOrder(
          (ready) => pour(null, ready),
          () => drain(hostPort(from.ip, port), () => undefined),
          false,
        )
    world.signal.throwIfAborted()
    return { from: from.name, to: to.name, pouredBytes: pouredIn(poured), drained: drainedIn(drained) }
  } finally {
    stdins.forEach((s) => s.end())
    stop.abort(new Error('the link was asked'))
  }
}

type Ran = Read<RunResult>

/** The second begins when the first is ready, or has ended. Answers the sender's end first. */
async function inOrder(
  first: (ready: () => void) => Promise<Ran>,
  second: () => Promise<Ran>,
  receiverFirst: boolean,
): Promise<readonly [poured: Ran, drained: Ran]> {
  let ran: Promise<Ran> = Promise.resolve(notRead('it was not started'))
  await new Promise<void>((resolve) => {
    ran = first(resolve)
    void ran.then(() => {
      resolve()
    })
  })
  const other = await second()
  const one = await ran
  return receiverFirst ? [other, one] : [one, other]
}

function pouredIn(ran: Ran): Read<number> {
  const bytes = fieldsOf(ran, 'poured')?.['bytes']
  return typeof bytes === 'number' ? thereIs(bytes) : notRead(whyNot(ran))
}

function drainedIn(ran: Ran): LinkLeg['drained'] {
  const { packets, bytes, micros } = fieldsOf(ran, 'link') ?? {}
  return typeof packets === 'number' && typeof bytes === 'number' && typeof micros === 'number'
    ? thereIs({ packets, bytes, micros })
    : notRead(whyNot(ran))
}

const fieldsOf = (ran: Ran, event: string): Readonly<Record<string, unknown>> | undefined =>
  ran.kind === 'there' ? events(ran.value.stdout).find((e) => e['event'] === event) : undefined

const whyNot = (ran: Ran): string =>
  ran.kind === 'there'
    ? (ran.value.stderr || ran.value.stdout).trim().slice(0, 200) || `exit ${String(ran.value.code)}`
    : ran.kind === 'not-read'
      ? ran.why
      : 'it was not asked'
