/** The port Ledger on real bare repositories: races, kills, damage, and what a dead writer leaves. */
import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { Failure } from '../../src/domain/failure.ts'
import { chain, type Entry } from '../../src/domain/ledger.ts'

const root = mkdtempSync(join(tmpdir(), 'ledger-test-'))
afterAll(() => { rmSync(root, { recursive: true, force: true }) })
let dir = ''
let made = 0
beforeEach(() => { dir = join(root, `${++made}`, 'ledger.git') })

const branch = 'refs/heads/vps-test-ledger'
const git = (...args: readonly string[]): string => execFileSync('git', [`--git-dir=${dir}`, '-c', 'user.name=t', '-c', 'user.email=t@t.invalid', ...args], { encoding: 'utf8', timeout: 10_000 })
const entry = (before: readonly Entry[], session = 's', why = 'because'): Entry => chain(before, { session, at: 5, from: 'IDLE', event: 'begin', to: 'INTERVIEW', why, facts: { z: 1, a: ['é'] } })
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'none', (error: unknown) => (error instanceof Failure ? error.facts.code : String(error)))
const lockFile = (): string => join(dir, `${branch}.lock`)

async function filled(n: number, session = 's'): Promise<readonly Entry[]> {
  const ledger = await openGitLedger(dir)
  let all = await ledger.read(session)
  for (let i = 0; i < n; i++) { const next = entry(all, session, `why ${i}`); await ledger.append(session, next); all = [...all, next] }
  return all
}

/** Rewrites the files of the branch, as somebody with the repository in his hands could. */
function tamper(change: (files: Map<string, string>) => void): void {
  const names = git('ls-tree', '-r', '--name-only', branch).trim().split('\n')
  const files = new Map(names.map((n) => [n, git('cat-file', 'blob', `${branch}:${n}`)]))
  change(files)
  const stream = [...files].map(([name, text]) => `M 100644 inline ${name}\ndata ${Buffer.byteLength(text)}\n${text}\n`).join('')
  execFileSync('git', [`--git-dir=${dir}`, 'fast-import', '--quiet', '--force'], { input: `commit ${branch}\ncommitter t <t@t.invalid> 1 +0000\ndata 0\n\ndeleteall\n${stream}`, timeout: 10_000 })
}

interface Writer { go(): void; readonly ready: Promise<void>; readonly over: Promise<readonly string[]>; kill(): void }
function writer(session: string, count: number, name: string, path = process.env['PATH'] ?? '', temporary = tmpdir()): Writer {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'ledger.writer.ts'), dir, session, String(count), name], { stdio: 'pipe', detached: true, env: { ...process.env, PATH: path, TMPDIR: temporary } })
  let out = ''
  let err = ''
  child.stderr.on('data', (d: Buffer) => { err += d.toString() })
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (d: Buffer) => { out += d.toString(); if (out.startsWith('ready\n')) resolve() })
    child.on('close', () => { reject(new Error(err)) })
  })
  const over = new Promise<readonly string[]>((resolve, reject) => { child.on('close', (code) => { if (code === 0) resolve(JSON.parse(out.slice(6)) as string[]); else reject(new Error(err || `ended with ${String(code)}`)) }) })
  over.catch(() => undefined)
  return { ready, over, go: () => { child.stdin.write('go\n') }, kill: () => { if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL') } }
}

describe('appending', () => {
  test('entries come back as written, in order, one commit and one file each', async () => {
    const all = await filled(12)
    const again = await openGitLedger(dir)
    expect(await again.read('s')).toEqual(all)
    expect(git('log', '--format=%s', branch).trim().split('\n')).toEqual(Array.from({ length: 12 }, () => 's: IDLE → INTERVIEW'))
    expect(git('ls-tree', '-r', '--name-only', branch).trim().split('\n').slice(0, 2)).toEqual(['sessions/s/0000-IDLE-INTERVIEW.json', 'sessions/s/0001-IDLE-INTERVIEW.json'])
    expect(git('fsck', '--strict', '--no-dangling')).toBe('')
    expect(existsSync(join(dir, 'hooks'))).toBe(false)
  })
  test('sessions lie side by side, and a name that begins another is another', async () => {
    await filled(2, 'b'); await filled(1, 'a'); await filled(1, 'a-longer')
    const ledger = await openGitLedger(dir)
    expect(await ledger.sessions()).toEqual(['a', 'a-longer', 'b'])
    expect([(await ledger.read('b')).length, (await ledger.read('a')).length, (await ledger.read('nobody')).length]).toEqual([2, 1, 0])
  })
  test('reading creates nothing', async () => {
    const ledger = await openGitLedger(dir)
    expect([await ledger.sessions(), await ledger.read('s'), existsSync(join(dir, '..'))]).toEqual([[], [], false])
    mkdirSync(dir, { recursive: true })
    expect(await codeOf(ledger.sessions())).toBe('H010')
    expect(readdirSync(dir)).toEqual([])
  })
  test('a folder with something else in it is never turned into a repository', async () => {
    mkdirSync(dir, { recursive: true })
    writeFileSync(join(dir, 'thesis.txt'), 'mine')
    expect(await codeOf((await openGitLedger(dir)).append('s', entry([])))).toBe('H011')
    expect(readdirSync(dir)).toEqual(['thesis.txt'])
  })
  test('no git variable, template or setting of the surroundings reaches it', async () => {
    const home = join(root, 'home')
    mkdirSync(join(home, 'template/hooks'), { recursive: true })
    writeFileSync(join(home, 'template/hooks/reference-transaction'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    writeFileSync(join(home, '.gitconfig'), `[init]\n\ttemplateDir = ${home}/template\n[commit]\n\tgpgSign = true\n`)
    const before = { ...process.env }
    Object.assign(process.env, { HOME: home, GIT_OBJECT_DIRECTORY: join(home, 'elsewhere'), GIT_DIR: join(home, 'other.git') })
    try {
      // The adapter reads its surroundings once, when it is loaded: a process of its own.
      const one = writer('s', 1, 'one')
      await one.ready; one.go()
      expect(await one.over).toEqual([])
    } finally { process.env = before }
    expect(await (await openGitLedger(dir)).read('s')).toHaveLength(1)
  })
})

describe('two writers', () => {
  test('of one session: exactly one wins, the other is told who moved it', async () => {
    const [a, b] = [await openGitLedger(dir), await openGitLedger(dir)]
    const before = await filled(1)
    const results = await Promise.allSettled([a.append('s', entry(before, 's', 'from a')), b.append('s', entry(before, 's', 'from b'))])
    expect(results.map((r) => r.status).sort()).toEqual(['fulfilled', 'rejected'])
    const lost = results.find((r) => r.status === 'rejected')
    expect(lost?.reason).toMatchObject({ facts: { kind: 'busy', code: 'B001', message: 'another writer moved session s to INTERVIEW first' } })
    const after = await a.read('s')
    expect(after).toHaveLength(2)
    expect(await codeOf(b.append('s', entry(before)))).toBe('B001')
    await b.append('s', entry(after))
  })
  test('of different sessions never disturb each other', async () => {
    const ledger = await openGitLedger(dir)
    await Promise.all(['a', 'b', 'c', 'd'].map(async (s) => { await ledger.append(s, entry([], s)) }))
    expect(await ledger.sessions()).toEqual(['a', 'b', 'c', 'd'])
  })
  test('and more, as processes on a repository that does not exist yet: nothing is lost, nothing twice', async () => {
    const writers = [writer('s', 3, 'p1'), writer('s', 3, 'p2'), writer('t', 3, 'p3')]
    await Promise.all(writers.map((w) => w.ready))
    writers.forEach((w) => { w.go() })
    const codes = await Promise.all(writers.map((w) => w.over))
    expect([...new Set(codes.flat())].filter((c) => c !== 'B001')).toEqual([])
    const ledger = await openGitLedger(dir)
    expect((await ledger.read('s')).map((e) => e.why).sort()).toEqual(['p1 0', 'p1 1', 'p1 2', 'p2 0', 'p2 1', 'p2 2'])
    expect((await ledger.read('t')).map((e) => e.why)).toEqual(['p3 0', 'p3 1', 'p3 2'])
    expect(git('rev-list', '--count', branch).trim()).toBe('9')
    expect(readdirSync(join(dir, '..'))).toEqual(['ledger.git'])
  }, 60_000)
})

describe('damage is refused', () => {
  const damage: readonly (readonly [string, (files: Map<string, string>) => void, string])[] = [
    ['a changed entry', (f) => { const [name, text] = [...f][1] ?? ['', '']; f.set(name, text.replace('because', 'why not').replace('why 1', 'why 9')) }, 'entry 1 was changed'],
    ['a dropped entry', (f) => { f.delete([...f.keys()][1] ?? '') }, 'entry 1 has seq 2'],
    ['an entry that is no JSON', (f) => { f.set([...f.keys()][1] ?? '', '{"seq":1') }, 'no JSON'],
    ['an empty entry', (f) => { f.set([...f.keys()][2] ?? '', '') }, 'no JSON'],
    ['the chain of another session under this name', (f) => { const all = [...f]; f.clear(); all.forEach(([n, t]) => f.set(n, t.replace(/.*/, (l) => l))); for (const [n, t] of all) f.set(n.replace('/s/', '/t/'), t) }, 'belongs to session s'],
  ]
  test.each(damage)('%s', async (_, change, words) => {
    await filled(3)
    tamper(change)
    const ledger = await openGitLedger(dir)
    const asked = words.includes('belongs') ? 't' : 's'
    const failure = await ledger.read(asked).catch((e: unknown) => e)
    expect(failure).toBeInstanceOf(Failure)
    expect((failure as Failure).facts).toMatchObject({ kind: 'harness', code: 'H010' })
    expect((failure as Failure).message).toContain(words)
    expect(await codeOf(ledger.append(asked, entry([], asked)))).toBe('H010')
  })
  test('a branch that cannot be read is no empty ledger', async () => {
    await filled(1)
    writeFileSync(join(dir, branch), '')
    expect(await codeOf((await openGitLedger(dir)).read('s'))).toBe('H010')
    expect(await codeOf((await openGitLedger(dir)).append('s', entry([])))).toBe('H010')
  })
  test('and an entry that would break the chain is not written', async () => {
    const all = await filled(1)
    const ledger = await openGitLedger(dir)
    const good = entry(all)
    for (const odd of ['', '..', '.git', 'a/b', 'a\tb', 'a\0b']) expect(await codeOf(ledger.append(odd, entry([], odd)))).not.toBe('none')
    for (const bad of [{ ...good, seq: 7 }, { ...good, why: 'changed' }, { ...good, session: 't' }]) expect(await codeOf(ledger.append('s', bad))).toBe('H012')
    expect(await ledger.read('s')).toEqual(all)
  })
})

describe('a killed writer', () => {
  test('between the objects and the branch: nothing is visible, and the next writer goes on', async () => {
    const before = await filled(1)
    // A git that stands still when the branch is to be moved, so that the kill hits just there.
    const bin = join(dir, '..', 'bin')
    mkdirSync(bin)
    const reached = join(bin, 'reached')
    execFileSync('mkfifo', [reached])
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    writeFileSync(join(bin, 'git'), `#!/bin/sh\nfor a in "$@"; do if [ "$a" = update-ref ]; then echo >${reached}; exec sleep 600; fi; done\nexec ${real} "$@"\n`)
    chmodSync(join(bin, 'git'), 0o755)
    const temporary = join(dir, '..', 'tmp')
    mkdirSync(temporary)
    const child = writer('s', 1, 'killed', `${bin}:${process.env['PATH'] ?? ''}`, temporary)
    await child.ready; child.go()
    const cat = spawn('cat', [reached], { stdio: 'ignore' })
    await new Promise((resolve) => { cat.on('close', resolve) })
    child.kill()
    await expect(child.over).rejects.toThrow('ended with null')
    expect(readdirSync(temporary)).toEqual([])
    expect(readdirSync(dir).sort()).toEqual(['HEAD', 'config', 'objects', 'refs'])
    expect(git('count-objects').startsWith('3 ')).toBe(false)
    const ledger = await openGitLedger(dir)
    expect(await ledger.read('s')).toEqual(before)
    await ledger.append('s', entry(before, 's', 'the next one'))
    expect((await ledger.read('s')).map((e) => e.why)).toEqual(['why 0', 'the next one'])
  })

  const leaveLock = (secondsAgo: number): void => {
    writeFileSync(lockFile(), 'torn')
    const then = Date.now() / 1000 - secondsAgo
    utimesSync(lockFile(), then, then)
  }
  test('that left the lock of the branch does not block the next, once it is too old to be alive', async () => {
    const before = await filled(1)
    leaveLock(3600)
    const ledger = await openGitLedger(dir)
    await ledger.append('s', entry(before))
    expect(await ledger.read('s')).toHaveLength(2)
    expect(readdirSync(join(dir, 'refs/heads'))).toEqual(['vps-test-ledger'])
  })
  test('a young lock is respected, and waited for', async () => {
    const before = await filled(1)
    leaveLock(5)
    const began = Date.now()
    const ledger = await openGitLedger(dir)
    await ledger.append('s', entry(before))
    expect(Date.now() - began).toBeGreaterThan(4500)
    expect(await ledger.read('s')).toHaveLength(2)
  })
  test('two that find the same stale lock still write one after the other', async () => {
    const before = await filled(1)
    leaveLock(3600)
    const ledger = await openGitLedger(dir)
    const codes = await Promise.all([codeOf(ledger.append('s', entry(before, 's', 'a'))), codeOf(ledger.append('s', entry(before, 's', 'b'))), codeOf(ledger.append('t', entry([], 't')))])
    expect(codes.slice(0, 2).sort()).toEqual(['B001', 'none'])
    expect(codes[2]).toBe('none')
    expect(git('rev-list', '--count', branch).trim()).toBe('3')
  })
})

test('a repository that cannot be written says so, and keeps what it has', async () => {
  const all = await filled(1)
  rmSync(join(dir, 'objects'), { recursive: true })
  symlinkSync('/proc/nowhere', join(dir, 'objects'))
  expect(await codeOf((await openGitLedger(dir)).append('s', entry(all)))).not.toBe('none')
})
