/** Whether connections are kept through the soak of a plan: then nothing of ours may cut one. */
import { checkpointRows } from '../../states.ts'
import type { Planning } from '../suite.ts'

export const soakOf = ({ config }: Pick<Planning, 'config'>) =>
  checkpointRows.filter((c) => config.soak.checkpoints.includes(c.state))

export const keepsConnections = (on: Pick<Planning, 'config' | 'profile' | 'focus'>): boolean =>
  on.profile.survival !== null &&
  (on.config.tests.survival.enabled || on.focus === 'full-suite') &&
  soakOf(on).length > 0
