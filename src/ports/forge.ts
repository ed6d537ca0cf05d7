/**
 * What the surfaces need from the site that hosts the tested repository, as interfaces only: its word, its pages, its
 * artifacts.
 */
/** What GitHub says about its own protection of an environment. `missing` and `open` protect nothing. */
export interface Environment {
  readonly kind: 'missing' | 'open' | 'protected'
  readonly reviewers: number
  /** 0: no timer. */ readonly waitMinutes: number
}

export interface CommitCheck {
  readonly name: string
  readonly sha: string
  readonly conclusion: 'success' | 'failure'
  readonly title: string
  /** Markdown, at most 65,535 characters. */
  readonly summary: string
  readonly url?: string
}

/** A pull request of ours, from a branch of the same repository. */
export interface Proposal {
  readonly branch: string
  readonly base: string
  readonly title: string
  /** Markdown, at most 65,536 characters. */
  readonly body: string
}

/** An open pull request, as GitHub describes it: the title is its author's. */
export interface PullRequest {
  readonly number: number
  readonly title: string
  /** The branch it goes into. */
  readonly base: string
  /** Where it comes from: `owner/name`, null where that repository is gone, and its branch. */
  readonly repository: string | null
  readonly branch: string
}

/**
 * The site that hosts the tested repository. Every call is one or a few requests; each fails with an `infra` failure
 * that names what was asked.
 */
export interface Forge {
  /** Whether this attempt of a workflow run has ended, however. A run that is not known any more has ended. */
  runEnded(run: string, attempt: number): Promise<boolean>
  /** `over`: it has ended, or is not known any more. */
  cancelRun(run: string): Promise<'cancelled' | 'over'>
  environment(name: string): Promise<Environment>
  /** Who approved or rejected this run's jobs in that environment, newest first. */
  approvals(
    run: string,
    environment: string,
  ): Promise<readonly { readonly state: 'approved' | 'rejected'; readonly by: string; readonly comment: string }[]>
  /** Open pull requests whose head is this commit. */
  pullRequestsAt(sha: string): Promise<readonly PullRequest[]>
  /**
   * Creates the comment that begins with `marker`, or changes the one that an earlier run of ours made. Answers with
   * its URL.
   */
  comment(number: number, marker: string, body: string): Promise<string>
  /** The one issue that begins with `marker`: opened, updated, opened again. */
  issue(marker: string, title: string, body: string): Promise<string>
  /** Writes a last word into that issue and closes it as completed. Null: there is none, and none is made. */
  closeIssue(marker: string, title: string, body: string): Promise<string | null>
  /** First lines of the open issues that are ours. */
  openIssues(): Promise<readonly string[]>
  /** The one open pull request of a branch of ours: opened, or its text changed. Answers with its URL. */
  propose(wanted: Proposal): Promise<string>
  check(check: CommitCheck): Promise<string>
  /** `public`, `private` or `internal`. */
  visibility(): Promise<string>
  /** Starts a workflow of this repository by file name. */
  dispatch(workflow: string, ref: string, inputs: Readonly<Record<string, string>>): Promise<void>
}

/** An artifact of a workflow run: files under one immutable name. */
export interface Stored {
  readonly id: number
  readonly name: string
  readonly bytes: number
  readonly digest: string | null
}

export interface ArtifactStore {
  /** `files` are absolute and lie below `root`. Answers with id and URL. */
  upload(name: string, root: string, files: readonly string[]): Promise<Stored & { readonly url: string }>
  /** Of this run or of another one of this repository, newest first. */
  list(run?: string): Promise<readonly Stored[]>
  /** Unpacks below `into`. `from`: of another run of this repository, or of an earlier attempt of this one. */
  download(id: number, into: string, from?: { readonly run: string; readonly attempt: number }): Promise<void>
}
