/** The site behind a ledger that a person named by its URL, with that person's own token. */
import type { Forge } from '../ports/forge.ts'
import type { Login } from '../domain/login.ts'

/** Null: no token, or none of that site, which alone may see it; or no URL of a repository. */
export async function remoteForge(url: string, login: Login | undefined, signal: AbortSignal): Promise<Forge | null> {
  const named = repositoryIn(url)
  if (login === undefined || named === null || named.origin !== new URL(login.server).origin) return null
  // The client of GitHub is large, and hardly any command needs it.
  const { openForge } = await import('../adapters/github/forge.ts')
  const apiUrl = named.origin === 'https://github.com' ? 'https://api.github.com' : `${named.origin}/api/v3`
  return openForge({ repository: named.repository, token: login.token, apiUrl, signal })
}

export function repositoryIn(url: string): { readonly origin: string; readonly repository: string } | null {
  if (!URL.canParse(url)) return null
  const { protocol, origin, pathname } = new URL(url)
  const [, repository] = /^\/([\w.-]{1,100}\/[\w.-]{1,100}?)(?:\.git)?\/?$/.exec(pathname) ?? []
  return protocol !== 'https:' || repository === undefined ? null : { origin, repository }
}
