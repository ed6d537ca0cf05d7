/**
 * The service that @actions/artifact talks to, on loopback: artifacts of several runs, uploaded in blocks, checked
 * against the stated size and digest.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface StoredArtifact {
  readonly id: number
  readonly name: string
  readonly run: string
  readonly job: string
  readonly data: Uint8Array
  readonly type: string
  readonly digest: string
  readonly created: string
}

export interface ArtifactSource {
  all(): readonly StoredArtifact[]
  /** Where an artifact's bytes are, signed. */
  link(id: number): string
}

export interface ResultsService extends ArtifactSource {
  /** For ACTIONS_RESULTS_URL. */
  readonly url: string
  /**
   * For ACTIONS_RUNTIME_TOKEN: `run` is also the run's number in the REST API. Each attempt is a backend run of its
   * own, which does not show what earlier ones kept.
   */
  token(run: string, job?: string, attempt?: number): string
  artifacts(run?: string): readonly StoredArtifact[]
  /** Puts an artifact there as it is, hostile ones too. */
  plant(run: string, name: string, zip: Uint8Array, digest?: string): StoredArtifact
  /** The next calls of a method answer with this status. */
  trouble(method: string, status: number, times: number): void
  close(): Promise<void>
}

/** A token as GitHub's runner has it, unsigned: the service believes what it says. */
export function runtimeToken(run: string, job = 'job', attempt = 1): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ scp: `Actions.Results:${run}${attempt === 1 ? '' : `~${attempt}`}:${job}` })}.${Buffer.from('none').toString('base64url')}`
}

interface Blob {
  readonly blocks: Map<string, Buffer>
  data?: Buffer
  type?: string
}
interface Slot {
  readonly id: number
  readonly run: string
  readonly backend: string
  readonly job: string
  readonly name: string
  readonly blob: Blob
  stored?: StoredArtifact
}
interface Call {
  readonly workflow_run_backend_id?: string
  readonly workflow_job_run_backend_id?: string
  readonly name?: string
  readonly version?: number
  readonly size?: string
  readonly hash?: string
  readonly name_filter?: string
  readonly id_filter?: string
}
interface Reply {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

const service = '/twirp/github.actions.results.api.v1.ArtifactService/'
const ok = (body: Readonly<Record<string, unknown>>): Reply => ({ status: 200, body })
const no = (status: number, code: string, msg: string): Reply => ({ status, body: { code, msg } })

export async function startResultsService(): Promise<ResultsService> {
  const slots: Slot[] = []
  const signature = randomBytes(12).toString('hex')
  const troubles: { readonly method: string; readonly status: number; times: number }[] = []
  let url = ''
  const finished = (): readonly StoredArtifact[] => slots.flatMap((slot) => slot.stored ?? [])
  const of = (backend: string): readonly StoredArtifact[] =>
    slots.flatMap((slot) => (slot.backend === backend ? (slot.stored ?? []) : []))
  const link = (id: number): string => `${url}/blob/${id}?sig=${signature}`
  const sha256 = (data: Uint8Array): string => `sha256:${createHash('sha256').update(data).digest('hex')}`
  const keep = (slot: Slot, data: Uint8Array, type: string, digest: string): StoredArtifact =>
    (slot.stored = {
      id: slot.id,
      name: slot.name,
      run: slot.run,
      job: slot.job,
      data,
      type,
      digest,
      created: new Date().toISOString(),
    })
  const open = (backend: string, job: string, name: string): Slot => {
    const slot: Slot = { id: 1001 + slots.length, run: runIn(backend), backend, job, name, blob: { blocks: new Map() } }
    slots.push(slot)
    return slot
  }

  const methods: Readonly<Record<string, (call: Call, run: string, job: string) => Reply>> = {
    CreateArtifact(call, run, job) {
      const name = call.name ?? ''
      if (name === '' || /[":<>|*?\\/\r\n]/.test(name)) return no(400, 'invalid_argument', 'the name is not valid')
      if (call.version !== 7) return no(400, 'invalid_argument', `version ${call.version}`)
      if (slots.some((slot) => slot.run === runIn(run) && slot.name === name))
        return no(409, 'already_exists', 'an artifact with this name already exists on the workflow run')
      return ok({ ok: true, signed_upload_url: link(open(run, job, name).id) })
    },
    FinalizeArtifact(call, run) {
      const slot = slots.find((one) => one.backend === run && one.name === call.name)
      const data = slot?.blob.data
      if (slot === undefined || data === undefined) return no(404, 'not_found', 'no such upload')
      if (call.size !== String(data.length) || (call.hash !== undefined && call.hash !== sha256(data)))
        return no(400, 'invalid_argument', `stated ${call.size} bytes ${call.hash}, got ${data.length} ${sha256(data)}`)
      keep(slot, data, slot.blob.type ?? 'application/zip', sha256(data))
      return ok({ ok: true, artifact_id: String(slot.id) })
    },
    ListArtifacts(call, run) {
      const found = of(run).filter(
        (one) => (call.name_filter ?? one.name) === one.name && (call.id_filter ?? String(one.id)) === String(one.id),
      )
      return ok({
        artifacts: found.map((one) => ({
          workflow_run_backend_id: run,
          workflow_job_run_backend_id: one.job,
          database_id: String(one.id),
          name: one.name,
          size: String(one.data.length),
          created_at: one.created,
          digest: one.digest,
        })),
      })
    },
    GetSignedArtifactURL(call, run) {
      const found = of(run).find((one) => one.name === call.name)
      return found === undefined ? no(404, 'not_found', 'no such artifact') : ok({ signed_url: link(found.id) })
    },
    DeleteArtifact(call, run) {
      const index = slots.findIndex((one) => one.backend === run && one.name === call.name)
      const [gone] = index < 0 ? [] : slots.splice(index, 1)
      return gone === undefined
        ? no(404, 'not_found', 'no such artifact')
        : ok({ ok: true, artifact_id: String(gone.id) })
    },
  }

  const serve = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const at = new URL(asked.url ?? '/', url)
    const parts: Buffer[] = []
    for await (const part of asked) parts.push(part as Buffer)
    const body = Buffer.concat(parts)
    if (asked.method === 'POST' && at.pathname.startsWith(service)) {
      const method = at.pathname.slice(service.length)
      const reply = called(method, body, asked.headers.authorization ?? '')
      answer.writeHead(reply.status, { 'content-type': 'application/json' }).end(JSON.stringify(reply.body))
      return
    }
    // For whoever drives this from another process.
    if (at.pathname === '/_token') {
      answer
        .writeHead(200)
        .end(
          runtimeToken(
            at.searchParams.get('run') ?? '1',
            at.searchParams.get('job') ?? 'job',
            Number(at.searchParams.get('attempt') ?? '1'),
          ),
        )
      return
    }
    if (at.pathname === '/_artifacts') {
      const shown = finished().map(({ data, ...one }) => ({ ...one, bytes: data.length, link: link(one.id) }))
      answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(shown))
      return
    }
    const slot = slots.find((one) => `/blob/${one.id}` === at.pathname)
    if (slot === undefined || at.searchParams.get('sig') !== signature) {
      answer.writeHead(403).end()
      return
    }
    if (asked.method === 'PUT') {
      const block = at.searchParams.get('blockid')
      if (at.searchParams.get('comp') === 'block' && block !== null) slot.blob.blocks.set(block, body)
      else {
        // Blocks arrive in any order; the list at the end says which.
        const ids = [...body.toString().matchAll(/<(?:Latest|Uncommitted|Committed)>([^<]+)</g)].map((m) => m[1] ?? '')
        slot.blob.data =
          at.searchParams.get('comp') === 'blocklist'
            ? Buffer.concat(ids.map((id) => slot.blob.blocks.get(id) ?? Buffer.alloc(0)))
            : body
        slot.blob.type = String(asked.headers['x-ms-blob-content-type'] ?? 'application/zip')
      }
      answer
        .writeHead(201, {
          'x-ms-request-id': '1',
          'x-ms-version': '2025-01-05',
          etag: '"1"',
          'last-modified': new Date().toUTCString(),
          'x-ms-request-server-encrypted': 'true',
        })
        .end()
      return
    }
    if (slot.stored === undefined) {
      answer.writeHead(404).end()
      return
    }
    answer
      .writeHead(200, {
        'content-type': slot.stored.type,
        'content-length': slot.stored.data.length,
        'content-disposition': `attachment; filename="${slot.name}.zip"`,
      })
      .end(slot.stored.data)
  }

  function called(method: string, body: Buffer, authorization: string): Reply {
    const trouble = troubles.find((one) => one.method === method && one.times > 0)
    if (trouble !== undefined) {
      trouble.times--
      return no(trouble.status, 'unavailable', 'trouble')
    }
    const scope = scopeOf(authorization)
    if (scope === undefined) return no(401, 'unauthenticated', 'no runtime token')
    const call = JSON.parse(body.toString('utf8')) as Call
    if (call.workflow_run_backend_id !== scope.run) return no(403, 'permission_denied', 'the token is of another run')
    return methods[method]?.(call, scope.run, scope.job) ?? no(404, 'bad_route', method)
  }

  const server = createServer((asked, answer) => {
    serve(asked, answer).catch(() => {
      answer.writeHead(500).end()
    })
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    link,
    all: finished,
    token: runtimeToken,
    artifacts: (run) => finished().filter((one) => run === undefined || one.run === run),
    plant: (run, name, zip, digest) => keep(open(run, 'job', name), zip, 'application/zip', digest ?? sha256(zip)),
    trouble: (method, status, times) => {
      troubles.push({ method, status, times })
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** The run that a backend run is an attempt of. */
const runIn = (backend: string): string => backend.replace(/~.*$/, '')

function scopeOf(authorization: string): { readonly run: string; readonly job: string } | undefined {
  try {
    const claims = JSON.parse(
      Buffer.from(/^Bearer [^.]+\.([^.]+)\./.exec(authorization)?.[1] ?? '', 'base64url').toString('utf8'),
    ) as { readonly scp?: string }
    const [, run, job] = /Actions\.Results:([^: ]+):([^: ]+)/.exec(claims.scp ?? '') ?? []
    return run === undefined || job === undefined ? undefined : { run, job }
  } catch {
    return undefined
  }
}
