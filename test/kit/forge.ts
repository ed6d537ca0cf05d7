/** A forge that answers what a test says, and fails by name where it is asked for anything else. */
import type { Forge } from '../../src/ports/forge.ts'

const unasked = (what: string) => async (): Promise<never> => {
  throw new Error(`this test knows no ${what} of the forge`)
}

export const forgeThat = (answers: Partial<Forge>): Forge => ({
  runEnded: unasked('runEnded'),
  cancelRun: unasked('cancelRun'),
  environment: unasked('environment'),
  approvals: unasked('approvals'),
  pullRequestsAt: unasked('pullRequestsAt'),
  comment: unasked('comment'),
  issue: unasked('issue'),
  closeIssue: unasked('closeIssue'),
  openIssues: unasked('openIssues'),
  propose: unasked('propose'),
  check: unasked('check'),
  visibility: unasked('visibility'),
  dispatch: unasked('dispatch'),
  ...answers,
})
