/** What a node really runs, read from the kernel (testnet-interfaces §9), never from the program's word. */
import { placeOf } from '../commands/place.ts'
import { proveRunning } from '../commands/service.ts'
import type { RunningProof } from '../domain/evidence.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes } from '../ports.ts'

export interface ProcessReading {
  readonly active: boolean
  /** systemd's `ActiveState/SubState (Result)`. */
  readonly state: string
  readonly proof: RunningProof | null
  /** TCP and UDP ports the main process listens on. */
  readonly ports: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number }[]
}

export async function provenProcess(world: Nodes & Abortable, name: NodeName, unit: string): Promise<ProcessReading> {
  const node = world.fleet.nodes.find((n) => n.name === name)
  const result = await (
    await world.remote(name)
  ).run(proveRunning(unit, placeOf(node?.runtime ?? { kind: 'systemd' })), { timeoutMs: 30_000, signal: world.signal })
  return parseProcess(name, unit, result.stdout)
}

export function parseProcess(node: NodeName, unit: string, stdout: string): ProcessReading {
  const lines = stdout.split('\n')
  const value = (key: string): string => lines.find((l) => l.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  const state = `${value('ActiveState')}/${value('SubState')} (${value('Result')})`
  const pid = Number(value('MainPID'))
  const exe = value('Exe')
  const start = /^StartTicks=(\d+) Hz=(\d+) Btime=(\d+)/m.exec(stdout)
  const ports = lines
    .filter((l) => l.startsWith('Socket '))
    .flatMap((l) => {
      const [, protocol, , , , local = ''] = l.split(/\s+/)
      const port = Number(local.slice(local.lastIndexOf(':') + 1))
      return (protocol === 'tcp' || protocol === 'udp') && port > 0 ? [{ protocol, port } as const] : []
    })
  const active = value('ActiveState') === 'active' && pid > 0
  if (!active || !/^[0-9a-f]{64}$/.test(exe) || start === null) return { active, state, proof: null, ports }
  return {
    active,
    state,
    ports,
    proof: {
      node,
      unit,
      pid,
      exeSha256: exe,
      bootId: value('BootId'),
      restarts: Number(value('NRestarts')),
      version: '',
      startedAt: Number(start[3]) * 1000 + Math.round((Number(start[1]) / Number(start[2])) * 1000),
      udpPorts: [...new Set(ports.filter((p) => p.protocol === 'udp').map((p) => p.port))],
      uid: Number(/^Uid:\s+(\d+)/m.exec(stdout)?.[1] ?? 0),
      capEff: /^CapEff:\s+([0-9a-f]+)/m.exec(stdout)?.[1] ?? '',
    },
  }
}
