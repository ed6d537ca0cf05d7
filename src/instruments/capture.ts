/** Captures the headers of a pair's packets on both of its nodes while something is done. */
import { captureHeaders } from '../commands/capture.ts'
import { placeOf } from '../commands/place.ts'
import { mostPackets, type CapturedEnd, type CapturedPeer } from '../domain/captures/capture.ts'
import { captureIn } from '../domain/captures/parse.ts'
import { notRead, type Pair, type Read } from '../domain/evidence.ts'
import type { Capture } from '../domain/captures/capture.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes, RunResult } from '../ports.ts'
import { events } from './prober.ts'
import { startProber } from './started-prober.ts'

/** Longest line of a packet, with room to spare. */
const lineBytes = 700

export interface CaptureOf {
  /** Our prober's path on the nodes. */
  readonly prober: string
  /** What the caller keeps, and what the callee. */
  readonly peers: readonly [readonly CapturedPeer[], readonly CapturedPeer[]]
  readonly seconds: number
}

export interface RunningCapture {
  end(): Promise<readonly [CapturedEnd, CapturedEnd]>
  /** Whatever became of the run; what runs on the nodes ends with its standard input. */
  stop(): void
}

/** Resolves when both ends capture; one that cannot says so in the end. */
export async function startCapture(
  world: Nodes & Abortable,
  { from, to }: Pair,
  { prober, peers: [ofCaller, ofCallee], seconds }: CaptureOf,
): Promise<RunningCapture> {
  const begin = async (name: NodeName, peers: readonly CapturedPeer[]) => {
    const node = world.fleet.nodes.find((n) => n.name === name)
    const started = await startProber(world, name, node, {
      command: (n) =>
        captureHeaders(prober, placeOf(n.runtime), {
          hosts: peers.flatMap((p) => p.addresses),
          exceptPorts: [n.sshPort],
          seconds,
          packets: mostPackets,
        }),
      seconds,
      maxBytes: lineBytes * (mostPackets + 10),
    })
    return { name, peers, ...started }
  }
  const [caller, callee] = await Promise.all([begin(from, ofCaller), begin(to, ofCallee)])
  const endOf = async ({ name, peers, stdin, ended }: Awaited<ReturnType<typeof begin>>): Promise<CapturedEnd> => {
    stdin.end()
    return { node: name, peers, seen: seenIn(await ended) }
  }
  return {
    end: async () => Promise.all([endOf(caller), endOf(callee)]),
    stop: () => {
      for (const { stdin } of [caller, callee]) stdin.end()
    },
  }
}

export function seenIn(ran: Read<Pick<RunResult, 'code' | 'stdout' | 'stderr'>>): Read<Capture> {
  if (ran.kind !== 'there') return ran.kind === 'absent' ? notRead('it was not asked') : ran
  const { stdout, stderr, code } = ran.value
  const seen = captureIn(events(stdout))
  // A place that cannot be entered, or a prober that is not there, says so beside it.
  return seen.kind === 'not-read' && stdout === ''
    ? notRead(stderr.trim().slice(0, 200) || `exit ${String(code)}`)
    : seen
}
