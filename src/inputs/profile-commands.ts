/** Commands that a profile brings along: suites of the program's own, each run on every peer and judged by its end. */
import * as z from 'zod'
import type { ProfileCommand } from '../domain/suites/command/run.ts'
import { identifier, seconds, shellText, textField } from './fields.ts'
import { pattern } from './project-tests-schema.ts'

export const profileCommands = z
  .array(
    z
      .strictObject({
        name: textField.max(100, 'must not be longer than 100 characters').describe('Name of the command.'),
        suite: identifier.describe(
          'Suite that it belongs to, as a module of a workspace names it: health, sync, unit, channel-creation and the like.',
        ),
        command: shellText.describe(
          'Shell command that runs on each peer, as an unprivileged user; {binary} and {channels} are filled.',
        ),
        success_pattern: pattern
          .optional()
          .describe('Regular expression that the end of its output (4 KB) must match.'),
        timeout_seconds: seconds(1, 3600).default(60).describe('Longest time of the command, in seconds (default 60).'),
        expected_exit: z.int().min(0).max(255).default(0).describe('Exit code that the command must have (default 0).'),
      })
      .transform((c): ProfileCommand => ({
        name: c.name,
        suite: c.suite,
        command: c.command,
        successPattern: c.success_pattern ?? null,
        timeoutSeconds: c.timeout_seconds,
        expectedExit: c.expected_exit,
      })),
  )
  .superRefine((all, context) => {
    for (const [i, c] of all.entries())
      if (all.findIndex((o) => o.suite === c.suite && o.name === c.name) !== i)
        context.addIssue({ code: 'custom', path: [i, 'name'], message: 'stands twice in its suite' })
  })
