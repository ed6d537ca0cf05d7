/** The Remote contract against OpenSSH's server, ssh2's server, and this machine. */
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { execFileSync } from 'node:child_process'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { httpOverRemote } from '../../src/adapters/ssh/http.ts'
import { openRemote } from '../../src/adapters/ssh/remote.ts'
import type { OpenOptions } from '../../src/adapters/ssh/remote.ts'
import { fetchHostKeys } from '../../src/adapters/ssh/trust.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { FleetNode } from '../../src/domain/fleet.ts'
import type { Remote } from '../../src/ports.ts'
import { argv, codeOf, never, remoteContract, script, within } from './remote.contract.ts'
import { fleet, freePort, freshKeys, nodeAt } from './remote.host.ts'
import type { Keys, TestHost } from './remote.host.ts'
import { inProcessHost, silentEnd } from './remote.inprocess.ts'
import { sshdHost } from './remote.sshd.ts'

const keys = freshKeys()
const options: OpenOptions = { privateKey: keys.user, signal: never, connectTimeoutMs: 8000 }
const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})

const open = async (node: FleetNode, more: Partial<OpenOptions> = {}): Promise<Remote> => {
  const remote = await openRemote(node, fleet, { ...options, ...more })
  opened.push(() => remote.close())
  return remote
}
const serve = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  opened.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve)
      }),
  )
  return (server.address() as AddressInfo).port
}

describe('local', () => {
  const remote = localRemote('nat-box', [])
  afterAll(() => remote.close())
  remoteContract(() => remote)

  it('runs inside its prefix', async () => {
    expect((await localRemote('box', ['env', 'WHERE=inside here']).run(script('echo "$WHERE"'), within())).stdout).toBe(
      'inside here\n',
    )
    expect(await codeOf(localRemote('box', ['/no/such/nsenter']).run(argv('true'), within()))).toBe('T004')
  })
  it('cannot forward, and does nothing once closed', async () => {
    expect(await codeOf(remote.forward('127.0.0.1', 1, within()))).toBe('H022')
    const other = localRemote('box', [])
    await other.close()
    await other.close()
    expect(await codeOf(other.run(argv('true'), within()))).toBe('T009')
  })
})

const hosts = [
  { label: 'OpenSSH sshd', make: (k: Keys) => sshdHost(k) },
  { label: 'ssh2 server', make: (k: Keys) => inProcessHost(k) },
]

describe.each(hosts)('$label', ({ make }) => {
  let host: TestHost
  let shared: Remote
  const at = (more: Partial<FleetNode> = {}): FleetNode => nodeAt(host.port, [host.hostKey], more)
  beforeAll(async () => {
    host = await make(keys)
    shared = await openRemote(at(), fleet, options)
  })
  afterAll(async () => {
    await shared?.close()
    await host?.close()
  })
  remoteContract(() => shared)

  it('uses one connection for all of it', async () => {
    const before = host.connections()
    const remote = await open(at())
    await Promise.all(Array.from({ length: 5 }, () => remote.run(argv('true'), within())))
    expect(host.connections()).toBe(before + 1)
  })

  it('calls a connection lost in the middle T001 and does not run the command again', async () => {
    const remote = await open(at())
    const dir = (await remote.run(argv('mktemp', '-d'), within())).stdout.trim()
    const run = remote.run(
      script(`echo x >> ${dir}/count; echo up; while kill -0 $PPID; do sleep 0.1; done`),
      within(15_000, { onLine: () => void host.drop() }),
    )
    expect(['T001', 'T002']).toContain(await codeOf(run))
    expect((await remote.run(script(`cat ${dir}/count; rm -r ${dir}`), within())).stdout).toBe('x\n')
  })

  it('runs an idempotent command again once the server is back', async () => {
    const remote = await open(at())
    const dir = (await remote.run(argv('mktemp', '-d'), within())).stdout.trim()
    let cut = 0
    const result = await remote.run(
      script(
        `echo x >> ${dir}/count; [ "$(wc -l < ${dir}/count)" -gt 1 ] && { rm -r ${dir}; echo done; exit 0; }; echo up; while kill -0 $PPID; do sleep 0.1; done`,
        true,
      ),
      within(20_000, {
        onLine: (l) => {
          if (l === 'up') {
            cut += 1
            void host.stop().then(host.start)
          }
        },
      }),
    )
    expect(result).toMatchObject({ code: 0, stdout: 'done\n' })
    expect(cut).toBe(1)
  })

  it('refuses a host with another key (T011), naming both, before authentication', async () => {
    const other = freshKeys()
    const [connections, auths] = [host.connections(), host.authRequests()]
    const error = await openRemote(at({ hostKeys: [other.hostPublic] }), fleet, options).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(Failure)
    const { facts } = error as Failure
    expect(facts).toMatchObject({
      kind: 'transport',
      code: 'T011',
      node: 'saorsa-9',
      remedy: 'vps-test nodes trust saorsa-9 --fleet contract',
    })
    expect(facts.message.match(/SHA256:[A-Za-z0-9+/]{43}/g)).toHaveLength(2)
    expect(host.connections()).toBeGreaterThan(connections)
    expect(host.authRequests()).toBe(auths)
  })

  it('accepts any one of several pinned keys, and a server without a pinned type is T011', async () => {
    await open(at({ hostKeys: [freshKeys().hostPublic, host.hostKey] }))
    const rsa =
      'ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg='
    expect(await codeOf(openRemote(at({ hostKeys: [rsa] }), fleet, options))).toBe('T011')
  })

  it('sends nothing at all to a host without a pinned key (T010)', async () => {
    const before = host.connections()
    for (const hostKeys of [[], ['ssh-ed25519'], ['ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIE=']]) {
      const error = await openRemote(at({ hostKeys }), fleet, options).catch((e: unknown) => e)
      expect(error).toMatchObject({ facts: { code: 'T010', remedy: 'vps-test nodes trust saorsa-9 --fleet contract' } })
    }
    await open(at())
    expect(host.connections()).toBe(before + 1)
  })

  it('names a refused key T005', async () => {
    const error = await openRemote(at(), fleet, { ...options, privateKey: freshKeys().user }).catch((e: unknown) => e)
    expect(error).toMatchObject({ facts: { code: 'T005', remedy: `ssh-copy-id -p ${host.port} root@127.0.0.1` } })
  })

  it('tries the IP when the hostname leads nowhere', async () => {
    const remote = await open(at({ host: 'no-such-host.invalid' }))
    expect(await remote.run(argv('true'), within())).toMatchObject({ code: 0 })
  })

  it('goes through a proxy program and ends it', async () => {
    const pidFile = join(await mkdtemp(join(tmpdir(), 'vps-test-proxy-')), 'pid')
    opened.push(() => rm(dirname(pidFile), { recursive: true }))
    // It would live on without its streams: ending it is our duty.
    const proxy = {
      kind: 'command',
      argv: [
        process.execPath,
        '-e',
        `require('fs').writeFileSync(process.argv[3], String(process.pid)); setInterval(() => {}, 1000); const s = require('net').connect(+process.argv[2], process.argv[1]); process.stdin.pipe(s); s.pipe(process.stdout); s.on('error', (e) => { console.error('proxy cannot: ' + e.code); process.exit(7) })`,
        '%h',
        '%p',
        pidFile,
      ],
    } as const
    const remote = await open(at({ proxy, host: 'no-such-host.invalid' }))
    const bytes = Buffer.alloc(500_000, 'p')
    expect(Buffer.compare(await remote.read(argv('cat'), within(15_000, { stdin: bytes })), bytes)).toBe(0)
    const pid = Number(await readFile(pidFile, 'utf8'))
    await remote.close()
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
    const dead = await openRemote(at({ proxy, sshPort: await freePort() }), fleet, options).catch((e: unknown) => e)
    expect(dead).toMatchObject({ facts: { code: 'T004' } })
    expect((dead as Failure).message).toContain('proxy cannot: ECONNREFUSED')
    expect(await codeOf(openRemote(at({ proxy: { kind: 'command', argv: ['/no/such/proxy'] } }), fleet, options))).toBe(
      'T004',
    )
  })

  it('goes through a jump host, which must be pinned as well', async () => {
    const jump = { kind: 'jump', host: '127.0.0.1', port: host.port, user: 'root', hostKeys: [host.hostKey] } as const
    const remote = await open(at({ proxy: jump }))
    expect((await remote.run(argv('echo', 'there'), within())).stdout).toBe('there\n')
    await remote.close()
    expect(await codeOf(openRemote(at({ proxy: { ...jump, hostKeys: [] } }), fleet, options))).toBe('T010')
    expect(
      await codeOf(openRemote(at({ proxy: { ...jump, hostKeys: [freshKeys().hostPublic] } }), fleet, options)),
    ).toBe('T011')
  })

  it('waits and tries again when starts are refused (MaxStartups)', async () => {
    let turns = 0
    const gate = createServer((socket: Socket) => {
      socket.on('error', () => undefined)
      turns += 1
      if (turns <= 2) {
        socket.resume().end('Exceeded MaxStartups\r\n')
        return
      }
      const on = new (socket.constructor as typeof Socket)()
      on.on('error', () => undefined)
      on.connect(host.port, '127.0.0.1').pipe(socket).pipe(on)
    })
    const remote = await open(at({ sshPort: await serve(gate) }))
    expect(await remote.run(argv('true'), within())).toMatchObject({ code: 0 })
    expect(turns).toBe(3)
    await remote.close()
  })

  it('gives up on a host that says nothing, or nothing there, in time (T004)', async () => {
    const held = new Set<Socket>()
    const mute = await serve(
      createServer((socket) => {
        held.add(socket)
        socket.on('error', () => undefined)
      }),
    )
    expect(await codeOf(openRemote(at({ sshPort: mute }), fleet, { ...options, connectTimeoutMs: 600 }))).toBe('T004')
    for (const socket of held) socket.destroy()
    expect(await codeOf(openRemote(at({ sshPort: await freePort() }), fleet, options))).toBe('T004')
  })

  it('forwards a TCP stream, and says when nothing listens (I040)', async () => {
    const echo = await serve(
      createServer((socket) => {
        socket.on('error', () => undefined)
        socket.pipe(socket)
      }),
    )
    const stream = await shared.forward('127.0.0.1', echo, within())
    stream.end('there and back')
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe('there and back')
    expect(await codeOf(shared.forward('127.0.0.1', await freePort(), within()))).toBe('I040')
  })

  it('speaks HTTP through a forward', async () => {
    const seen: string[] = []
    const web = createHttp((request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (text: string) => seen.push(text))
        .on('end', () => {
          if (request.url === '/mute') return
          if (request.url === '/cut') {
            response.writeHead(200, { 'content-length': '100' })
            response.write('part', () => response.destroy())
            return
          }
          response
            .writeHead(request.url === '/api' ? 200 : 404, { 'content-type': 'application/json' })
            .end(JSON.stringify({ method: request.method, host: request.headers.host }))
        })
    })
    const target = { host: '127.0.0.1', port: await serve(web) }
    const call = { method: 'GET', path: '/api', timeoutMs: 5000, signal: never, maxBytes: 1000 } as const
    const answer = await httpOverRemote(shared, target, call)
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual({ method: 'GET', host: `127.0.0.1:${target.port}` })
    expect(
      await httpOverRemote(shared, target, { ...call, method: 'POST', path: '/nowhere', body: '{"a":1}' }),
    ).toMatchObject({ status: 404 })
    expect(seen).toEqual(['{"a":1}'])
    expect(await codeOf(httpOverRemote(shared, target, { ...call, maxBytes: 5 }))).toBe('I041')
    expect(await codeOf(httpOverRemote(shared, target, { ...call, path: '/cut' }))).toBe('I041')
    expect(await codeOf(httpOverRemote(shared, target, { ...call, path: '/mute', timeoutMs: 400 }))).toBe('T003')
  })

  it('speaks HTTPS through a forward, to a certificate that is right, and never plain HTTP instead', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vps-test-tls-'))
    opened.push(() => rm(dir, { recursive: true }))
    const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
    const made = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1`
    const named = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert]
    execFileSync('openssl', made.split(' ').concat(named), { stdio: 'ignore' })
    const [ca, secret] = [await readFile(cert, 'utf8'), await readFile(key, 'utf8')]
    const call = { method: 'GET', path: '/health', timeoutMs: 5000, signal: never, maxBytes: 1000 } as const
    const secure = createHttps({ key: secret, cert: ca }, (_, response) => response.end('sealed'))
    const target = { host: '127.0.0.1', port: await serve(secure) }
    const answer = await httpOverRemote(shared, { ...target, tls: { ca } }, call)
    expect([answer.status, Buffer.from(answer.body).toString()]).toEqual([200, 'sealed'])
    const unknown = await httpOverRemote(shared, { ...target, tls: {} }, call).catch((e: unknown) => e)
    expect(unknown).toMatchObject({ facts: { code: 'I041' }, message: expect.stringContaining('self-signed') })
    const plain = await serve(createHttp((_, response) => response.end('open')))
    expect(await codeOf(httpOverRemote(shared, { host: '127.0.0.1', port: plain, tls: { ca } }, call))).toBe('I041')
  })

  it('shows the host key for enrolment without authenticating', async () => {
    const auths = host.authRequests()
    const [seen] = await fetchHostKeys(at({ hostKeys: [] }), fleet, options)
    expect(seen?.line).toBe(host.hostKey.split(' ').slice(0, 2).join(' '))
    expect(seen?.fingerprint).toMatch(/^SHA256:/)
    expect(host.authRequests()).toBe(auths)
  })

  it('closes for good, twice if asked, and by its signal', async () => {
    const controller = new AbortController()
    const remote = await open(at(), { signal: controller.signal })
    const run = remote.run(
      script('echo up; while kill -0 $PPID; do sleep 0.1; done'),
      within(15_000, { onLine: () => controller.abort(new Error('the whole run ends')) }),
    )
    await expect(run).rejects.toThrow('the whole run ends')
    await remote.close()
    await remote.close()
    await expect(remote.run(argv('true'), within())).rejects.toThrow('the whole run ends')
    const other = await open(at())
    await other.close()
    await other.close()
    expect(await codeOf(other.run(argv('true'), within()))).toBe('T009')
  })
})

describe('a channel that ends without a word', () => {
  it('is T002: no exit code is invented', async () => {
    const host = await inProcessHost(keys)
    opened.push(() => host.close())
    const remote = await open(nodeAt(host.port, [host.hostKey]))
    expect(await codeOf(remote.run(script(`true ${silentEnd}`), within()))).toBe('T002')
  })
})
