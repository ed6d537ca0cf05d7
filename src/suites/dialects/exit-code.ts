/** A program of which nothing is read but how it ended: exit code 0 is its claim of success, and no more than that. */
import type { Claim } from '../../domain/evidence.ts'
import { noClaim } from '../drivers/driver.ts'

export const readExitCode = (stdout: string, exitCode: number | null): Claim => ({
  ...noClaim,
  success: exitCode === null ? null : exitCode === 0,
  error: exitCode === null || exitCode === 0 ? null : `exit ${exitCode}`,
  exitCode,
  lines: stdout
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, 20)
    .map((line) => line.slice(0, 1000)),
})
