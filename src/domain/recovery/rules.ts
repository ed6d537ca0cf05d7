/** Every recovery rule by its id: whoever retries, falls back or leaves out fires one of these, and no other way. */
import { buildRules } from './build.ts'
import { nodeRules } from './node.ts'
import { reachRules } from './reach.ts'
import { sessionRules } from './session.ts'
import type { RecoveryRule } from './rule.ts'

const rows = { ...reachRules, ...buildRules, ...nodeRules, ...sessionRules } as const

export type RuleId = keyof typeof rows
export const recoveryRules: { readonly [Id in RuleId]: RecoveryRule } = rows

export const ruleIds = Object.keys(rows) as readonly RuleId[]
export const isRule = (value: unknown): value is RuleId => typeof value === 'string' && Object.hasOwn(rows, value)
