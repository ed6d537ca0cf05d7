/** The SSH channel of the dial was lost. */
import type { Disturbance } from '../attack.ts'

export const channelLost: Disturbance = {
  id: 'channel-lost',
  what: 'the SSH channel of the dial was lost',
  step: (attempt) => ({
    ...attempt,
    fault: { kind: 'infra', message: 'the SSH channel closed', node: attempt.pair.from },
  }),
}
