/**
 * Shell text of the project's owner on a node: unprivileged, in the service's namespace, bounded in time and in what it
 * prints.
 */
import type { Command } from './command.ts'
import { asNobody } from './as-nobody.ts'
import { sh } from './quote.ts'

export interface OwnersText {
  readonly why: string
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
  readonly text: string
  readonly seconds: number
  /** Of stdout, from its end. */
  readonly maxBytes: number
}

/**
 * Says `started` and how it ended on a descriptor that the text does not have, then the end of its stdout; whatever is
 * left of its process group is killed.
 */
export const ownersText = ({ why, place, text, seconds, maxBytes }: OwnersText): Command => ({
  kind: 'script',
  why,
  idempotent: false,
  text: sh`cd /
    uptime() { IFS=' .' read -r s c rest </proc/uptime; echo "$s$c"; }
    { {
      began=$(uptime)
      ${place} timeout -k 2 ${seconds} ${asNobody} sh -c 'echo started >&3; exec 3>&-; exec sh -c "$0"' ${text} </dev/null &
      p=$!; wait "$p"; code=$?
      kill -s KILL -- "-$p" 2>/dev/null
      echo "$code $(( $(uptime) - began ))" >&3
    } | tail -c ${maxBytes}; } 3>&1`,
})

export type OwnersTextEnd =
  | { readonly kind: 'exit'; readonly code: number; readonly output: string }
  | { readonly kind: 'timeout'; readonly output: string }
  /** Whatever stands before the text could not start it. */
  | { readonly kind: 'not-started' }

/** What `timeout` and a shell say of a command that was stopped: SIGTERM, SIGKILL. */
const stopped: readonly number[] = [124, 137]

export function ownersTextEnd(stdout: string, seconds: number): OwnersTextEnd {
  const found = /^started\n(\d+) (\d+)\n/.exec(stdout)
  if (found === null) return { kind: 'not-started' }
  const [code, centiseconds] = [Number(found[1]), Number(found[2])]
  const output = stdout.slice(found[0].length)
  return stopped.includes(code) && centiseconds >= seconds * 100 - 1
    ? { kind: 'timeout', output }
    : { kind: 'exit', code, output }
}
