/** The closed family of failures: every code has one row, and docs/errors.md is made from them. */
import { infraFailures } from './infra.ts'
import { busyFailures, harnessFailures, productFailures, transportFailures } from './others.ts'
import type { FailureRow } from './row.ts'
import { usageFailures } from './usage.ts'

const rows = {
  ...usageFailures,
  ...transportFailures,
  ...infraFailures,
  ...busyFailures,
  ...productFailures,
  ...harnessFailures,
} as const

export type FailureCode = keyof typeof rows
export const failures: { readonly [Code in FailureCode]: FailureRow } = rows

export const failureCodes = Object.keys(rows) as readonly FailureCode[]

/** The row of a code that was read from a ledger or a file. */
export const failureRow = (code: unknown): FailureRow | undefined =>
  typeof code === 'string' && Object.hasOwn(failures, code) ? failures[code as FailureCode] : undefined
