/** What git and a server said about a push or a reading, and the failure that it is. */
import { expect, test } from 'vitest'
import { GitError } from '../../../src/adapters/git/process.ts'
import { contended, refusal } from '../../../src/adapters/git/refusal.ts'

const url = 'https://git.invalid/a/b'
const report = (why: string, who = 'remote rejected'): string =>
  `To ${url}\n!\tc0ffee:refs/heads/vps-test-ledger\t[${who}] (${why})\nDone\n`
const codeOf = (words: string, said = ''): string => {
  const error = new GitError('push', words, 1, said)
  return contended(error) ? 'contended' : (refusal(error, url)?.facts.code ?? 'not reached')
}

test.each([
  ['another writer was faster', '', report('stale info', 'rejected'), 'contended'],
  ['a moment of two writers', 'error: failed to push some refs', report('failed to update ref'), 'contended'],
  ['a lock', "remote: error: cannot lock ref 'x': is at a but expected b", report('failed to update ref'), 'contended'],
  [
    'a branch below',
    "remote: error: cannot lock ref 'refs/heads/vps-test-ledger': 'refs/heads/vps-test-ledger/x' exists; cannot create 'refs/heads/vps-test-ledger'",
    report('failed to update ref'),
    'U266',
  ],
  ['GitLab', 'remote: GitLab: You cannot push commits for x', report('pre-receive hook declined'), 'U267'],
  ['Gitea', 'remote: Gitea: Not allowed to push to branch', report('pre-receive hook declined'), 'U267'],
  ['words that lie', 'remote: fetch first, error: 404 does not exist', report('hook declined'), 'U267'],
  ['checked out', 'remote: error: refusing to update', report('branch is currently checked out'), 'U267'],
  ['a shallow ledger', '', report('shallow update not allowed'), 'U267'],
  ['GitHub, a rule', 'remote: error: GH013: Repository rule violations', report('push declined due to rule'), 'U264'],
  [
    'GitHub, protected',
    'remote: error: GH006: Protected branch update failed',
    report('protected branch hook declined'),
    'U264',
  ],
  ['a full disk', 'remote: fatal: write error: No space left on device', report('unpacker error'), 'I261'],
  ['a full disk, by the reason alone', '', report('unable to create temporary object directory'), 'I261'],
  ['no token', "fatal: could not read Username for 'https://git.invalid'", '', 'U261'],
  ['a token that may not', 'remote: x\nfatal: unable to access: The requested URL returned error: 403', '', 'U262'],
  ['no repository', "fatal: repository 'https://git.invalid/a/b/' not found", '', 'U263'],
  ['another format', 'fatal: mismatched algorithms: client sha1; server sha256', '', 'U268'],
  [
    'another format, asked by a push',
    "fatal: the receiving end does not support this repository's hash algorithm",
    '',
    'U268',
  ],
  ['a network', 'fatal: unable to access: Could not resolve host', '', 'not reached'],
  ['a greeting that lies', 'remote: error: 401\nfatal: the remote end hung up unexpectedly', '', 'not reached'],
])('%s', (_, words, said, code) => {
  expect(codeOf(words, said)).toBe(code)
})
