/** On what the figures were taken: without it they mean nothing. */
import { execFile } from 'node:child_process'
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import { promisify } from 'node:util'
import type { Fleet } from '../../src/domain/fleet.ts'
import { enter, hqOf, layoutOf } from '../../src/lab/layout.ts'

const run = promisify(execFile)

/** `lab`: its id; the congestion control of its orchestrator's namespace decides how fast a far node can be fed. */
export async function machineOf(fleet: Fleet, lab: string): Promise<Readonly<Record<string, string>>> {
  const [program, ...args] = enter(hqOf(layoutOf(lab)))
  const [congestion, ssh] = await Promise.all([
    run(program ?? '', [...args, 'cat', '/proc/sys/net/ipv4/tcp_congestion_control'], { timeout: 10_000 }),
    run('ssh', ['-V'], { timeout: 10_000 }),
  ])
  return {
    CPU: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    kernel: `${type()} ${release()}`,
    'load before (1, 5, 15 min)': loadavg()
      .map((n) => n.toFixed(1))
      .join(' '),
    Node: process.version,
    OpenSSH: ssh.stderr.trim().split(',')[0] ?? '',
    lab: `${fleet.nodes.length} nodes, shaping ${fleet.lab?.shaping ?? 'none'}, TCP ${congestion.stdout.trim()}`,
  }
}
