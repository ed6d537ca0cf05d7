/**
 * A person's own token for a server of git repositories: git here takes no credentials from anybody's settings.
 */

export interface Login {
  readonly server: string
  readonly token: string
  /** Of the server's REST API. */
  readonly api: string
}

/** GitHub's own, or that of a GitHub Enterprise Server. */
export const apiOf = (server: string): string =>
  server.replace(/\/+$/, '') === 'https://github.com'
    ? 'https://api.github.com'
    : `${server.replace(/\/+$/, '')}/api/v3`

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

/** `owner/name` of an address of that server, by HTTPS or by SSH; null: it is none. */
export function githubRepository(url: string, { server }: Login): string | null {
  if (!URL.canParse(server)) return null
  const { host, hostname } = new URL(server)
  const [, user, path] = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.*)$/.exec(url) ?? []
  const found =
    user !== undefined && path !== undefined
      ? { host: user, path }
      : URL.canParse(url)
        ? { host: url.startsWith('ssh:') ? new URL(url).hostname : new URL(url).host, path: new URL(url).pathname }
        : null
  if (found === null || (found.host !== host && found.host !== hostname)) return null
  return /^\/?([A-Za-z0-9][\w.-]*\/[\w.-]+?)(?:\.git)?\/?$/.exec(found.path)?.[1] ?? null
}
