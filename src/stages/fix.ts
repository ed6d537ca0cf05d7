/**
 * FIX without a fix command (none can be configured yet): the failure is named, and the session waits for a push (spec
 * §4).
 */
import type { Stage } from './stage.ts'

export const fix: Stage<'FIX'> = async (_plan, session) => ({
  event: 'no-fix-command',
  why: `no fix command is configured; the failure stands: ${session.why}`,
  facts: {},
})
