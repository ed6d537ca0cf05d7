/** What the network carries while a suite is at work: each node's prober asks those of its partners all the time. */
import { watchReflectors } from '../commands/network-watch.ts'
import { placeOf } from '../commands/place.ts'
import { reflect } from '../commands/probe.ts'
import type { Command } from '../commands/command.ts'
import { hostPort } from '../domain/addresses.ts'
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { AnswerCount } from '../domain/suites/gossip/work.ts'
import type { Abortable, Clock, Nodes, Randomness, RunResult } from '../ports.ts'
import { events, randomHex, randomInt } from './prober.ts'
import { startProber } from './started-prober.ts'

export interface NetworkLook {
  readonly node: NodeName
  readonly with: NodeName
  /** Our clock when its prober began to count. */
  readonly startedAt: number
  readonly endedAt: number
  readonly answered: Read<AnswerCount>
}

export interface NetworkWatch {
  /** Of our own packets; what the program was sent it was sent to another. */
  readonly ports: readonly number[]
  end(): Promise<readonly NetworkLook[]>
  /** Whatever became of the run; what runs on the nodes ends with its standard input. */
  stop(): void
}

type WatchWorld = Nodes & Abortable & Randomness & { readonly clock: Clock }

export interface Watching {
  /** Our prober's path on the nodes. */
  readonly prober: string
  readonly partners: ReadonlyMap<NodeName, readonly [NodeName, ...NodeName[]]>
  readonly seconds: number
}

/** Resolves when every prober asks; one that could not be started says so in the end. */
export async function watchNetwork(world: WatchWorld, { prober, partners, seconds }: Watching): Promise<NetworkWatch> {
  const base = randomInt(world, 21_000, 28_000)
  const [ports, token] = [[base, base + 1] as const, randomHex(world, 16)]
  const asked = [...new Set([...partners.values()].flat())]
  const nodeOf = (name: NodeName): FleetNode | undefined => world.fleet.nodes.find((n) => n.name === name)
  const started = (name: NodeName, command: (node: FleetNode) => Command) =>
    startProber(world, name, nodeOf(name), { command, seconds })
  const reflectors = await Promise.all(
    asked.map(async (name) => ({
      name,
      ...(await started(name, (n) =>
        // Nothing asks for an answer from another address: whoever it would be is never sent to.
        reflect(prober, placeOf(n.runtime), { primary: n.ip, secondary: n.ip, ports, token }, n.ip, seconds),
      )),
    })),
  )
  const reflects = new Map(reflectors.map((r) => [r.name, r]))
  const watches = await Promise.all(
    [...partners].map(async ([node, all]) => {
      const to = all.map((name) => ({ name, address: hostPort(nodeOf(name)?.ip ?? '', base) }))
      const own = await started(node, (n) =>
        watchReflectors(prober, placeOf(n.runtime), { to: to.map((t) => t.address), token, seconds }),
      )
      return { node, to, startedAt: world.clock.now(), ...own }
    }),
  )
  const stop = (): void => {
    for (const { stdin } of [...watches, ...reflectors]) stdin.end()
  }
  return {
    ports,
    stop,
    end: async () => {
      for (const { stdin } of watches) stdin.end()
      const looks = await Promise.all(
        watches.map(async ({ node, to, startedAt, ended }): Promise<readonly NetworkLook[]> => {
          const ran = await ended
          const endedAt = world.clock.now()
          return to.map(({ name, address }) => {
            const dumb = reflects.get(name)?.ready === true ? null : `no reflector was started on ${name}`
            const answered = dumb === null ? answeredIn(ran, address) : notRead(dumb)
            return { node, with: name, startedAt, endedAt, answered }
          })
        }),
      )
      stop()
      world.signal.throwIfAborted()
      return looks.flat()
    },
  }
}

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value)

export function answeredIn(
  ran: Read<Pick<RunResult, 'code' | 'stdout' | 'stderr'>>,
  address: string,
): Read<AnswerCount> {
  if (ran.kind !== 'there') return ran.kind === 'absent' ? notRead('it was not asked') : ran
  const { stdout, stderr, code } = ran.value
  const { sent, lost, gaps } = events(stdout).find((e) => e['event'] === 'watched' && e['to'] === address) ?? {}
  const pairs: readonly unknown[] = Array.isArray(gaps) ? gaps : [null]
  const read = pairs.flatMap((pair) => {
    const [fromMs, toMs]: readonly unknown[] = Array.isArray(pair) ? pair : []
    return isCount(fromMs) && isCount(toMs) ? [{ fromMs, toMs }] : []
  })
  return isCount(sent) && isCount(lost) && read.length === pairs.length
    ? thereIs({ sent, lost, gaps: read })
    : notRead((stderr || stdout).trim().slice(0, 200) || `exit ${String(code)}`)
}
