/** Two projects: what needs the machine to itself (lab, e2e, crash) runs one file after the other, the rest on two workers. */
import { defineConfig } from 'vitest/config'

const alone = ['test/lab/**/*.test.ts', 'test/e2e/**/*.test.ts', 'test/crash/**/*.test.ts', 'test/act/**/*.test.ts']
const minute = 60_000

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
          exclude: alone,
          globals: false,
          maxWorkers: 2,
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'lab',
          include: alone,
          globals: false,
          fileParallelism: false,
          maxWorkers: 1,
          testTimeout: 5 * minute,
          hookTimeout: 5 * minute,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
