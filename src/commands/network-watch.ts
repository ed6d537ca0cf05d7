/** Our prober asks reflectors again and again, and tells in the end what went unanswered. */
import type { Command } from './command.ts'

interface Watched {
  /** `address:port` of each reflector. */
  readonly to: readonly string[]
  readonly token: string
  /** It ends with its standard input, and after these. */
  readonly seconds: number
}

export const watchReflectors = (
  program: string,
  place: readonly string[],
  { to, token, seconds }: Watched,
): Command => ({
  kind: 'argv',
  why: 'watch the network',
  idempotent: false,
  argv: [
    ...place,
    program,
    'watch',
    ...to.flatMap((address) => ['--to', address]),
    '--token',
    token,
    '--seconds',
    String(seconds),
  ],
})
