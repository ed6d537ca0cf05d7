/** What our own datagrams showed before any pair, by pairs of nodes: a case says what did not pass. */
import { notRead, thereIs } from '../../src/domain/evidence.ts'
import type { PathAnswer } from '../../src/domain/preflight.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import { flow } from './fixtures.ts'

/** Of one path: small datagrams pass, and so does all else that is not named. */
export type Passing = 'all' | 'nothing' | 'no fragments' | 'no fragments back' | 'no service port'

/** By `from→to`; nothing given: nothing was asked. */
export const passingOf = (
  paths: Readonly<Record<string, Passing>> | undefined,
): Pick<VerdictInput, 'preflight' | 'needs'> =>
  paths === undefined
    ? {}
    : {
        needs: { datagramBytes: 4096, ipv6: false },
        preflight: { nodes: addresses, paths: Object.entries(paths).map(([pair, passing]) => answerOf(pair, passing)) },
      }

/** Each node's own, as `ip -6 -o addr` has it. */
const addresses = Array.from({ length: 10 }, (_, i) => ({
  node: `saorsa-${i + 1}`,
  askedAt: 1_700_000_000_000,
  answeredAt: 1_700_000_000_010,
  text: `1700000000005 9.5\n2: eth0    inet6 2001:db8::${i + 1}/64 scope global \\       valid_lft forever`,
}))

export function answerOf(pair: string, passing: Passing): PathAnswer {
  const [from = '', to = ''] = pair.split('→')
  const small = passing !== 'nothing'
  const there = small && passing !== 'no fragments'
  return {
    from,
    to,
    family: 4,
    event: {
      event: 'reach',
      trials: [
        { bytes: 600, whole: false, sent: 1, acked: small, echoed: small },
        { bytes: 4096, whole: false, sent: 4, acked: there, echoed: there && passing !== 'no fragments back' },
      ],
      marked: 2,
      mark_bytes: 204,
    },
    servicePort: 9000,
    delivered: small
      ? thereIs(passing === 'no service port' ? [] : [flow('198.18.6.1', 5, 9000, 2, 464)])
      : notRead('not asked'),
  }
}
