/** Every recovery rule with the ways in which it is provoked: a rule without one does not compile. */
import type { RuleId } from '../../../src/domain/recovery/rules.ts'
import { build } from './build.ts'
import { node, session } from './node.ts'
import type { Provocation } from './provocation.ts'
import { reach } from './reach.ts'

export const provocations: { readonly [Id in RuleId]: readonly [Provocation, ...Provocation[]] } = {
  ...reach,
  ...build,
  ...node,
  ...session,
}
