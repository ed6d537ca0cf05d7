/** What a project says of its fix command: what it runs, what it may change, and what it may use. */

export interface FixConfig {
  /** One shell command, run in a fresh copy of the tested commit. */
  readonly command: string
  /** Globs of the files that it may change, from the root of the repository. */
  readonly paths: readonly string[]
  /** Files of workflows may be among them. */
  readonly workflows: boolean
  /** Shell commands of local tests, run before the fix and after it. */
  readonly tests: readonly string[]
  /** Fixes of one failure, until a person is waited for. */
  readonly maxAttempts: number
  /** For the command, and for each test. */
  readonly timeoutMinutes: number
  /** Of all its processes together. */
  readonly memoryMb: number
  /** Of what it may say. */
  readonly outputMb: number
  readonly network: boolean
  /** Names of variables of ours that it may have. */
  readonly env: readonly string[]
  /** Where its commits go besides the person's own repository; null: nowhere. */
  readonly publish: FixPublish | null
}

export interface FixPublish {
  /** Of the person's checkout, by its name. */
  readonly remote: string
  /** One is opened once the whole test has passed with the fix. */
  readonly pullRequest: boolean
}
