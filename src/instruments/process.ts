/** What a node really runs, read from the kernel (testnet-interfaces §9), never from the program's word. */
import { proveRunning } from '../commands/service.ts'
import { diagnoseNode } from '../commands/remedies.ts'
import type { RunningProof } from '../domain/evidence.ts'
import { parseClock } from '../domain/node-clock.ts'
import { Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { Abortable, Nodes } from '../ports.ts'

export interface ProcessReading {
  readonly active: boolean
  /** systemd's `ActiveState/SubState (Result)`. */
  readonly state: string
  /** systemd's `ActiveState` alone. */
  readonly unitState: string
  /** How often systemd has started the service anew by itself since somebody started it. */
  readonly restarts: number
  readonly proof: RunningProof | null
  /** Where systemd itself could not get as far as the program: `203/EXEC`; null where the main process said its own. */
  readonly beforeStart: string | null
  /** Of the unit's file; null: there is none. */
  readonly unitSha256: string | null
  /** TCP and UDP ports the main process listens on. */
  readonly ports: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number }[]
}

export async function provenProcess(world: Nodes & Abortable, name: NodeName, unit: string): Promise<ProcessReading> {
  const node = world.fleet.nodes.find((n) => n.name === name)
  const result = await (
    await world.remote(name)
  ).run(proveRunning(unit, node ?? { runtime: { kind: 'systemd' } }), { timeoutMs: 30_000, signal: world.signal })
  if (result.code !== 0)
    throw new Failure({
      code: 'I156',
      node: name,
      message: `${name}: what ${unit} runs cannot be read (exit ${String(result.code)}): ${(result.stderr || result.stdout).trim().slice(-200)}`,
      remedy: diagnoseNode(name, world.fleet),
    })
  return parseProcess(name, unit, result.stdout)
}

/** Exit codes of systemd.exec(5) that are set before the program starts. */
const steps: Readonly<Record<number, string>> = {
  200: 'CHDIR',
  203: 'EXEC',
  214: 'SETSCHEDULER',
  216: 'GROUP',
  217: 'USER',
  218: 'CAPABILITIES',
  219: 'CGROUP',
  225: 'NETWORK',
  226: 'NAMESPACE',
  227: 'NO_NEW_PRIVILEGES',
  228: 'SECCOMP',
  233: 'RUNTIME_DIRECTORY',
  238: 'STATE_DIRECTORY',
  243: 'CREDENTIALS',
}
const stepOf = (status: number): string | null =>
  status >= 200 && status <= 243 ? `${status}/${steps[status] ?? 'see systemd.exec(5)'}` : null

export function parseProcess(node: NodeName, unit: string, stdout: string): ProcessReading {
  const lines = stdout.split('\n')
  const value = (key: string): string => lines.find((l) => l.startsWith(`${key}=`))?.slice(key.length + 1) ?? ''
  const state = `${value('ActiveState')}/${value('SubState')} (${value('Result')})`
  const unitState = value('ActiveState')
  const restarts = Number(value('NRestarts'))
  const beforeStart = stepOf(Number(value('ExecMainStatus')))
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
  const [, unitSha256 = null, ours = '0'] = /^UnitSha256=([0-9a-f]{64}) (\d+)$/m.exec(stdout) ?? []
  const active = unitState === 'active' && pid > 0
  if (!active || !/^[0-9a-f]{64}$/.test(exe) || start === null)
    return { active, state, unitState, restarts, proof: null, beforeStart, unitSha256, ports }
  return {
    active,
    state,
    unitState,
    restarts,
    beforeStart,
    unitSha256,
    ports,
    proof: {
      node,
      unit,
      pid,
      exeSha256: exe,
      image: value('Image'),
      bootId: value('BootId'),
      restarts,
      unitFile: ours === '0' ? 'foreign' : 'ours',
      dropIns: value('DropInPaths')
        .split(' ')
        .filter((p) => p !== '')
        .map((p) => p.slice(0, 200)),
      version: '',
      startedAt: Number(start[3]) * 1000 + Math.round((Number(start[1]) / Number(start[2])) * 1000),
      udpPorts: [...new Set(ports.filter((p) => p.protocol === 'udp').map((p) => p.port))],
      uid: Number(/^Uid:\s+(\d+)/m.exec(stdout)?.[1] ?? 0),
      clock: parseClock(value('Clock')),
      network: networkOf(value('Network')),
      lives: livesOf(value('Lives')),
      capEff: /^CapEff:\s+([0-9a-f]+)/m.exec(stdout)?.[1] ?? '',
    },
  }
}

/** Two namespaces of one moment, the process's and that of the place where everything is measured. */
function networkOf(text: string): RunningProof['network'] {
  const [, own, measured] = /^(net:\[\d+\]) (net:\[\d+\])$/.exec(text) ?? []
  return own === undefined ? 'not-read' : own === measured ? 'measured' : 'another'
}

/** Of the container that the service lives in, and of the one that is its NAT. */
function livesOf(text: string): RunningProof['lives'] {
  const [place = '', box = ''] = text.split(' ')
  const life = (word: string): string | null => (/^(\d+\.\d+|none)$/.test(word) ? word : null)
  return { place: life(place), box: life(box) }
}
