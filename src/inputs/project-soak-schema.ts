/** The block `soak:` of a project file: checkpoints, what they may lose, and how the wait between them is watched. */
import * as z from 'zod'
import type { ProjectConfig } from '../domain/project.ts'
import { fewestReadings } from '../domain/soak/trend.ts'
import { checkpointRows, checkpointStates, configKey, type Checkpoint } from '../domain/states.ts'
import { percentField } from './fields.ts'

/** A key for each checkpoint. */
const checkpointKeys = Object.fromEntries(
  checkpointRows.map((c) => [configKey(c.state), z.boolean().default(true).describe(`${c.what} (default true).`)]),
  // fromEntries forgets the keys: they are those of the table.
) as { readonly [C in Checkpoint as Lowercase<C>]: z.ZodDefault<z.ZodBoolean> }

export const soakSchema = z
  .strictObject({
    ...checkpointKeys,
    regression_tolerance: percentField
      .default(0)
      .describe('Percentage points by which a checkpoint may fall below the first test (default 0).'),
    check_interval_minutes: z
      .number()
      .min(1)
      .max(60)
      .default(5)
      .describe(
        'Minutes between two samples that a recorder on each node takes of its service through the wait (default 5). With a limit of growth, at most 7 before the checkpoint after an hour.',
      ),
    max_growth_mb_per_hour: z
      .number()
      .min(0)
      .optional()
      .describe(
        'Megabytes an hour by which the resident memory of a service may grow through the wait: more, with 95 % confidence, fails the checkpoint (default: growth is reported and decides nothing).',
      ),
    max_growth_files_per_hour: z
      .number()
      .min(0)
      .optional()
      .describe('The same of its open files, sockets included (default: reported).'),
    max_restarts: z
      .int()
      .min(0)
      .max(10)
      .default(3)
      .describe('Full loops after a regression, before a person is asked (default 3).'),
    preemptible: z
      .boolean()
      .default(false)
      .describe(
        'A session that waits for a checkpoint ends, superseded, when a later session of the same branch, of another commit, wants the fleet and may wait for it or supersede (default false: the later one waits, for hours).',
      ),
  })
  .superRefine((soak, context) => {
    const shortest = checkpointRows.find((c) => soak[configKey(c.state)])
    const limited = soak.max_growth_mb_per_hour !== undefined || soak.max_growth_files_per_hour !== undefined
    if (shortest === undefined || !limited) return
    const minutes = shortest.afterMs / 60_000
    // The recorder's first sample may lie anywhere in an interval.
    const most = Math.floor(minutes / (fewestReadings + 0.5))
    if (soak.check_interval_minutes > most)
      context.addIssue({
        code: 'custom',
        path: ['check_interval_minutes'],
        message: `must be at most ${most} where growth has a limit: ${fewestReadings} samples of the ${minutes} minutes before a checkpoint judge it`,
      })
  })
  .prefault({})

export const soakConfigOf = (soak: z.infer<typeof soakSchema>): ProjectConfig['soak'] => ({
  checkpoints: checkpointStates.filter((c) => soak[configKey(c)]),
  regressionTolerance: soak.regression_tolerance,
  checkIntervalMinutes: soak.check_interval_minutes,
  maxGrowthMbPerHour: soak.max_growth_mb_per_hour ?? null,
  maxGrowthFilesPerHour: soak.max_growth_files_per_hour ?? null,
  maxRestarts: soak.max_restarts,
  preemptible: soak.preemptible,
})
