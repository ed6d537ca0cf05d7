/** Three projects: the lab's own tests have the machine to themselves; what runs on labs of its own, and all the rest, runs on two workers. */
import { defineConfig } from 'vitest/config'

const alone = ['test/lab/**/*.test.ts']
/** Each file has a lab of its own, by its id. */
const onLabs = ['test/e2e/**/*.test.ts', 'test/crash/**/*.test.ts', 'test/act/**/*.test.ts']
const minute = 60_000
const patient = { globals: false, testTimeout: 5 * minute, hookTimeout: 5 * minute }

export default defineConfig({
  test: {
    allowOnly: false,
    passWithNoTests: false,
    reporters: ['default'],
    teardownTimeout: minute,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...alone, ...onLabs],
          globals: false,
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'lab',
          include: alone,
          ...patient,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { name: 'labs', include: onLabs, ...patient, maxWorkers: 2, sequence: { groupOrder: 2 } } },
    ],
  },
})
