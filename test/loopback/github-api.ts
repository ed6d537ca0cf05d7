/**
 * A GitHub REST API on loopback with a small memory, which checks every request and its own answers against GitHub's
 * description.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Answered, type Handler, handlers } from './github-handlers.ts'
import { shapes } from './github-shapes.ts'
import { type State, freshState, person, reader, writer } from './github-state.ts'
import { type Checker, openChecker } from './openapi.ts'
import type { ArtifactSource } from './results-service.ts'

export interface GithubApi {
  /** For `apiUrl` and GITHUB_API_URL. */
  readonly url: string
  /** Tokens: a workflow's, a fork's (403 on every change), a person's. */
  readonly tokens: { readonly writer: string; readonly reader: string; readonly person: string }
  readonly state: State
  /** Requests that GitHub would refuse, and answers of ours that GitHub would not give. A test ends with none. */
  faults(): readonly string[]
  /** `METHOD path?query` of every request, in order. */
  requests(): readonly string[]
  close(): Promise<void>
}

interface Options {
  readonly repository: string
  readonly artifacts?: ArtifactSource
}

const none: ArtifactSource = { all: () => [], link: () => '' }
let shared: Checker | undefined

export async function startGithubApi(options: Options): Promise<GithubApi> {
  const checker = (shared ??= openChecker())
  const state = freshState(options.repository)
  const faults: string[] = []
  const requests: string[] = []
  const timers = new Set<NodeJS.Timeout>()
  let operations: Readonly<Record<string, Handler>> = {}
  let url = ''

  const serve = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const at = new URL(asked.url ?? '/', url)
    const body = await bodyOf(asked)
    const send = (status: number, value?: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      answer.writeHead(status, {
        ...(value === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
        'x-github-request-id': 'LOOP',
        ...headers,
      })
      answer.end(value === undefined ? undefined : JSON.stringify(value))
    }
    const refuse = (status: number, message: string, headers: Readonly<Record<string, string>> = {}): void =>
      send(status, { message, documentation_url: 'https://docs.github.com/rest', status: String(status) }, headers)
    const fault = (text: string): void => {
      faults.push(`${asked.method} ${at.pathname}${at.search}: ${text}`)
    }

    if (at.pathname === '/_state') {
      const strange = Object.keys((body ?? {}) as object).filter((name) => !(name in state))
      if (strange.length > 0) return refuse(400, `the state has no ${strange.join(', ')}`)
      if (asked.method === 'POST') Object.assign(state, body)
      return send(200, { state, faults, requests })
    }
    requests.push(`${asked.method} ${at.pathname}${at.search}`)
    if (body instanceof SyntaxError) {
      fault('the body is no JSON')
      return refuse(400, 'Problems parsing JSON')
    }
    const operation = checker.operation(asked.method ?? '', at.pathname)
    if (operation === undefined) {
      fault('GitHub has no such address')
      return refuse(404, 'Not Found')
    }
    if (asked.headers['user-agent'] === undefined) {
      fault('no User-Agent')
      return refuse(403, 'Request forbidden by administrative rules.')
    }
    if (!/application\/(vnd\.github[^,]*\+?json|json)|\*\/\*/.test(asked.headers.accept ?? '*/*')) {
      fault(`Accept: ${asked.headers.accept}`)
      return refuse(415, 'Unsupported Accept header')
    }
    const token = state.tokens[/^(?:token|bearer) (\S+)$/i.exec(asked.headers.authorization ?? '')?.[1] ?? '']
    if (token === undefined) return refuse(401, 'Bad credentials')
    const own =
      operation.path['owner'] === undefined ||
      `${operation.path['owner']}/${operation.path['repo']}`.toLowerCase() === state.repository.toLowerCase()
    if (!own) return refuse(404, 'Not Found')
    const wrong = checker.request(operation, at.searchParams, body)
    if (wrong.length > 0) {
      fault(wrong.join('; '))
      return refuse(422, `Invalid request. ${wrong.join('; ')}`)
    }

    const trouble = state.trouble.find((t) => t.times > 0 && (t.operation === operation.id || t.operation === '*'))
    if (trouble !== undefined) {
      trouble.times--
      if (trouble.delayMs !== undefined)
        await new Promise<void>((done) => {
          const timer = setTimeout(() => {
            timers.delete(timer)
            done()
          }, trouble.delayMs)
          timers.add(timer)
        })
      if (trouble.status !== undefined) return refuse(trouble.status, 'Trouble', trouble.headers)
    }
    if ((asked.method !== 'GET' && !token.write) || state.denied.includes(operation.id))
      return refuse(403, 'Resource not accessible by integration')
    const handler = operations[operation.id]
    if (handler === undefined) {
      fault(`our loopback does not do ${operation.id}`)
      return refuse(501, 'Not implemented')
    }
    const done = paged(
      handler({
        path: operation.path,
        query: at.searchParams,
        body: (body ?? {}) as Readonly<Record<string, unknown>>,
        token,
      }),
      at,
    )
    if (done.status >= 400) return refuse(done.status, String(done.body))
    const untrue = checker.response(operation, done.status, done.body)
    if (untrue.length > 0) {
      fault(`our answer ${done.status}: ${untrue.join('; ')}`)
      return refuse(500, 'the loopback is wrong')
    }
    send(done.status, done.body, done.headers)
  }

  const server = createServer((asked, answer) => {
    serve(asked, answer).catch((error: unknown) => {
      faults.push(`${asked.method} ${asked.url}: ${String(error)}`)
      answer.writeHead(500).end()
    })
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  operations = handlers(state, shapes(checker, state, url), options.artifacts ?? none)
  return {
    url,
    state,
    tokens: { writer, reader, person },
    faults: () => [...faults],
    requests: () => [...requests],
    close: () =>
      new Promise((done) => {
        for (const timer of timers) clearTimeout(timer)
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

interface Ready {
  readonly status: number
  readonly body?: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** One page of a list, and where the next one is: the client follows the Link header only. */
function paged(answered: Answered, at: URL): Ready {
  if (answered.kind === 'refused') return { status: answered.status, body: answered.message, headers: {} }
  if (answered.kind === 'one')
    return {
      status: answered.status,
      body: answered.body,
      headers: answered.location === undefined ? {} : { location: answered.location },
    }
  const size = Number(at.searchParams.get('per_page') ?? 30)
  const page = Number(at.searchParams.get('page') ?? 1)
  const shown = answered.all.slice((page - 1) * size, page * size)
  const next = new URL(at)
  next.searchParams.set('page', String(page + 1))
  return {
    status: 200,
    body: answered.around === undefined ? shown : { total_count: answered.all.length, [answered.around]: shown },
    headers: page * size < answered.all.length ? { link: `<${next.href}>; rel="next"` } : {},
  }
}

async function bodyOf(asked: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of asked) parts.push(part as Buffer)
  if (parts.length === 0) return undefined
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
  } catch (error) {
    return error
  }
}
