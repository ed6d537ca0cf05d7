/** The block `fix` of a project file: which program may mend a failure, and within which limits. */
import * as z from 'zod'
import type { FixConfig } from '../domain/fix/config.ts'
import { shellText, textField } from './fields.ts'

/** They decide what other programs do, or let it write where only we may. */
const ours =
  /^(?:LD_.*|GIT_.*|SSH_.*|SUDO_.*|ACTIONS_.*|INPUT_.*|VPS_TEST_.*|GITHUB_TOKEN|GH_TOKEN|PATH|HOME|USER|LOGNAME|TMPDIR|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PS4|IFS)$/

const glob = textField
  .max(200, 'must not be longer than 200 characters')
  .refine(
    (t) => !t.startsWith('/') && !t.startsWith('!') && !t.split('/').includes('..'),
    'must be a pattern of paths below the repository: not absolute, without "..", not negated',
  )

const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]{0,99}$/, 'must be the name of a variable: ^[A-Z][A-Z0-9_]*$')
  .refine((t) => !ours.test(t), 'must not be a variable that other programs follow, or one that holds a key of ours')

export const fixSchema = z
  .strictObject({
    command: shellText.describe(
      'Shell command that mends a failure of the program, in a sandbox, on a copy of the tested commit; the diagnosis is the file that $VPS_TEST_DIAGNOSIS names.',
    ),
    paths: z
      .array(glob)
      .min(1)
      .max(100)
      .describe('Files that it may change: globs from the root of the repository; a dot at the start must be written.'),
    workflows: z.boolean().default(false).describe('Files below .github/ may be among them (default false).'),
    tests: z
      .array(shellText)
      .max(20)
      .default([])
      .describe('Shell commands of local tests, run in the sandbox before the fix and after it.'),
    max_attempts: z
      .int()
      .min(1)
      .max(10)
      .default(3)
      .describe('Fixes of one failure before a person is waited for (default 3).'),
    timeout_minutes: z
      .number()
      .positive()
      .max(360)
      .default(30)
      .describe('Time of the command, and of each test, in minutes (default 30).'),
    memory_mb: z
      .int()
      .min(64)
      .max(1_048_576)
      .default(4096)
      .describe('Memory of all its processes together, in MiB (default 4096).'),
    output_mb: z.number().positive().max(1024).default(16).describe('What it may say, in MiB (default 16).'),
    network: z.boolean().default(false).describe('Whether it may use the network (default false).'),
    env: z
      .array(variable)
      .max(50)
      .default([])
      .describe('Names of variables of the orchestrator that it is given; no other is.'),
    push: z
      .boolean()
      .default(false)
      .describe('Its commits are pushed to `remote`, each as a branch of its own, never by force (default false).'),
    remote: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'must be the name of a remote: letters, digits, ".", "_", "-"')
      .optional()
      .describe('Name of the remote of the checkout that they are pushed to.'),
    pull_request: z
      .boolean()
      .default(false)
      .describe('A pull request is opened on GitHub once the whole test passes with the fix (default false).'),
  })
  .refine((w) => !w.push || w.remote !== undefined, { path: ['remote'], error: 'must be named where push is true' })
  .refine((w) => w.push || w.remote === undefined, { path: ['push'], error: 'must be true where a remote is named' })
  .refine((w) => w.push || !w.pull_request, { path: ['push'], error: 'must be true where pull_request is' })
  .optional()
  .describe('A program that mends what failed; without it a failure waits for a push.')

export const fixOf = (w: z.output<typeof fixSchema>): FixConfig | null =>
  w === undefined
    ? null
    : {
        command: w.command,
        paths: w.paths,
        workflows: w.workflows,
        tests: w.tests,
        maxAttempts: w.max_attempts,
        timeoutMinutes: w.timeout_minutes,
        memoryMb: w.memory_mb,
        outputMb: w.output_mb,
        network: w.network,
        env: w.env,
        publish: w.remote === undefined ? null : { remote: w.remote, pullRequest: w.pull_request },
      }
