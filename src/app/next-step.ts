/**
 * What goes on with a session that waits, as a command that finds it: the ledger of a run is on its repository's
 * branch, that of a start here on this machine.
 */
import { quote } from '../commands/quote.ts'
import { traitsOf } from '../domain/states.ts'
import type { Session } from '../domain/session.ts'

/** `key`: the one that a person named at its start; absent: none was. */
export function nextStep(s: Session, key?: string): string | undefined {
  const words = traitsOf(s.state).waitsFor
  if (words === undefined) return undefined
  const line = (...more: readonly string[]): string => ['vps-test', ...more].map(quote).join(' ')
  const at = repositoryOf(s)
  const remote = at === null ? [] : ['--remote', at]
  switch (s.state) {
    case 'AWAIT_APPROVAL':
      return `${words}: ${line('approve', ...remote, '--session', s.id)} (no: --reject)`
    case 'AWAIT_PUSH':
      return words
    default:
      return `${words}, or by: ${line('soak', '--watch', ...remote, ...(key === undefined ? [] : ['--key', key]))}`
  }
}

function repositoryOf({ origin, by }: Session): string | null {
  if (origin === null || origin.repository === null) return null
  const server = by?.kind === 'run' && URL.canParse(by.url) ? new URL(by.url).origin : 'https://github.com'
  return `${server}/${origin.repository}.git`
}
