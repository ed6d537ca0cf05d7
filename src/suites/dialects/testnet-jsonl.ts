/** The example's dialler speaks one JSON object per line; this turns its lines into a claim, which is all they are. */
import type { Claim, Method } from '../../domain/evidence.ts'
import { events } from '../../instruments/prober.ts'

const methods: readonly string[] = ['direct', 'hole_punched', 'relayed']
const method = (value: unknown): Method | null =>
  typeof value === 'string' && methods.includes(value) ? (value as Method) : null
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

export function readTestnetClaim(stdout: string, exitCode: number | null): Claim {
  const seen = events(stdout)
  const connected = seen.filter((e) => e['event'] === 'connected')
  const result = seen.findLast((e) => e['event'] === 'result')
  return {
    success: typeof result?.['success'] === 'boolean' ? result['success'] : null,
    method: method(result?.['method'] ?? connected.at(-1)?.['method']),
    remote: text(connected.at(-1)?.['remote']),
    connectMs: number(result?.['connect_ms'] ?? connected[0]?.['connect_ms']),
    error: text(result?.['error']),
    upgraded: connected[0]?.['method'] === 'relayed' && connected.slice(1).some((e) => e['method'] !== 'relayed'),
    exitCode,
    lines: stdout
      .split('\n')
      .filter((l) => l !== '')
      .slice(0, 60)
      .map((l) => l.slice(0, 1000)),
  }
}
