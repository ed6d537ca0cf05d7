/** What both comments are made of: the page of each pull request, and who may write it. */
import { Failure } from '../domain/failure.ts'
import type { Forge, PullRequest } from '../ports/forge.ts'
import type { Job } from './job.ts'

export interface CommentPage {
  readonly title: string
  readonly good: boolean
  /** One commit may be the head of several pull requests, each with its title and its base. Null: of none. */
  readonly body: (pull: PullRequest | null) => string
}

/** Of a check's summary, which GitHub refuses above 65,535 characters. */
export const summaryBytes = 60_000

export function forgeOf({ context: { forge } }: Job): Forge {
  if (forge === null)
    throw new Failure({
      code: 'U077',
      message: 'the input github-token is empty: nothing can be written to GitHub',
    })
  return forge
}
