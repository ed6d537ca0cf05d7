/** What is another than at the last test of the project that passed: program, nodes, NATs, and what succeeded then. */
import type { BundleHead } from '../bundle.ts'
import type { FactsOf } from '../events/entry.ts'
import { outcomesIn } from '../outcomes.ts'
import type { FailedSubject } from './symptoms.ts'

export type PassedBefore = NonNullable<FactsOf<'TEST', 'begun'>['passedBefore']>

interface Now {
  readonly head: Pick<BundleHead, 'facts' | 'plan'>
  readonly failing: readonly FailedSubject[]
  /** As measured. */
  readonly nats: ReadonlyMap<string, string>
}

/** Nothing where no test that passed is known. */
export function sinceThen(before: PassedBefore | null, { head, failing, nats }: Now): readonly string[] {
  if (before === null) return []
  const binary = head.facts.build?.sha256
  const name = `${before.test} of session ${before.session}`
  const { outcomes } = before
  const succeeded = failing.filter((f) => {
    const then = outcomes === null ? null : outcomesIn(outcomes, f.suite, f.group)
    return then !== null && Object.hasOwn(then, f.subject) && /^1+$/.test(then[f.subject] ?? '')
  })
  const moved = Object.entries(before.nats ?? {}).flatMap(([node, was]) => {
    const is = nats.get(node)
    return is === undefined || is === was ? [] : [`the NAT of ${node} was ${was} then, and is ${is}`]
  })
  const nodes = Object.keys(before.nats ?? {})
  const added = [...nats.keys()].filter((n) => !nodes.includes(n))
  return [
    binary === before.binarySha256
      ? `the same binary passed ${name}: the program is not what changed`
      : `${name} passed with another binary${before.commit === null ? '' : `, of commit ${before.commit.slice(0, 12)}`}`,
    ...(failing.length === 0 || outcomes === null
      ? []
      : [`${succeeded.length} of the ${failing.length} that fail succeeded then`]),
    ...moved,
    ...(nodes.length === 0 || added.length === 0 ? [] : [`not part of it then: ${added.join(', ')}`]),
  ]
}
