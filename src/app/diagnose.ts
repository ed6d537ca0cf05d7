/**
 * `diagnose <node>`: service status, recent logs, disk, memory, sockets; read only, each part told even where another
 * fails.
 */
import type { Command } from '../commands/command.ts'
import { exitCodes } from '../domain/failure.ts'
import type { KeySource } from '../world.ts'
import { loadFleet, readOnlyWorld, type Context } from './context.ts'
import { chosenFleet } from './fleet-choice.ts'
import { stripHidden } from '../domain/text.ts'

const parts: readonly (readonly [string, readonly string[]])[] = [
  ['failed units', ['systemctl', '--failed', '--no-pager', '--plain', '--no-legend']],
  [
    'units of vps-test',
    [
      'sh',
      '-c',
      'for f in $(grep -l "Written by vps-test" /etc/systemd/system/*.service 2>/dev/null); do systemctl --no-pager -n 20 status "$(basename "$f")"; done; true',
    ],
  ],
  ['disk', ['df', '-h', '/', '/opt', '/var']],
  ['memory', ['sh', '-c', 'head -n 3 /proc/meminfo']],
  ['UDP and TCP sockets', ['ss', '-Hlntup']],
  ['leases', ['sh', '-c', 'head -n 3 /var/lib/vps-test/leases/* 2>/dev/null; true']],
]

export async function diagnose(
  c: Context,
  node: string,
  flags: { readonly fleet?: string; readonly lab?: string; readonly key?: KeySource | null; readonly json?: boolean },
): Promise<number> {
  const name = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const { fleet } = await loadFleet(c, name, flags.lab)
  const world = await readOnlyWorld(c, fleet, flags.key ?? null)
  try {
    const remote = await world.remote(node)
    const answers = await Promise.all(
      parts.map(async ([title, argv]) => {
        const command: Command = { kind: 'argv', why: title, idempotent: true, argv }
        const result = await remote.run(command, { timeoutMs: 20_000, signal: c.signal, maxBytes: 1 << 18 })
        return { title, code: result.code, text: `${result.stdout}${result.stderr}`.trim() }
      }),
    )
    if (flags.json === true) c.terminal.print(JSON.stringify({ node, parts: answers }))
    else
      for (const a of answers)
        c.terminal.print(
          `== ${a.title}${a.code === 0 ? '' : ` (exit ${String(a.code)})`}\n${a.text
            .split('\n')
            .map((l) => stripHidden(l, 500))
            .join('\n')}\n`,
        )
    return exitCodes.passed
  } finally {
    await world.close()
  }
}
