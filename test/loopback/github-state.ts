/** What our loopback GitHub knows: plain JSON, so that a test can set and read it from another process. */

export interface User {
  readonly login: string
  readonly type: 'Bot' | 'User'
}

export interface Token {
  readonly user: User
  /** A fork's token may only read. */
  readonly write: boolean
  /** A workflow's own token is no user's: `GET /user` refuses it. */
  readonly installation: boolean
}

export interface Pull {
  readonly number: number
  readonly title: string
  readonly state: 'open' | 'closed'
  readonly sha: string
  readonly head: string
  readonly base: string
  readonly fork: boolean
  readonly user: User
  readonly body?: string
  /** Its repository; `stranger/program` of a fork unless told. */ readonly repository?: string
}
export interface Issue {
  readonly number: number
  title: string
  body: string
  state: 'open' | 'closed'
  reason?: string | null
  labels: readonly string[]
  readonly user: User
}
export interface Comment {
  readonly id: number
  readonly issue: number
  body: string
  readonly user: User
}
export interface CheckRun {
  readonly id: number
  readonly name: string
  readonly sha: string
  externalId: string
  status: string
  conclusion: string | null
  title: string
  summary: string
  url: string | null
}
export interface EnvironmentState {
  readonly name: string
  readonly reviewers: number
  readonly waitMinutes: number
  readonly branchPolicy: boolean
}
/** One attempt of a run; the run itself is its last attempt. */
export interface Run {
  readonly id: number
  readonly attempt: number
  status: 'queued' | 'in_progress' | 'completed'
  conclusion: string | null
}
export interface Approval {
  readonly run: number
  readonly environment: string
  readonly state: 'approved' | 'rejected' | 'pending'
  readonly by: string
  readonly comment: string
}
export interface Dispatch {
  readonly workflow: string
  readonly ref: string
  readonly inputs: Readonly<Record<string, unknown>>
}

/** Something that goes wrong for the next requests of one operation (`*`: of every one). */
export interface Trouble {
  readonly operation: string
  times: number
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly delayMs?: number
}

export interface State {
  repository: string
  visibility: 'public' | 'private' | 'internal'
  tokens: Record<string, Token>
  pulls: Pull[]
  issues: Issue[]
  comments: Comment[]
  checks: CheckRun[]
  environments: EnvironmentState[]
  runs: Run[]
  approvals: Approval[]
  /** File names that can be started. */
  workflows: string[]
  dispatches: Dispatch[]
  /** Operations that the token has no permission for. */
  denied: string[]
  trouble: Trouble[]
}

export const writer = 'ghs_loopbackWriter'
export const reader = 'ghs_loopbackReader'
export const person = 'ghp_loopbackPerson'

export const freshState = (repository: string): State => ({
  repository,
  visibility: 'public',
  tokens: {
    [writer]: { user: { login: 'github-actions[bot]', type: 'Bot' }, write: true, installation: true },
    [reader]: { user: { login: 'github-actions[bot]', type: 'Bot' }, write: false, installation: true },
    [person]: { user: { login: 'octocat', type: 'User' }, write: true, installation: false },
  },
  pulls: [],
  issues: [],
  comments: [],
  checks: [],
  environments: [],
  runs: [],
  approvals: [],
  workflows: [],
  dispatches: [],
  denied: [],
  trouble: [],
})
