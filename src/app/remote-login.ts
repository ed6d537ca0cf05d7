/**
 * A person's own token for the ledger of a repository on GitHub: git here takes no credentials from anybody's settings.
 */

export interface Login {
  readonly server: string
  readonly token: string
}

/**
 * Value of the HTTP header `Authorization`; null where the URL is not of that server, which alone may see the token.
 */
export function authorizationFor(url: string, login: Login | undefined): string | null {
  if (
    login === undefined ||
    !URL.canParse(url) ||
    !URL.canParse(login.server) ||
    new URL(url).origin !== new URL(login.server).origin
  )
    return null
  return `Basic ${Buffer.from(`x-access-token:${login.token}`).toString('base64')}`
}
