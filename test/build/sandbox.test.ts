/** A build script looks for planted secrets in everything that it can reach: it finds all without the sandbox, none in it. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { sandboxFor } from '../../src/adapters/build/enclosed.ts'
import { runTool } from '../../src/adapters/build/process.ts'
import type { SandboxWay } from '../../src/adapters/sandbox/sandbox.ts'
import { git, never, notes, repository, scratch } from './world.ts'

const secret = ['planted-and', 'must-not-be-found'].join('-')
const key = `-----BEGIN OPENSSH PRIVATE KEY-----\n${secret}\n-----END OPENSSH PRIVATE KEY-----\n`

async function planted(way: SandboxWay) {
  const { root, workspace } = repository('looks-everywhere')
  const home = scratch()
  const files = {
    [join(home, '.ssh', 'id_ed25519')]: key,
    [join(home, '.cargo', 'credentials.toml')]: secret,
    [join(home, 'work', '_temp', 'event.json')]: secret,
    [join(workspace, '.env')]: secret,
    [join(workspace, 'forgotten.pem')]: key,
  }
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(file), { recursive: true })
    // Readable by everybody, as on a careless machine: what hides them is that they are not there.
    writeFileSync(file, text, { mode: 0o644 })
  }
  mkdirSync(join(root, 'bin'))
  execFileSync('chmod', ['755', home, root])
  git(root, 'config', 'http.https://github.com/.extraheader', `AUTHORIZATION: basic ${secret}`)
  const socket = join(home, 'agent.sock')
  const agent = createServer().listen(socket)
  await once(agent, 'listening')
  const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000); console.log(1)', secret], {
    env: { 'INPUT_SSH-KEY': secret },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(holder.stdout, 'data')
  onTestFinished(() => {
    agent.close()
    holder.kill('SIGKILL')
  })
  writeFileSync(join(workspace, '.gitignore'), '.env\n')
  writeFileSync(join(workspace, 'where'), way === 'none' ? `process ${holder.pid}\n${home}\n${root}\n` : '/\n')
  git(root, 'add', 'app/.gitignore', 'app/where')
  git(root, 'commit', '--quiet', '--message', 'where')
  const env = {
    ...process.env,
    HOME: home,
    // A checkout's own programs on PATH do not show the checkout.
    PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
    RUSTUP_HOME: process.env['RUSTUP_HOME'] ?? join(homedir(), '.rustup'),
    SSH_AUTH_SOCK: socket,
    GITHUB_TOKEN: secret,
    'INPUT_SSH-KEY': secret,
    ACTIONS_RUNTIME_TOKEN: secret,
    VPS_TEST_FLEET_KEY: secret,
    CARGO_REGISTRY_TOKEN: secret,
  }
  return { root, workspace, home, env, socket, holder: holder.pid, plantedFiles: Object.keys(files) }
}

async function said(way: SandboxWay) {
  const place = await planted(way)
  const targetDir = scratch()
  const options = {
    workspace: place.workspace,
    targetDir,
    sandboxDir: scratch(),
    unenclosed: 'build',
    way,
    log: notes(),
    signal: never,
  } as const
  const tools = { env: {}, directories: [] }
  const { enclosure, cwd } = await sandboxFor(options, tools, place.env)
  const run = (...argv: [string, ...string[]]) =>
    runTool(argv, { ...enclosure.enclose(place.workspace), cwd, hold: true, timeoutMs: 240_000, signal: never })
  try {
    const built = await run('cargo', 'run', '--quiet', '--target-dir', targetDir)
    if (built.code !== 0) throw new Error(built.stderr)
    const lines = built.stdout.trim().split('\n')
    const found = lines.filter((l) => l.startsWith('found ')).map((l) => l.slice(6))
    return { ...place, kind: enclosure.kind, log: options.log, lines, found }
  } finally {
    await enclosure.close()
  }
}

test('without a sandbox the script finds what is planted, so that it can be believed', async () => {
  const { found, plantedFiles, holder, socket, root, kind } = await said('none')
  expect(found).toEqual(
    expect.arrayContaining([
      ...plantedFiles,
      join(root, '.git', 'config'),
      `/proc/${holder}/environ`,
      `/proc/${holder}/cmdline`,
      `memory of process ${holder}`,
      `socket ${socket}`,
    ]),
  )
  expect(kind).toEqual({ kind: 'none', why: 'none was wanted' })
})

test.each(['root', 'namespace'] as const)(
  'in the sandbox (%s) it finds nothing, knows its commit, and leaves the checkout as it was',
  async (way) => {
    const { found, lines, root, workspace, kind, log } = await said(way)
    expect(found).toEqual([])
    expect(lines[0]).toBe(`head ${git(root, 'rev-parse', 'HEAD')}`)
    expect(kind).toEqual({ kind: way === 'root' ? 'another user' : 'user namespace' })
    expect(existsSync(join(workspace, 'src', 'written.rs'))).toBe(false)
    expect(log.lines.join('\n')).toContain('app/forgotten.pem')
  },
)
