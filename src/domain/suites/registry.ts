/** Every suite by its id; the compiler names a missing one. */
import { connectivity } from './connectivity/suite.ts'
import type { Suite, SuiteId } from './suite.ts'

export const suites: { readonly [Id in SuiteId]: Suite<Id> } = { connectivity }

export const suiteIds = Object.keys(suites) as readonly SuiteId[]
