/** Our prober at work on a node while something else is done; it ends with its standard input. */
import { PassThrough } from 'node:stream'
import type { Command } from '../commands/command.ts'
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import type { FleetNode, NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes, RunResult } from '../ports.ts'
import { asFailure } from './per-node.ts'

export interface StartedProber {
  readonly stdin: PassThrough
  readonly ready: boolean
  readonly ended: Promise<Read<RunResult>>
}

interface ProberStart {
  readonly command: (node: FleetNode) => Command
  /** After which it ends by itself. */
  readonly seconds: number
  /** Of its output. */
  readonly maxBytes?: number
}

/** Resolves when it is ready, or has ended without. */
export async function startProber(
  world: Nodes & Abortable,
  name: NodeName,
  node: FleetNode | undefined,
  { command, seconds, maxBytes }: ProberStart,
): Promise<StartedProber> {
  const stdin = new PassThrough()
  let ended: Promise<Read<RunResult>> = Promise.resolve(notRead(`no node ${name}`))
  if (node === undefined) return { stdin, ready: false, ended }
  const ready = await new Promise<boolean>((resolve) => {
    ended = world
      .remote(name)
      .then((remote) =>
        remote.run(command(node), {
          timeoutMs: (seconds + 20) * 1000,
          signal: world.signal,
          stdin,
          ...(maxBytes === undefined ? {} : { maxBytes }),
          onLine: (line) => {
            if (line.includes('"ready"')) resolve(true)
          },
        }),
      )
      .then(thereIs, (error: unknown) => notRead(asFailure(error, name).message))
    void ended.then(() => {
      resolve(false)
    })
  })
  return { stdin, ready, ended }
}
