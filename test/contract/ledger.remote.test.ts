/** The ledger on remote repositories: races, lost answers, rewritten branches, and what may not be done. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger, type GitLedger } from '../../src/adapters/git-ledger.ts'
import { ledgerContract } from './ledger.contract.ts'
import { gitHost, type Host } from './ledger.host.ts'
import { branch, codeOf, entry, failureOf, git, tamper, writer } from './ledger.kit.ts'

const bare = (dir: string): string => {
  mkdirSync(dir, { recursive: true })
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', dir], { timeout: 60_000 })
  return dir
}

ledgerContract('a remote ledger', (root) => {
  let caches = 0
  const dir = bare(join(root, 'remote.git'))
  return { dir, where: () => [join(root, `cache-${++caches}.git`), dir] }
})

const root = mkdtempSync(join(tmpdir(), 'ledger-remote-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let here = ''
let remote = ''
let made = 0
beforeEach(() => {
  here = join(root, `${++made}`)
  remote = bare(join(here, 'remote.git'))
})
const cache = (name = 'cache'): string => join(here, `${name}.git`)
const open = (name = 'cache'): Promise<GitLedger> => openGitLedger(cache(name), { remote: { url: remote } })

test('eight processes race on three sessions of a branch that does not exist yet: each entry once, every chain whole', async () => {
  const writers = Array.from({ length: 8 }, (_, i) =>
    writer([cache(`p${i}`), remote], ['a', 'b', 'c'][i % 3] ?? '', 3, `p${i}`),
  )
  await Promise.all(writers.map((w) => w.ready))
  writers.forEach((w) => {
    w.go()
  })
  const codes = (await Promise.all(writers.map((w) => w.over))).flat()
  expect([...new Set(codes)].filter((c) => c !== 'B001')).toEqual([])
  const all = await (await open()).told()
  expect(all.map((s) => s.damage)).toEqual([undefined, undefined, undefined])
  expect(all.flatMap((s) => s.entries.map((e) => e.why)).sort()).toEqual(
    Array.from({ length: 24 }, (_, i) => `p${Math.floor(i / 3)} ${i % 3}`),
  )
  expect(git(remote, 'rev-list', '--count', branch).trim()).toBe('24')
  expect(git(remote, 'rev-list', '--max-parents=0', branch).trim().split('\n')).toHaveLength(1)
})

test('several handles on one cache', async () => {
  const ledgers = [await open(), await open(), await open()]
  await Promise.all(
    ledgers.map(async (ledger, i) => {
      for (let n = 0; n < 2; n++) await ledger.append(`s${i}`, entry(await ledger.read(`s${i}`), `s${i}`))
    }),
  )
  expect((await ledgers[0]?.all())?.map((s) => s.entries.length)).toEqual([2, 2, 2])
})

test('a cache that is behind is brought up before anything is read or decided', async () => {
  const [a, b] = [await open('a'), await open('b')]
  await a.append('s', entry([]))
  const one = await b.read('s')
  await a.append('s', entry(one, 's', 'second'))
  expect(await codeOf(b.append('s', entry(one, 's', 'late')))).toBe('B001')
  expect((await b.read('s')).map((e) => e.why)).toEqual(['because', 'second'])
  expect(git(cache('b'), 'rev-parse', branch)).toBe(git(remote, 'rev-parse', branch))
})

test('other branches and tags of the remote are not fetched', async () => {
  await (await open('a')).append('s', entry([]))
  git(remote, 'update-ref', 'refs/heads/main', branch)
  git(remote, 'tag', 'v1', branch)
  await (await open('b')).read('s')
  expect(git(cache('b'), 'for-each-ref', '--format=%(refname)').trim()).toBe(branch)
})

test('a branch whose name ends like that of the ledger is not the ledger, there or not', async () => {
  const blob = execFileSync('git', [`--git-dir=${remote}`, 'hash-object', '-w', '--stdin'], {
    input: 'x',
    encoding: 'utf8',
  }).trim()
  const tree = execFileSync('git', [`--git-dir=${remote}`, 'mktree'], {
    input: `100644 blob ${blob}\tx\n`,
    encoding: 'utf8',
  }).trim()
  const others = git(remote, 'commit-tree', tree, '-m', "somebody's").trim()
  for (const name of ['refs/heads/a/refs/heads/vps-test-ledger', 'refs/tags/a/refs/heads/vps-test-ledger'])
    git(remote, 'update-ref', name, others)
  const ledger = await open()
  expect(await ledger.sessions()).toEqual([])
  await ledger.append('s', entry([]))
  expect(git(remote, 'rev-list', '--count', branch).trim()).toBe('1')
  expect(await (await open('other')).sessions()).toEqual(['s'])
  expect(git(remote, 'rev-parse', 'refs/heads/a/refs/heads/vps-test-ledger').trim()).toBe(others)
})

test('a branch that a push would take for the ledger is named, with what takes it away', async () => {
  git(
    remote,
    'update-ref',
    `refs/heads/${branch}`,
    git(remote, 'commit-tree', git(remote, 'mktree').trim(), '-m', 'x').trim(),
  )
  const failure = await failureOf((await open()).append('s', entry([])))
  expect(failure.facts).toMatchObject({
    kind: 'usage',
    code: 'U265',
    remedy: `git push ${remote} --delete refs/heads/${branch}`,
  })
  execFileSync('sh', ['-ec', failure.facts.remedy ?? 'false'], { cwd: remote, timeout: 60_000, stdio: 'pipe' })
  await (await open()).append('s', entry([]))
  expect(git(remote, 'for-each-ref', '--format=%(refname)').trim()).toBe(branch)
})

test('a writer killed between the objects and the push leaves nothing to be seen', async () => {
  await (await open('a')).append('s', entry([]))
  const bin = join(here, 'bin')
  mkdirSync(bin)
  const reached = join(bin, 'reached')
  execFileSync('mkfifo', [reached])
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  writeFileSync(
    join(bin, 'git'),
    `#!/bin/sh\nfor a in "$@"; do if [ "$a" = push ]; then echo >${reached}; exec sleep 600; fi; done\nexec ${real} "$@"\n`,
  )
  chmodSync(join(bin, 'git'), 0o755)
  const child = writer([cache('killed'), remote], 's', 1, 'killed', { PATH: `${bin}:${process.env['PATH'] ?? ''}` })
  await child.ready
  child.go()
  const cat = spawn('cat', [reached], { stdio: 'ignore' })
  await new Promise((resolve) => {
    cat.on('close', resolve)
  })
  child.kill()
  await expect(child.over).rejects.toThrow('ended with null')
  expect(git(cache('killed'), 'rev-parse', branch)).toBe(git(remote, 'rev-parse', branch))
  const again = await open('killed')
  const before = await again.read('s')
  expect(before).toHaveLength(1)
  await again.append('s', entry(before, 's', 'the next one'))
  expect((await (await open('c')).read('s')).map((e) => e.why)).toEqual(['because', 'the next one'])
})

describe('a branch that was changed by force behind us is refused', () => {
  const changes: readonly (readonly [string, string, () => void])[] = [
    [
      'rewritten',
      'was rewritten',
      () => {
        tamper(remote, (files) => {
          files.set('LICENSE', 'x')
        })
      },
    ],
    [
      'set back',
      'was rewritten',
      () => {
        git(remote, 'update-ref', branch, `${branch}~1`)
      },
    ],
    [
      'deleted',
      'is gone',
      () => {
        git(remote, 'update-ref', '-d', branch)
      },
    ],
  ]
  test.each(changes)('%s', async (_, words, change) => {
    const ledger = await open()
    await ledger.append('s', entry([]))
    await ledger.append('t', entry([], 't'))
    const kept = git(cache(), 'rev-parse', branch)
    change()
    for (const work of [() => ledger.read('s'), () => ledger.append('u', entry([], 'u'))]) {
      const failure = await failureOf(work())
      expect(failure.facts).toMatchObject({ kind: 'harness', code: 'H013' })
      expect(failure.message).toContain(words)
    }
    expect(git(cache(), 'rev-parse', branch)).toBe(kept)
    expect(await codeOf((await open('fresh')).read('s'))).toBe('none')
  })
})

test('a rule that protects the branch is named, and nothing is tried again', async () => {
  mkdirSync(join(remote, 'hooks'), { recursive: true })
  writeFileSync(
    join(remote, 'hooks/pre-receive'),
    `#!/bin/sh\necho x >>${here}/tried\necho 'GH006: Protected branch update failed' >&2\nexit 1\n`,
    { mode: 0o755 },
  )
  const failure = await failureOf((await open()).append('s', entry([])))
  expect(failure.facts).toMatchObject({ kind: 'usage', code: 'U264' })
  expect(failure.message).toContain('GH006')
  expect(execFileSync('cat', [join(here, 'tried')], { encoding: 'utf8' })).toBe('x\n')
  expect(git(cache(), 'for-each-ref')).toBe('')
})

test('a hook that says no in words of its own is told as that, whatever its words are', async () => {
  mkdirSync(join(remote, 'hooks'), { recursive: true })
  writeFileSync(
    join(remote, 'hooks/pre-receive'),
    '#!/bin/sh\necho "fetch first: the user does not exist, error: 403" >&2\nexit 1\n',
  )
  chmodSync(join(remote, 'hooks/pre-receive'), 0o755)
  const failure = await failureOf((await open()).append('s', entry([])))
  expect(failure.facts).toMatchObject({ kind: 'usage', code: 'U267' })
  expect(failure.message).toContain('pre-receive hook declined; fetch first: the user does not exist')
})

test('a branch below the name of the ledger is named, with what takes it away', async () => {
  const other = git(remote, 'commit-tree', git(remote, 'mktree').trim(), '-m', 'x').trim()
  git(remote, 'update-ref', `${branch}/old-experiment`, other)
  const ledger = await open()
  const failure = await failureOf(ledger.append('s', entry([])))
  expect(failure.facts).toMatchObject({ kind: 'usage', code: 'U266' })
  execFileSync('sh', ['-c', failure.facts.remedy ?? 'false'], { cwd: cache(), stdio: 'ignore' })
  await ledger.append('s', entry([]))
  expect(await ledger.read('s')).toHaveLength(1)
})

test('no repository there, nobody there, and a run that is stopped', async () => {
  expect(await codeOf((await openGitLedger(cache(), { remote: { url: join(here, 'nothing') } })).read('s'))).toBe(
    'U263',
  )
  const nobody = await failureOf(
    (await openGitLedger(cache(), { remote: { url: 'http://127.0.0.1:1/x.git' } })).read('s'),
  )
  expect(nobody.facts).toMatchObject({ kind: 'infra', code: 'I260', remedy: 'git ls-remote http://127.0.0.1:1/x.git' })
  const stopped = await openGitLedger(cache(), {
    remote: { url: remote },
    signal: AbortSignal.abort(new Error('stopped')),
  })
  await expect(stopped.read('s')).rejects.toThrow('stopped')
  await expect(
    openGitLedger(cache(), { remote: { url: 'https://me:secret@example.org/x.git' } }),
  ).rejects.toMatchObject({ facts: { code: 'U260' } })
})

describe('over HTTP', () => {
  const token = 'ghs_notARealToken0123456789abcdefghijkl'
  const header = (of: string): string => `basic ${Buffer.from(`x-access-token:${of}`).toString('base64')}`
  const served = join(root, 'served')
  let host: Host
  beforeAll(async () => {
    mkdirSync(served)
    host = await gitHost(served, { writes: header(token), reads: header(`${token}reader`) })
  })
  afterAll(async () => {
    await host.close()
  })
  let url = ''
  beforeEach(() => {
    bare(join(served, `${made}.git`))
    url = `${host.url}/${made}.git`
  })
  const over = (authorization?: string, name = 'cache'): Promise<GitLedger> =>
    openGitLedger(cache(name), { remote: { url, ...(authorization === undefined ? {} : { authorization }) } })

  test('entries go and come; no command line ever holds the token', async () => {
    const ledger = await over(header(token))
    await ledger.append('s', entry([]))
    await ledger.append('s', entry(await ledger.read('s')))
    expect(await (await over(header(token), 'other')).read('s')).toHaveLength(2)
    const commands = [...host.commands]
    expect(commands.some((c) => c.includes('remote-http'))).toBe(true)
    expect(commands.some((c) => c.includes(' push '))).toBe(true)
    for (const hidden of [token, header(token), header(token).slice(6)])
      expect(commands.filter((c) => c.includes(hidden))).toEqual([])
  })

  test('the answer to a push is lost: the entry is there once, and that is success', async () => {
    const ledger = await over(header(token))
    await ledger.append('s', entry([]))
    host.trouble.lose = 1
    await ledger.append('s', entry(await ledger.read('s'), 's', 'lost'))
    expect(host.seen.filter((s) => s.startsWith('lost'))).toHaveLength(1)
    expect((await ledger.read('s')).map((e) => e.why)).toEqual(['because', 'lost'])
    expect(git(join(served, `${made}.git`), 'rev-list', '--count', branch).trim()).toBe('2')
  })

  test('nobody answers any more after that: it is said that nobody knows, and the next reading does', async () => {
    const ledger = await over(header(token))
    await ledger.append('s', entry([]))
    const before = await ledger.read('s')
    Object.assign(host.trouble, { lose: 1, downAfterLoss: true })
    const failure = await failureOf(ledger.append('s', entry(before, 's', 'lost')))
    Object.assign(host.trouble, { lose: 0, downAfterLoss: false })
    expect(failure.facts).toMatchObject({ kind: 'infra', code: 'I260' })
    expect(failure.message).toContain('whether the last entry was written is not known')
    expect((await ledger.read('s')).map((e) => e.why)).toEqual(['because', 'lost'])
  })

  test('a push that is cut off is tried again, and not for ever', async () => {
    const ledger = await over(header(token))
    host.trouble.drop = 2
    await ledger.append('s', entry([]))
    const before = await ledger.read('s')
    host.trouble.drop = 1000
    expect((await failureOf(ledger.append('s', entry(before)))).facts).toMatchObject({ kind: 'infra', code: 'I260' })
    expect(1000 - host.trouble.drop).toBeLessThan(10)
    host.trouble.drop = 0
    expect(await ledger.read('s')).toEqual(before)
  })

  const refused: readonly (readonly [string, string | undefined, 'read' | 'append', string])[] = [
    ['a wrong token', header('ghs_wrongTokenWrongTokenWrongToken00000'), 'read', 'U261'],
    ['no token', undefined, 'append', 'U261'],
    ['a token that may only read, as a fork has it', header(`${token}reader`), 'append', 'U262'],
  ]
  test.each(refused)('%s is refused at once, and stands in no error', async (_, authorization, verb, code) => {
    const ledger = await over(authorization)
    const before = host.seen.length
    const failure = await failureOf(verb === 'read' ? ledger.read('s') : ledger.append('s', entry([])))
    expect(failure.facts).toMatchObject({
      kind: 'usage',
      code,
      remedy: 'give the job in its workflow file: permissions: { contents: write }',
    })
    expect(host.seen.length - before).toBeLessThan(10)
    const everything = [failure, failure.cause]
      .map((e) => `${String((e as Error).stack)} ${JSON.stringify(e, Object.getOwnPropertyNames(e))}`)
      .join(' ')
    expect(everything).not.toMatch(/ghs_|basic [A-Za-z0-9]/)
    if (authorization !== undefined) expect(everything).not.toContain(authorization.slice(6))
    expect(existsSync(join(cache(), branch))).toBe(false)
  })

  test('an entry that holds the token itself is refused', async () => {
    const odd = 'an-odd-looking-password'
    const ledger = await openGitLedger(cache(), { remote: { url, authorization: header(odd) } })
    expect(await codeOf(ledger.append('s', entry([], 's', `it was ${odd}`)))).toBe('H015')
  })
})
