/** A fix command that is hostile, or that only looks like a fix: each is stopped and named, and reaches nothing of ours. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { changesOf, type ChangedFile } from '../../src/adapters/fix/changes.ts'
import { commitIn } from '../../src/adapters/fix/commit.ts'
import { runEnclosed } from '../../src/adapters/fix/enclosed-command.ts'
import { openFixer } from '../../src/adapters/fix/fixer.ts'
import { treeAt } from '../../src/adapters/fix/tree.ts'
import { enclosed, removed } from '../../src/adapters/sandbox/way.ts'
import type { FixConfig } from '../../src/domain/fix/config.ts'
import type { FixEnd } from '../../src/ports/fixer.ts'
import { clock, git, never, notes, scratch } from '../build/world.ts'

const secret = ['planted-and', 'must-not-be-found'].join('-')
const config: FixConfig = {
  command: 'true',
  paths: ['src/**', 'tests/**'],
  workflows: false,
  tests: [],
  maxAttempts: 3,
  timeoutMinutes: 1,
  memoryMb: 2048,
  outputMb: 1,
  network: false,
  env: [],
  publish: null,
}

/** A program that says `bad`, with a test that wants `good`. */
const files: Readonly<Record<string, string>> = {
  'src/say.sh': 'echo bad\n',
  'tests/say.sh': '[ "$(sh src/say.sh)" = good ] && echo "test result: ok. 2 passed; 0 failed; 0 ignored"\n',
  'tests/other.sh': 'true\n',
  '.github/workflows/ci.yml': 'on: push\n',
  'vps-test.yaml': 'project: p\n',
  '.gitignore': 'target/\n',
}

function repository(): string {
  const root = scratch()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  git(root, 'init', '--quiet', '--initial-branch', 'main')
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'tested')
  return root
}

interface Tried {
  readonly end: FixEnd
  readonly root: string
  readonly commit: string
  readonly log: string
}

async function tried(
  command: string,
  more: Partial<FixConfig> = {},
  env: NodeJS.ProcessEnv = {},
  root = repository(),
  folder = scratch(),
  guarded: readonly string[] = [],
): Promise<Tried> {
  const home = scratch()
  const hook = join(root, '.git', 'hooks', 'reference-transaction')
  writeFileSync(hook, `#!/bin/sh\ntouch ${join(home, 'hook-ran')}\n`, { mode: 0o755 })
  const commit = git(root, 'rev-parse', 'HEAD')
  const before = state(root)
  const end = await openFixer({
    checkout: root,
    folder,
    env: { ...process.env, ...env },
    log: notes(),
    clock,
  }).fix(
    {
      project: 'p',
      session: 's-1',
      number: 1,
      commit,
      workspace: '.',
      config: { ...config, ...more, command },
      diagnosis: '{"causes":[]}',
      subject: 'Say what is wanted',
      body: 'Because.',
      guarded,
      before: { trees: [], diffs: [] },
    },
    never,
  )
  // Whatever it did: the person's branch, checkout, index and hooks are as they were.
  expect(state(root)).toEqual(before)
  expect(existsSync(join(home, 'hook-ran'))).toBe(false)
  if (end.kind === 'gave up') expect(git(root, 'branch', '--list', 'vps-test/*')).toBe('')
  const log = existsSync(join(folder, 'fix-1', 'command.log'))
    ? readFileSync(join(folder, 'fix-1', 'command.log'), 'utf8')
    : ''
  return { end, root, commit, log }
}

/** What one command left, told apart. */
async function left(command: string) {
  const root = repository()
  const signal = never
  const tree = await treeAt(root, git(root, 'rev-parse', 'HEAD'), join(scratch(), 'tree'), signal)
  const asked = { workspace: '.', command, config, hidden: {}, more: {}, shown: [], env: process.env }
  return runEnclosed({ ...asked, tree, folder: scratch(), log: notes(), signal }, async (copy, end) => ({
    end,
    changes: await changesOf(tree, copy, config, [], signal),
  }))
}

const state = (root: string): readonly string[] => [
  git(root, 'rev-parse', 'HEAD', 'main'),
  git(root, 'status', '--porcelain', '--ignored'),
  git(root, 'ls-files', '--stage', '--debug'),
  readFileSync(join(root, '.git', 'config'), 'utf8'),
]

const mend = 'echo echo good >src/say.sh'

test('a command that mends is committed on a branch of ours, with what the local tests executed', async () => {
  const { end, root, commit } = await tried(
    `test -s "$VPS_TEST_DIAGNOSIS" && ${mend}; mkdir target; echo x >target/y`,
    {
      tests: ['sh tests/say.sh; sh tests/other.sh'],
    },
  )
  if (end.kind === 'gave up') throw new Error(`${end.reason}: ${end.why}`)
  expect(end.made).toMatchObject({
    branch: 'vps-test/fix/s-1/1',
    parent: commit,
    files: ['src/say.sh'],
    tests: [{ before: null, after: 2 }],
  })
  expect(git(root, 'rev-parse', 'vps-test/fix/s-1/1')).toBe(end.made.commit)
  expect(git(root, 'show', '--format=%s%n%n%b', '--name-status', end.made.commit)).toMatch(
    /^Say what is wanted\n\nBecause\.\n+M\tsrc\/say\.sh$/,
  )
  expect(git(root, 'show', `${end.made.commit}:src/say.sh`)).toBe('echo good')
})

test('a list of known failures is not its to write, whatever link leads to it', async () => {
  const root = repository()
  writeFileSync(join(root, 'src/list.yaml'), '[]\n')
  symlinkSync('src/list.yaml', join(root, 'known.yaml'))
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'a list')
  const { end } = await tried(`${mend}; echo '# more' >>src/list.yaml`, {}, {}, root, scratch(), ['known.yaml'])
  expect(end).toEqual({ kind: 'gave up', reason: 'outside its paths', why: 'src/list.yaml' })
})

test('it finds no key, no token and no other process', async () => {
  const home = scratch()
  mkdirSync(join(home, '.ssh'))
  writeFileSync(join(home, '.ssh', 'id_ed25519'), secret, { mode: 0o644 })
  execFileSync('chmod', ['755', home])
  const look = [
    'env',
    `cat ${join(home, '.ssh', 'id_ed25519')}`,
    'cat /root/.ssh/* /home/*/.ssh/*',
    'cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n"',
    'cat .git/config',
    'id -u; ls /proc | grep -c "^[0-9]"',
    mend,
  ].join(' ; ')
  const hostile = { SSH_AUTH_SOCK: '/tmp/agent', GITHUB_TOKEN: secret, 'INPUT_SSH-KEY': secret, FLEET_KEY: secret }
  const { end, log } = await tried(
    look,
    { env: ['WANTED'] },
    { ...hostile, HOME: home, WANTED: 'given-to-the-command' },
  )
  expect(end.kind).toBe('fixed')
  expect(log).not.toContain(secret)
  expect(log).not.toContain('/tmp/agent')
  // What it was given is its own, and is taken out of what is kept.
  expect(log).toContain('WANTED=[taken out]')
  expect(log).toMatch(/^61017$/m)
})

test('a variable that it is given stands in no commit', async () => {
  const given: readonly [Partial<FixConfig>, NodeJS.ProcessEnv] = [{ env: ['WANTED'] }, { WANTED: secret }]
  const plain = await tried(`${mend}; echo "key = $WANTED" >src/key`, ...given)
  expect(plain.end).toEqual({ kind: 'gave up', reason: 'a secret', why: 'src/key' })
  const named = await tried(`${mend}; echo "$WANTED" | base64 >src/key; touch "src/$WANTED"`, ...given)
  expect(named.end).toMatchObject({ kind: 'gave up', reason: 'a secret' })
  expect(JSON.stringify(named.end)).not.toContain(secret)
  const known = await tried('echo echo good morning >src/say.sh', { env: ['WANTED'] }, { WANTED: 'echo bad' })
  expect(known.end.kind).toBe('fixed')
  const kept = await tried('echo sleep 0 >>src/say.sh', { env: ['WANTED'] }, { WANTED: 'echo bad' })
  expect(kept.end.kind).toBe('fixed')
})

test('a variable that it is given stands on no command line of this machine', () => {
  const made = enclosed('sudo', [], { OPEN: 'seen' }, { hidden: { WANTED: 'never-seen' } })
  expect(made.within.join(' ')).not.toContain('never-seen')
  expect(made.within).toContain('--preserve-env=WANTED')
  expect(made.env).toMatchObject({ WANTED: 'never-seen' })
})

test('all that it may leave behind, told apart at once', async () => {
  const nasty = [
    mend,
    'echo x >elsewhere',
    'echo x >../../outside; echo y >/etc/passwd',
    'echo jobs: >>.github/workflows/ci.yml',
    'echo fix: >>vps-test.yaml',
    'mkdir -p src/x/.git target; echo x >src/x/.git/config; echo x >target/ignored',
    'ln -s /etc/shadow src/shadow; mkfifo src/pipe; ln -s /etc src/folder',
    'rm tests/other.sh; chmod +x tests/say.sh; git commit -qam mine; true',
  ].join('; ')
  const { changes } = await left(nasty)
  expect(changes.changed.map((c) => `${c.kind} ${c.path}${c.allowed ? '' : ' (outside)'}`)).toEqual([
    'changed .github/workflows/ci.yml (outside)',
    'added elsewhere (outside)',
    'changed src/say.sh',
    'added src/x/.git/config (outside)',
    'deleted tests/other.sh',
    'changed tests/say.sh',
    'changed vps-test.yaml (outside)',
  ])
  expect(changes.irregular.toSorted()).toEqual(['src/folder', 'src/pipe', 'src/shadow'])
  expect(changes.tooLarge).toBeNull()
  const much = await left('head -c 9000000 /dev/zero >src/large')
  expect(much.changes.tooLarge).toContain('src/large')
})

test('names that cannot be followed, and names that hide what they say, stop it and are told', async () => {
  const name = `n${'a'.repeat(199)}`
  const nasty = [
    mend,
    'd="src/$(printf "a\\377")"; mkdir "$d"; echo x >"$d/x"',
    `cd src; for i in ${Array.from({ length: 24 }, (_, i) => i).join(' ')}; do mkdir ${name}; cd -P ${name}; done; echo x >f`,
  ].join('; ')
  const { end, changes } = await left(nasty)
  expect(end.ended).toEqual({ kind: 'exited', code: 0 })
  expect(changes.irregular.map((p) => p.slice(0, 6))).toEqual(expect.arrayContaining(['src/a\ufffd', 'src/na']))
  const hiding = await left(`${mend}; echo x >"src/$(printf 'a\\342\\200\\256b')"`)
  expect(hiding.changes.irregular).toEqual(['src/a\u202eb'])
})

test('what lies too deep for one path is taken away all the same', async () => {
  const dir = join(scratch(), 'left')
  const name = 'n'.repeat(200)
  const deep = `mkdir "$1"; cd "$1"; for i in ${Array.from({ length: 24 }, (_, i) => i).join(' ')}; do mkdir ${name}; cd -P ${name}; done`
  execFileSync('sh', ['-c', deep, 'sh', dir])
  await removed(dir, 'namespace')
  expect(existsSync(dir)).toBe(false)
})

test('one that edits the workflow, whatever else it mends, is stopped and named', async () => {
  const { end } = await tried(`${mend}; echo jobs: >>.github/workflows/ci.yml`, { paths: ['**', '.github/**'] })
  expect(end).toEqual({ kind: 'gave up', reason: 'outside its paths', why: '.github/workflows/ci.yml' })
})

test('it reaches no network where that is closed, pushes nowhere, and is let out where it is open', async () => {
  const server = createServer((socket) => void socket.end('hello\n')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const dial = `git remote -v; git push origin HEAD:main; git update-ref refs/heads/main HEAD; node -e 'require("net").connect(${port}, "127.0.0.1").on("data", d => process.stdout.write("said " + d)).on("error", e => console.log("closed " + e.code))'; ${mend}`
  const { log } = await tried(dial)
  expect(log).toContain('closed ECONNREFUSED')
  // A push to main finds no remote, and a ref cannot be moved.
  expect(log).toContain('does not appear to be a git repository')
  expect(log).toContain('Read-only file system')
  expect((await tried(dial, { network: true })).log).toContain('said hello')
})

const forks =
  'const go = () => { require("child_process").spawn("sleep", ["60"]).on("error", () => {}); setImmediate(go) }; go()'

test.each<readonly [string, string, Partial<FixConfig>, string]>([
  [
    'runs for ever, and leaves others running',
    'sleep 600 & setsid sleep 600 & sleep 600',
    { timeoutMinutes: 0.05 },
    'too long',
  ],
  ['prints without end', 'yes', { outputMb: 0.5 }, 'too much output'],
  ['forks for ever', `node -e '${forks}'`, {}, 'too many processes'],
  [
    'takes memory',
    `node -e 'const a = Buffer.alloc(3e8, 1); setTimeout(() => a, 6e4)'`,
    { memoryMb: 128 },
    'too much memory',
  ],
])('one that %s is ended whole', async (_, command, more, reason) => {
  const { end } = await tried(command, more)
  expect(end).toMatchObject({ kind: 'gave up', reason })
  expect(execFileSync('ps', ['-eo', 'user:10,args'], { encoding: 'utf8' })).not.toMatch(/^61017 .*sleep 60/m)
})

test('tests of which fewer are executed keep the change from being committed', async () => {
  const counted = ['n=3; grep -q good src/say.sh && n=2; echo "test result: ok. $n passed; 0 failed; 1 ignored"']
  expect((await tried(mend, { tests: counted })).end).toMatchObject({ reason: 'tests weakened' })
})

test('local tests find nothing in their home that tests before them left', async () => {
  const counted = ['echo >>"$HOME/seen"; echo "test result: ok. $(wc -l <"$HOME/seen") passed; 0 failed; 0 ignored"']
  const { end } = await tried(mend, { tests: counted })
  expect(end).toMatchObject({ kind: 'fixed', made: { tests: [{ before: 1, after: 1 }] } })
})

test('changes of binary contents, of modes and of empty files are told apart, and lines wherever they stand are not', async () => {
  const root = repository()
  const parent = git(root, 'rev-parse', 'HEAD')
  const of = async (path: string, content: Buffer | null, executable = false): Promise<string> => {
    const file: ChangedFile = { path, content, executable, kind: 'added', allowed: true }
    return (await commitIn(root, parent, [file], 'm', join(scratch(), 'commit'), never)).diff
  }
  const said = readFileSync(join(root, 'src/say.sh'))
  const diffs = [
    await of('src/a', Buffer.from([0, 1])),
    await of('src/a', Buffer.from([0, 2])),
    await of('src/b', Buffer.from([0, 2])),
    await of('src/say.sh', said, true),
    await of('tests/say.sh', readFileSync(join(root, 'tests/say.sh')), true),
    await of('src/a', Buffer.alloc(0)),
    await of('src/b', Buffer.alloc(0)),
    await of('src/say.sh', Buffer.concat([said, Buffer.from('x\n')])),
  ]
  expect(new Set(diffs).size).toBe(diffs.length)
  expect(await of('src/say.sh', Buffer.concat([said, Buffer.from('x\n')]))).toBe(diffs.at(-1))
})

test('a run that is killed after it does not pay for the same fix twice; what has moved since is made anew', async () => {
  const [root, folder] = [repository(), scratch()]
  const first = await tried(mend, {}, {}, root, folder)
  // Made again it would be another commit.
  const again = await tried(mend, {}, {}, root, folder)
  expect(again.end).toEqual(first.end)
  const otherwise = await tried('echo echo good >tests/say.sh; echo echo good >src/say.sh', {}, {}, root, folder)
  expect(otherwise.end).toMatchObject({ kind: 'fixed', made: { files: ['src/say.sh', 'tests/say.sh'] } })
  if (first.end.kind === 'gave up') throw new Error(first.end.why)
  git(root, 'branch', '--force', first.end.made.branch, 'main')
  const moved = await tried(mend, {}, {}, root, folder)
  expect(moved.end).not.toEqual(first.end)
  expect(moved.end).toMatchObject({ kind: 'fixed', made: { tree: first.end.made.tree } })
})
