/** The ledger on bare repositories of this machine: kills, locks, and what a dead writer leaves. */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { ledgerContract } from './ledger.contract.ts'
import { branch, codeOf, entry, git as gitIn, writer } from './ledger.kit.ts'

ledgerContract('a local ledger', (root) => ({ dir: join(root, 'ledger.git'), where: () => [join(root, 'ledger.git')] }))

const root = mkdtempSync(join(tmpdir(), 'ledger-test-'))
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
})
let dir = ''
let made = 0
beforeEach(() => {
  dir = join(root, `${++made}`, 'ledger.git')
})
const git = (...args: readonly string[]): string => gitIn(dir, ...args)
const lockFile = (): string => join(dir, `${branch}.lock`)

async function filled(n: number, session = 's'): Promise<readonly Entry[]> {
  const ledger = await openGitLedger(dir)
  let all = await ledger.read(session)
  for (let i = 0; i < n; i++) {
    const next = entry(all, session, `why ${i}`)
    await ledger.append(session, next)
    all = [...all, next]
  }
  return all
}

describe('a folder', () => {
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
    Object.assign(process.env, {
      HOME: home,
      GIT_OBJECT_DIRECTORY: join(home, 'elsewhere'),
      GIT_DIR: join(home, 'other.git'),
    })
    try {
      // The adapter reads its surroundings once, when it is loaded: a process of its own.
      const one = writer([dir], 's', 1, 'one')
      await one.ready
      one.go()
      expect(await one.over).toEqual([])
    } finally {
      process.env = before
    }
    expect(await (await openGitLedger(dir)).read('s')).toHaveLength(1)
    expect(existsSync(join(dir, 'hooks'))).toBe(false)
    expect(readdirSync(join(dir, '..'))).toEqual(['ledger.git'])
  })
})

test('a branch that points to nothing is damage, told as that', async () => {
  const ledger = await openGitLedger(dir)
  await ledger.append('s', entry([]))
  writeFileSync(join(dir, branch), `${'0123456789'.repeat(4)}\n`)
  expect(await codeOf(ledger.read('s'))).toBe('H010')
  expect(await codeOf(ledger.all())).toBe('H010')
  expect(await codeOf(ledger.sessions())).toBe('H010')
})

test('a branch below its name is not the ledger', async () => {
  await filled(1)
  git('update-ref', `${branch}-old`, branch)
  git('update-ref', '-d', branch)
  git('update-ref', `${branch}/mine`, `${branch}-old`)
  expect(await (await openGitLedger(dir)).sessions()).toEqual([])
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
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nfor a in "$@"; do if [ "$a" = update-ref ]; then echo >${reached}; exec sleep 600; fi; done\nexec ${real} "$@"\n`,
    )
    chmodSync(join(bin, 'git'), 0o755)
    const temporary = join(dir, '..', 'tmp')
    mkdirSync(temporary)
    const child = writer([dir], 's', 1, 'killed', { PATH: `${bin}:${process.env['PATH'] ?? ''}`, TMPDIR: temporary })
    await child.ready
    child.go()
    const cat = spawn('cat', [reached], { stdio: 'ignore' })
    await new Promise((resolve) => {
      cat.on('close', resolve)
    })
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
  test('a lock that was in the way, and is gone before anybody looks, is another writer, not a broken repository', async () => {
    await filled(1)
    const bin = join(dir, '..', 'bin')
    mkdirSync(bin)
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    // The lock goes just after git refused because of it.
    writeFileSync(
      join(bin, 'git'),
      `#!/bin/sh\nfor a in "$@"; do if [ "$a" = update-ref ]; then ${real} "$@"; was=$?; rm -f ${lockFile()}; exit $was; fi; done\nexec ${real} "$@"\n`,
      { mode: 0o755 },
    )
    leaveLock(0)
    const one = writer([dir], 's', 1, 'one', { PATH: `${bin}:${process.env['PATH'] ?? ''}` })
    await one.ready
    one.go()
    expect(await one.over).toEqual([])
    expect(await (await openGitLedger(dir)).read('s')).toHaveLength(2)
  })
  test('two that find the same stale lock still write one after the other', async () => {
    const before = await filled(1)
    leaveLock(3600)
    const ledger = await openGitLedger(dir)
    const codes = await Promise.all([
      codeOf(ledger.append('s', entry(before, 's', 'a'))),
      codeOf(ledger.append('s', entry(before, 's', 'b'))),
      codeOf(ledger.append('t', entry([], 't'))),
    ])
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
