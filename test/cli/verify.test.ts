/**
 * `vps-test verify` as the ledger branch's own page says it: evidence that was sealed, a repository that others push
 * to, real clones of it.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { fold } from '../../src/domain/session.ts'
import { proofText } from '../../src/app/evidence.ts'
import { dashboard } from '../../src/report/dashboard.ts'
import { plain } from '../../src/report/plain.ts'
import { deployed, story } from '../report/surfaces.ts'
import { bundleOf, sealedTest, type SealedTest } from '../kit/sealed.ts'
import { clean, cli, root, scratch, type Told } from './cli.ts'

const github = join(scratch, 'github.git')
/** Evidence of one test, as an unpacked artifact. */
let folder = ''
let one: SealedTest
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }
const git = (...args: readonly string[]): string =>
  execFileSync('git', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 120_000,
    env: {
      PATH: process.env['PATH'],
      HOME: scratch,
      GIT_AUTHOR_NAME: 't',
      GIT_AUTHOR_EMAIL: 't@lab.invalid',
      GIT_COMMITTER_NAME: 't',
      GIT_COMMITTER_EMAIL: 't@lab.invalid',
    },
  }).trim()
let page = ''

/** A repository with a program on `main`, and the session of sealed evidence on its ledger branch. */
beforeAll(async () => {
  one = await sealedTest(bundleOf({}, version))
  folder = one.folder
  git('init', '-q', '--bare', '-b', 'main', github)
  const work = join(scratch, 'work')
  git('init', '-q', '-b', 'main', work)
  writeFileSync(join(work, 'readme.md'), 'a program')
  git('-C', work, 'add', '.')
  git('-C', work, 'commit', '-qm', 'one')
  git('-C', work, 'push', '-q', github, 'main')
  await append(one.ledger, join(scratch, 'cache.git'))
  page = git('--git-dir', github, 'show', 'vps-test-ledger:README.md')
})
afterAll(async () => {
  clean()
  await one.remove()
})

async function append(entries: readonly Entry[], cache: string): Promise<void> {
  const ledger = await openGitLedger(cache, {
    remote: { url: github },
    derive: (all) => dashboard(all.map((one) => ({ session: fold(one.id, one.entries), entries: one.entries }))),
  })
  for (const entry of entries) await ledger.append('s1', entry)
}

const verified = (ledger: string): Promise<Told> => cli('verify', folder, '--ledger', ledger)
const anchored = {
  code: 0,
  stdout: expect.stringMatching(
    /^valid: passed; .*anchored in \S+, session s1, entry 6 .*\n {2}session s1 is COMPLETE since .*\n {2}test-1: passed .*this one\n$/,
  ) as string,
}

/** Every file below, with its digest and the time of its last change. */
const state = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .map((one) => {
      const path = join(one.parentPath, one.name)
      return `${path} ${statSync(path).mtimeMs} ${one.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''}`
    })
    .toSorted()

test('the sentence of the page, word by word', async () => {
  const [clone = '', verify = ''] = [...(/^- Judge a test again.*$/m.exec(page)?.[0] ?? '').matchAll(/`([^`]+)`/g)].map(
    ([, code]) => code ?? '',
  )
  expect(clone).toMatch(/^git clone -b vps-test-ledger /)
  execFileSync('sh', ['-euc', clone.replace('<this repository>', github)], {
    cwd: scratch,
    stdio: 'ignore',
    timeout: 120_000,
  })
  const [program, ...args] = verify.replace('<folder>', folder).split(' ')
  expect(program).toBe('vps-test')
  expect(await cli(...args.map((arg, i) => (args[i - 1] === '--ledger' ? join(scratch, arg) : arg)))).toMatchObject(
    anchored,
  )
})

describe('other clones', () => {
  const clones: readonly (readonly [string, (dir: string) => string])[] = [
    [
      "of the default branch: the ledger is origin's",
      (dir) => {
        git('clone', '-q', github, dir)
        return dir
      },
    ],
    [
      'the git directory of one',
      (dir) => {
        git('clone', '-q', github, dir)
        return join(dir, '.git')
      },
    ],
    [
      'bare',
      (dir) => {
        git('clone', '-q', '--bare', github, dir)
        return dir
      },
    ],
    [
      'shallow, of one branch',
      (dir) => {
        git('clone', '-q', '--depth', '1', '-b', 'vps-test-ledger', `file://${github}`, dir)
        return dir
      },
    ],
    [
      'another working tree of one',
      (dir) => {
        git('clone', '-q', github, `${dir}-first`)
        git('-C', `${dir}-first`, 'worktree', 'add', '-q', dir, 'origin/vps-test-ledger')
        return dir
      },
    ],
    [
      'fetched since its own branch was made',
      (dir) => {
        git('clone', '-q', '-b', 'vps-test-ledger', github, dir)
        git('-C', dir, 'reset', '-q', '--hard', 'HEAD~2')
        return dir
      },
    ],
    [
      'with an old state of origin',
      (dir) => {
        git('clone', '-q', '-b', 'vps-test-ledger', github, dir)
        git('-C', dir, 'update-ref', 'refs/remotes/origin/vps-test-ledger', 'HEAD~2')
        return dir
      },
    ],
  ]
  test.each(clones)('%s; nothing is written there', async (_, make) => {
    const at = make(join(scratch, `clone-${String(++made)}`))
    const before = state(at)
    expect(await verified(at)).toMatchObject(anchored)
    expect(state(at)).toEqual(before)
  })
  let made = 0

  test('without the branch: how to get it', async () => {
    const at = join(scratch, 'single')
    git('clone', '-q', '--single-branch', github, at)
    const { code, stdout } = await verified(at)
    expect([code, stdout]).toEqual([
      20,
      expect.stringContaining(
        `✗ ${at} has no branch vps-test-ledger; try: git -C ${at} fetch origin vps-test-ledger:vps-test-ledger`,
      ),
    ])
    git('-C', at, 'fetch', '-q', 'origin', 'vps-test-ledger:vps-test-ledger')
    expect(await verified(at)).toMatchObject(anchored)
  })
  test('that holds no blobs: none are fetched', async () => {
    git('--git-dir', github, 'config', 'uploadpack.allowFilter', 'true')
    const at = join(scratch, 'partial')
    git('clone', '-q', '--filter=blob:none', '--no-checkout', `file://${github}`, at)
    const before = state(at)
    expect((await verified(at)).code).toBe(20)
    expect(state(at)).toEqual(before)
  })
  test("no repository, nothing at all, another session's: not anchored", async () => {
    mkdirSync(join(scratch, 'empty'))
    expect(await verified(join(scratch, 'empty'))).toMatchObject({
      code: 20,
      stdout: expect.stringContaining('is no git repository') as string,
    })
    expect(await verified(join(scratch, 'nowhere'))).toMatchObject({
      code: 20,
      stdout: expect.stringContaining('does not exist') as string,
    })
    const other = join(scratch, 'other.git')
    await (await openGitLedger(other)).append('s2', story(deployed, 's2')[0] as Entry)
    expect(await verified(other)).toMatchObject({
      code: 20,
      stdout: expect.stringContaining('the ledger does not hold this test') as string,
    })
  })
})

describe('no anchor', () => {
  test('no ledger is named: valid, exit code 31', async () => {
    expect(await cli('verify', folder)).toMatchObject({
      code: 31,
      stdout: expect.stringMatching(/^valid: passed; .*; consistent, unanchored: no ledger was named\n$/) as string,
    })
  })
  test('a ledger that lies beside the evidence came with it', async () => {
    const home = join(scratch, 'shipped')
    const inside = join(home, 'sessions', 's1', 'test-1')
    cpSync(folder, inside, { recursive: true })
    git('clone', '-q', '--bare', github, join(home, 'ledger.git'))
    expect(await cli('verify', inside)).toMatchObject({
      code: 31,
      stdout: expect.stringMatching(
        /^valid: passed; .*unanchored: \S+ lies beside the evidence, by the same hand/,
      ) as string,
    })
  })
  test('a clone of two histories', async () => {
    const at = join(scratch, 'diverged')
    git('clone', '-q', '-b', 'vps-test-ledger', github, at)
    git('-C', at, 'commit', '-q', '--amend', '-m', 'anew')
    expect(await verified(at)).toMatchObject({
      code: 20,
      stdout: expect.stringContaining('has two histories of vps-test-ledger') as string,
    })
  })
  test('the remote itself', async () => {
    expect(await cli('verify', folder, '--remote', `file://${github}`)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^valid: passed; .*anchored in file:\S+, session s1, entry 6 /) as string,
    })
  })
})

test('a pipe among the evidence is a fault, and holds nothing up', async () => {
  const at = join(scratch, 'piped')
  cpSync(folder, at, { recursive: true })
  rmSync(join(at, 'evidence', 'facts.json'))
  execFileSync('mkfifo', [join(at, 'evidence', 'facts.json'), join(at, 'evidence', 'more')], { timeout: 20_000 })
  const { code, stdout } = await cli('verify', at)
  expect([code, stdout]).toEqual([20, expect.stringContaining('"evidence/facts.json" is a pipe, no regular file')])
})

test('a terminal shows the proof as text; where the evidence is gone, the page as it is', async () => {
  const name = readdirSync(folder).find((f) => f.startsWith('proof-')) ?? ''
  const shown = await proofText(join(folder, name), plain)
  expect(shown).toMatch(/^Test proof: ant-quic\n─+\n/)
  expect(shown).toContain('nat_traversed')
  expect(shown).not.toMatch(/^\||\\_|\*\*/m)
  const alone = join(scratch, 'page-alone')
  mkdirSync(alone)
  writeFileSync(join(alone, name), '# a page')
  expect(await proofText(join(alone, name), plain)).toBe('# a page')
})
