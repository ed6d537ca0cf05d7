/** A pull request of a fix, in the repository on GitHub that the remote of the person's checkout names. */
import { isFixBranch } from '../../domain/fix/branch.ts'
import { githubRepository, type Login } from '../../domain/login.ts'
import { messageOf } from '../../domain/text.ts'
import type { Proposed, ProposalAsked } from '../../ports/fixer.ts'
import { pushFault, refsOf, remoteGit, remoteUrl } from './push.ts'

export interface Proposing extends ProposalAsked {
  readonly checkout: string
  readonly clone: string
  readonly login?: Login
}

export async function proposeBranch(o: Proposing, signal: AbortSignal): Promise<Proposed> {
  const no = (why: string): Proposed => ({ kind: 'not proposed', why })
  if (o.login === undefined) return no('no token of a person is set: export GH_TOKEN=$(gh auth token)')
  const [shown, pushed] = await Promise.all([
    remoteUrl(o.checkout, o.remote, [], signal),
    remoteUrl(o.checkout, o.remote, ['--push'], signal),
  ])
  const repository = shown === null ? null : githubRepository(shown, o.login)
  if (repository === null || pushed === null) return no(`remote ${o.remote} is no repository of ${o.login.server}`)
  // What was not pushed when the fix was made may be by now.
  const fault = await pushFault(o, signal)
  if (fault !== null) return no(fault)
  const { main, at } = await refsOf(remoteGit(o.clone, pushed, o.login, signal).ask)
  const base = o.base !== null && at.has(`refs/heads/${o.base}`) ? o.base : main?.replace(/^refs\/heads\//, '')
  if (base === undefined || isFixBranch(base)) return no(`${o.remote} has no branch that it could go into`)
  // The command line loads no HTTP client unless something is asked by it.
  const { openForge } = await import('../github/forge.ts')
  const forge = openForge({ repository, token: o.login.token, apiUrl: o.login.api, signal })
  try {
    return { kind: 'proposed', url: await forge.propose({ branch: o.branch, base, title: o.title, body: o.body }) }
  } catch (error) {
    signal.throwIfAborted()
    return no(messageOf(error))
  }
}
