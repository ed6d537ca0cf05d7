/**
 * Bare repositories over HTTP as a forge serves them: git's own http-backend behind a demand for the Authorization
 * header.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface Trouble {
  /** The answers to so many pushes are lost: the push is done, the connection cut. */
  lose: number
  /** So many pushes are cut off before they are done. */
  drop: number
  /** Every connection is cut, from the next lost answer on. */
  downAfterLoss: boolean
}

export interface Host {
  readonly url: string
  /** Requests answered, and how. */
  readonly seen: readonly string[]
  /** Command lines of git processes that were alive during a request. */
  readonly commands: ReadonlySet<string>
  /** What goes wrong from now on. */
  readonly trouble: Trouble
  close(): Promise<void>
}

/** `writes`: the header that may do everything. `reads`: the one that may not push. */
export async function gitHost(
  root: string,
  { writes, reads }: { readonly writes: string; readonly reads: string },
): Promise<Host> {
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend')
  if (!existsSync(backend))
    throw new Error(`this machine's git has no git-http-backend (${backend}): install the whole of git`)
  const seen: string[] = []
  const commands = new Set<string>()
  const trouble: Trouble = { lose: 0, drop: 0, downAfterLoss: false }
  let down = false

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const asked = new URL(request.url ?? '/', 'http://localhost')
    for (const command of gitCommands()) commands.add(command)
    const push = `${asked.pathname}${asked.search}`.includes('git-receive-pack')
    const refuse = (status: number, words: string): void => {
      seen.push(`${status} ${asked.pathname}`)
      request.resume()
      response
        .writeHead(status, {
          'content-type': 'text/plain',
          ...(status === 401 ? { 'www-authenticate': 'Basic realm="git"' } : {}),
        })
        .end(words)
    }
    const { authorization } = request.headers
    if (!trouble.downAfterLoss) down = false
    if (down) {
      request.socket.destroy()
      return
    }
    if (push && request.method === 'POST' && trouble.drop > 0) {
      trouble.drop--
      seen.push(`dropped ${asked.pathname}`)
      request.socket.destroy()
      return
    }
    if (authorization !== writes && authorization !== reads) {
      refuse(401, 'Invalid username or token.')
      return
    }
    // The other side may well repeat what it was sent.
    if (push && authorization === reads) {
      refuse(403, `Permission to it denied to a bot that said ${authorization}.`)
      return
    }
    const child = spawn(backend, {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        PATH: process.env['PATH'],
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        REMOTE_USER: 'somebody',
        REMOTE_ADDR: '127.0.0.1',
        PATH_INFO: asked.pathname,
        QUERY_STRING: asked.search.slice(1),
        REQUEST_METHOD: request.method ?? 'GET',
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
        ...(request.headers['git-protocol'] === undefined
          ? {}
          : { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
        ...(request.headers['content-length'] === undefined
          ? {}
          : { CONTENT_LENGTH: request.headers['content-length'] }),
      },
    })
    child.stdin.on('error', () => undefined)
    request.pipe(child.stdin)
    const parts: Buffer[] = []
    child.stdout.on('data', (part: Buffer) => {
      parts.push(part)
    })
    child.on('close', () => {
      const whole = Buffer.concat(parts)
      const end = whole.indexOf('\r\n\r\n')
      const headers = Object.fromEntries(
        whole
          .subarray(0, end)
          .toString('latin1')
          .split('\r\n')
          .map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]),
      )
      if (push && request.method === 'POST' && trouble.lose > 0) {
        trouble.lose--
        down = trouble.downAfterLoss
        seen.push(`lost ${asked.pathname}`)
        request.socket.destroy()
        return
      }
      const status = Number.parseInt(headers['status'] ?? '200', 10)
      seen.push(`${status} ${asked.pathname}`)
      delete headers['status']
      response.writeHead(status, headers).end(whole.subarray(end + 4))
    })
  }
  const server = createServer(answer)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    commands,
    trouble,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

const gitCommands = (): readonly string[] =>
  readdirSync('/proc')
    .filter((p) => /^\d+$/.test(p))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')]
      } catch {
        return []
      }
    })
    .filter((c) => /^\S*git\b/.test(c))
