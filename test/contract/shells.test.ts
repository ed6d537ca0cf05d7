/** Login shells, forced commands and limits of nodes as they are met: each works, or is refused in words. */
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openRemote } from '../../src/adapters/ssh/remote.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { Remote } from '../../src/ports.ts'
import { argv, codeOf, never, script, within } from './remote.contract.ts'
import { fleet, freePort, freshKeys, nodeAt, type TestHost } from './remote.host.ts'
import { inProcessHost } from './remote.inprocess.ts'
import { sshdHost } from './remote.sshd.ts'

const keys = freshKeys()
const opened: (() => unknown)[] = []
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close()
})
let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'vps-test-shells-'))
})
afterAll(() => rm(dir, { recursive: true }))

const openAt = async (host: TestHost): Promise<Remote> => {
  opened.push(() => host.close())
  const remote = await openRemote(nodeAt(host.port, [host.hostKey]), fleet, {
    privateKey: keys.user,
    signal: never,
    connectTimeoutMs: 8000,
  })
  opened.push(() => remote.close())
  return remote
}
const failureOf = (promise: Promise<unknown>): Promise<Failure> =>
  promise.then(
    () => {
      throw new Error('it succeeded')
    },
    (e: Failure) => e,
  )

/** What a login shell may be: a text for sh that gets `-c` and the line, or the ~/.bashrc of bash. */
const shellOf = async (text: string): Promise<{ shell: readonly string[] }> => {
  const path = join(dir, `shell-${text.length}-${[...text].reduce((n, c) => (n * 31 + c.charCodeAt(0)) % 1e9, 0)}`)
  await writeFile(path, `#!/bin/sh\n${text}\n`)
  await chmod(path, 0o755)
  return { shell: [path] }
}
/** bash reads ~/.bashrc when sshd starts it, which it knows by SSH_CLIENT. */
const bashWith = async (rc: string): Promise<{ shell: readonly string[]; env: NodeJS.ProcessEnv }> => {
  const home = await mkdtemp(join(dir, 'home-'))
  await writeFile(join(home, '.bashrc'), `${rc}\n`)
  return { shell: ['/bin/bash'], env: { HOME: home, PATH: '/usr/bin:/bin', SSH_CLIENT: '192.0.2.1 1 22' } }
}
const real = ['fish', 'tcsh', 'csh', 'zsh', 'mksh', 'ksh']
  .map((name) => ['/usr/bin', '/bin'].map((d) => join(d, name)).find(existsSync))
  .filter((path) => path !== undefined)

const hard = String.raw`a\\b\'!!"$x` + "'%\n\t~é☃"

const working = [
  ['bash that prints on both outputs', () => bashWith('echo "Welcome to $HOSTNAME"; echo warning >&2; printf present')],
  ['bash that traces its commands', () => bashWith('set -x')],
  ['a shell without PATH', () => bashWith('unset PATH')],
  [
    'a wrapper that says goodbye and ends well whatever happened',
    () => shellOf('/bin/sh "$@"; echo bye; echo bye >&2; exit 0'),
  ],
  ...real.map((path) => [path, async () => ({ shell: [path] })] as const),
] as const

describe.each(working)('%s', (_, make) => {
  it('runs commands, tells their outputs and exit codes, takes uploads, and ends what is late', async () => {
    const remote = await openAt(await inProcessHost(keys, await make()))
    expect(await remote.run(argv('printf', '%s', hard), within())).toMatchObject({ code: 0, stdout: hard, stderr: '' })
    expect(await remote.run(script('echo out; echo err >&2; exit 65'), within())).toMatchObject({
      code: 65,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    const bytes = Buffer.from(Uint32Array.from({ length: 50_000 }, (_x, i) => Math.imul(i, 2_654_435_761)).buffer)
    expect(Buffer.compare(await remote.read(argv('cat'), within(45_000, { stdin: bytes })), bytes)).toBe(0)
    const pid = join(dir, 'late')
    expect(await codeOf(remote.run(script(`echo $$ > ${pid}; exec sleep 30`), within(900)))).toBe('T003')
    await expect.poll(async () => existsSync(`/proc/${(await readFile(pid, 'utf8')).trim()}`)).toBe(false)
  })
})

const refused = [
  ['bash that goes over to another shell', () => bashWith('exec sh'), 'a login file replaces the shell'],
  ['a login file that ends the shell', () => bashWith('exit 0'), 'a login file replaces the shell'],
  ['nologin', () => shellOf('echo This account is currently not available.; exit 1'), 'the account has no login shell'],
  ['a restricted shell', async () => ({ shell: ['/bin/bash', '-r'] }), 'a restricted shell starts nothing'],
  ['a forced command that answers', () => shellOf('echo backup done'), 'it said: backup done'],
  ['false', async () => ({ shell: ['/bin/false'] }), 'exit 1, it said nothing'],
] as const

describe.each(refused)('%s', (_, make, reason) => {
  it('is refused by name, and no byte of an upload reaches it', async () => {
    const made = await make()
    const remote = await openAt(await inProcessHost(keys, made))
    const failure = await failureOf(remote.run(argv('true'), within()))
    expect(failure.facts).toMatchObject({
      code: 'T013',
      remedy: expect.stringMatching(/^ssh -p \d+ root@127\.0\.0\.1 'exec \/bin\/sh /),
    })
    expect(failure.message).toContain(reason)
    const harm = join(dir, 'harm')
    const upload = remote.run(argv('cat'), within(3000, { stdin: Buffer.from(`echo harm > ${harm}\n`) }))
    expect(['T013', 'T003']).toContain(await codeOf(upload))
    expect(existsSync(harm)).toBe(false)
  })
})

describe('an sshd of hardening guides', () => {
  it.each([1, 2])('MaxSessions %d: everything runs, also beside commands that last', async (most) => {
    const host = await sshdHost(keys, [`MaxSessions ${most}`])
    const remote = await openAt(host)
    const stop = new AbortController()
    const lasting = Array.from({ length: 3 }, () =>
      remote.run(script('echo up; exec sleep 61'), within(60_000, { signal: stop.signal })).catch(() => undefined),
    )
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, i) => remote.run(script(`sleep 0.1; echo ${i}`), within())),
    )
    expect(results.map((r) => r.stdout.trim())).toEqual(Array.from({ length: 12 }, (_, i) => String(i)))
    stop.abort(new Error('enough'))
    await Promise.all(lasting)
    // What was stopped is gone although it held the only channel of its connection.
    const left = async (): Promise<string> =>
      (await remote.run(script('pgrep -fxc "sleep 61"'), within())).stdout.trim()
    await expect.poll(left).toBe('0')
  })

  it('a forced command that ignores what it was sent is named', async () => {
    const remote = await openAt(await sshdHost(keys, ['ForceCommand /bin/echo only backups here']))
    const failure = await failureOf(remote.run(argv('id'), within()))
    expect(failure.facts.code).toBe('T013')
    expect(failure.message).toContain('only backups here')
  })

  it('a forced command that passes on what it was sent does not hide how it ended', async () => {
    const { shell } = await shellOf('echo audited; /bin/sh -c "$SSH_ORIGINAL_COMMAND"; echo bye; exit 0')
    const remote = await openAt(await sshdHost(keys, [`ForceCommand ${shell[0]}`]))
    expect(await remote.run(script('echo out; exit 65'), within())).toMatchObject({ code: 65, stdout: 'out\n' })
  })

  it('AllowTcpForwarding no is not taken for a service that does not listen', async () => {
    const remote = await openAt(await sshdHost(keys, ['AllowTcpForwarding no']))
    const failure = await failureOf(remote.forward('127.0.0.1', await freePort(), within()))
    expect(failure.facts.code).toBe('T015')
    expect(failure.message).toContain('AllowTcpForwarding')
  })

  it('a second factor after the key is named, with the methods that are left', async () => {
    const host = await sshdHost(keys, [
      'UsePAM yes',
      'KbdInteractiveAuthentication yes',
      'AuthenticationMethods publickey,keyboard-interactive',
    ])
    opened.push(() => host.close())
    const at = nodeAt(host.port, [host.hostKey])
    const failure = await failureOf(
      openRemote(at, fleet, { privateKey: keys.user, signal: never, connectTimeoutMs: 8000 }),
    )
    expect(failure.facts.code).toBe('T014')
    expect(failure.message).toContain('keyboard-interactive')
  })
})
