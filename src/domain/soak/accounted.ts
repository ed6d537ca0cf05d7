/** Whether what a recorder saw accounts for every restart that the two ends of a wait show. */
import type { RunningMark } from '../continuity.ts'
import type { WatchRow } from './watch.ts'

/** False wherever a restart may have been a death that nobody saw. */
export function accountedFor(
  { changes, gaps, unwatched }: Pick<WatchRow, 'changes' | 'gaps' | 'unwatched'>,
  since: RunningMark,
  now: RunningMark,
): boolean {
  if (unwatched !== null || gaps.length > 0 || changes.some((c) => c.result === 'failed')) return false
  // systemd begins to count anew where somebody starts the service.
  const anew = changes.findLastIndex((c) => c.kind === 'restarted')
  const counted = changes.slice(anew + 1).reduce((n, c) => n + c.restarts, 0)
  return counted === now.restarts - (anew === -1 ? since.restarts : 0)
}
