/** A fix's branch is pushed to a real remote by its name: never by force, never another one, and nothing kept back goes along. */
import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { proposeBranch } from '../../src/adapters/fix/propose.ts'
import { pushFault, type FixPush } from '../../src/adapters/fix/push.ts'
import { treeAt } from '../../src/adapters/fix/tree.ts'
import { type GithubApi, startGithubApi } from '../loopback/github-api.ts'
import { git, never, scratch } from '../build/world.ts'

const branch = 'vps-test/fix/s-1/1'

interface Place extends FixPush {
  readonly bare: string
}

/** A person's checkout with a remote that has its main branch, and a clone of ours with a fix on top. */
async function place(more: { readonly pushed?: boolean } = {}): Promise<Place> {
  const [bare, checkout] = [scratch(), scratch()]
  git(bare, 'init', '--quiet', '--bare', '--initial-branch', 'main')
  git(checkout, 'init', '--quiet', '--initial-branch', 'main')
  const commit = (text: string): string => {
    writeFileSync(join(checkout, 'a'), text)
    git(checkout, 'add', '.')
    git(checkout, 'commit', '--quiet', '--message', text)
    return git(checkout, 'rev-parse', 'HEAD')
  }
  git(checkout, 'remote', 'add', 'origin', bare)
  commit('first')
  git(checkout, 'push', '--quiet', 'origin', 'main')
  const parent = commit('tested')
  if (more.pushed !== false) git(checkout, 'push', '--quiet', 'origin', 'main')
  git(checkout, 'switch', '--quiet', '--create', branch)
  const made = commit('mended')
  git(checkout, 'switch', '--quiet', 'main')
  const hook = join(checkout, '.git', 'hooks', 'pre-push')
  writeFileSync(hook, `#!/bin/sh\ntouch ${join(checkout, 'hook-ran')}\n`, { mode: 0o755 })
  const clone = await treeAt(checkout, made, join(scratch(), 'tree'), never)
  return { bare, checkout, clone, remote: 'origin', branch, commit: made, parent }
}

const refs = (bare: string): string => git(bare, 'for-each-ref', '--format=%(objectname) %(refname)')

test('it is there afterwards, once, and nothing else has moved; asked again, nothing is done', async () => {
  const o = await place()
  const before = refs(o.bare)
  expect(await pushFault(o, never)).toBeNull()
  expect(refs(o.bare).split('\n').toSorted()).toEqual(
    [before, `${o.commit} refs/heads/${branch}`].join('\n').split('\n').toSorted(),
  )
  expect(await pushFault(o, never)).toBeNull()
  expect(existsSync(join(o.checkout, 'hook-ran'))).toBe(false)
})

test('a branch of that name at another commit is not moved, forwards neither', async () => {
  const o = await place()
  git(o.checkout, 'push', '--quiet', '--no-verify', 'origin', `main:refs/heads/${branch}`)
  const before = refs(o.bare)
  expect(await pushFault(o, never)).toContain('at another commit')
  expect(refs(o.bare)).toBe(before)
})

test('neither is a main branch of that name, nor any branch that is none of a fix', async () => {
  const o = await place()
  git(o.bare, 'symbolic-ref', 'HEAD', `refs/heads/${branch}`)
  expect(await pushFault(o, never)).toContain('does not say which branch is its main one')
  git(o.checkout, 'push', '--quiet', '--no-verify', 'origin', `main:refs/heads/${branch}`)
  const before = refs(o.bare)
  expect(await pushFault(o, never)).toContain('is the main branch')
  for (const other of ['main', 'release/1', 'vps-test/fix/s-1/1:main', 'vps-test/fix/../1', '+vps-test/fix/s/1'])
    expect(await pushFault({ ...o, branch: other }, never)).toContain('is no branch of a fix')
  expect(refs(o.bare)).toBe(before)
})

test('commits that a person did not push stay here', async () => {
  const o = await place({ pushed: false })
  expect(await pushFault(o, never)).toContain('does not have the tested commit')
  expect(refs(o.bare)).not.toContain('vps-test')
})

test('a server that protects the pattern is not talked round, and its words are told on one line', async () => {
  const o = await place()
  const hook = join(o.bare, 'hooks', 'pre-receive')
  writeFileSync(hook, '#!/bin/sh\necho "GH013: Repository rule violations"\necho ::error::x\nexit 1\n')
  chmodSync(hook, 0o755)
  const fault = await pushFault(o, never)
  expect(fault).toMatch(/GH013: Repository rule violations/)
  expect(fault).not.toContain('\n')
  expect(refs(o.bare)).not.toContain('vps-test')
})

test.each([
  ['that there is none of', 'upstream', undefined],
  ['that starts a program', 'origin', 'ext::sh -c "touch /tmp/vps-test-pwned"'],
  ['that holds credentials', 'origin', 'https://ann:secret@127.0.0.1/o/r.git'],
  ['that is an option', 'origin', '--upload-pack=touch'],
])('a remote %s is none', async (_, remote, url) => {
  const o = await place()
  if (url !== undefined) git(o.checkout, 'config', 'remote.origin.url', url)
  expect(await pushFault({ ...o, remote }, never)).toMatch(/has no remote/)
})

test('one that does not answer is told, without the token', async () => {
  const o = await place()
  git(o.checkout, 'config', 'remote.origin.url', 'http://127.0.0.1:1/o/r.git')
  const login = { server: 'http://127.0.0.1:1', token: 'a-token-of-ann', api: '' }
  const fault = await pushFault({ ...o, login }, never)
  expect(fault).toMatch(/127\.0\.0\.1/)
  expect(fault).not.toContain(login.token)
})

let api: GithubApi | undefined
afterEach(async () => {
  const faults = api?.faults() ?? []
  await api?.close()
  api = undefined
  if (faults.length > 0) throw new Error(faults.join('\n'))
})

test('a pull request goes into the tested branch, or into the main one; without a token there is none', async () => {
  const o = await place()
  api = await startGithubApi({ repository: 'ann/program' })
  git(o.checkout, 'config', 'remote.origin.url', 'git@github.com:ann/program.git')
  git(o.checkout, 'config', 'remote.origin.pushurl', o.bare)
  const asked = { ...o, title: 'Fix', body: 'text', base: 'gone' }
  expect(await proposeBranch(asked, never)).toMatchObject({
    kind: 'not proposed',
    why: expect.stringContaining('GH_TOKEN'),
  })
  const login = { server: 'https://github.com', token: api.tokens.person, api: api.url }
  const made = await proposeBranch({ ...asked, login }, never)
  expect(made).toMatchObject({ kind: 'proposed', url: expect.stringContaining('ann/program/pull/') })
  expect(api.state.pulls).toMatchObject([{ head: branch, base: 'main' }])
  expect(await proposeBranch({ ...asked, login }, never)).toEqual(made)
  expect(refs(o.bare)).toContain(`${o.commit} refs/heads/${branch}`)
})

test('a remote of another server gets no pull request, and that server no token', async () => {
  const o = await place()
  api = await startGithubApi({ repository: 'ann/program' })
  const login = { server: 'https://github.com', token: api.tokens.person, api: api.url }
  expect(await proposeBranch({ ...o, title: '', body: '', base: null, login }, never)).toMatchObject({
    kind: 'not proposed',
  })
  expect(api.requests()).toEqual([])
})
