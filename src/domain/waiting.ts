/** Sessions that wait for a push, and which plan of another commit goes on with one. */
import type { Entry } from './ledger.ts'
import type { Plan } from './plan.ts'
import { isPersonsPlan, type PersonsPlan } from './events/entry.ts'
import type { Session } from './session.ts'

/** The newest plan of a person, and where it came from: a commit of ours is nothing that a push lies on top of. */
const newestOf = (entries: readonly Entry[]): PersonsPlan | undefined => entries.findLast(isPersonsPlan)

/** SETUP is not done again, so that the nodes must be the same. */
export function sameNodes(entries: readonly Entry[], { fleet, nodes }: Plan): boolean {
  const before = newestOf(entries)?.facts.plan
  return (
    before?.fleet.name === fleet.name && JSON.stringify(before.nodes.toSorted()) === JSON.stringify(nodes.toSorted())
  )
}

/**
 * The commit that this session waits on another one for, where this plan could go on with it on one machine: the same
 * branch, nodes and answers, and another commit alone. Null: it could not.
 */
export function waitsOn(
  session: Session,
  entries: readonly Entry[],
  plan: Plan,
  { branch, commit }: { readonly branch: string | null; readonly commit: string | null },
): string | null {
  const before = newestOf(entries)?.facts
  if (session.state !== 'AWAIT_PUSH' || before === undefined || branch === null || commit === null) return null
  const { origin, plan: then } = before
  const answers = (['project', 'focus', 'criteria', 'proof'] as const).every(
    (question) => then.answers[question].value === plan.answers[question].value,
  )
  // What no commit holds is no push: another machine could not go on with it.
  const pushed = plan.source.kind === 'build' && plan.source.revision === commit
  return pushed && answers && origin.repository === null && origin.branch === branch && sameNodes(entries, plan)
    ? origin.commit
    : null
}
