/**
 * A git server of its own, which outlives its clients and can hold the next push before or after it lands: whoever
 * pushes can be killed at exactly that point.
 */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { run } from '../e2e/cli.ts'
import { until } from '../e2e/wait.ts'

export interface Held {
  /** A push has come as far as that. Rejects when `ended` is first. */
  reached(ended: Promise<unknown>): Promise<void>
  /**
   * Lets the push land, or refuses it; a push that never came is not waited for any more. Resolves when the branch
   * stands as it then does.
   */
  end(how: 'lands' | 'refused'): Promise<void>
}

export interface GitServer {
  /** For VPS_TEST_LEDGER_REMOTE. */
  readonly url: string
  /** `before`: everything is sent, nothing has moved. `after`: the branch has moved, the pusher does not know yet. `pass`: so many pushes go by before. */
  hold(where: 'before' | 'after', more?: { readonly pass?: number }): Promise<Held>
  close(): Promise<void>
}

/** Serves the bare repository `remote`. A push into a directory would run below the pusher, and die with it. */
export async function serveGit(remote: string): Promise<GitServer> {
  const port = await freePort()
  // No sign of life while a hook is held: it would notice that the client is gone.
  await run('git', ['--git-dir', remote, 'config', 'receive.keepAlive', '0'])
  const child = spawn(
    'git',
    [
      'daemon',
      '--enable=receive-pack',
      '--export-all',
      '--listen=127.0.0.1',
      `--port=${port}`,
      `--base-path=${dirname(remote)}`,
      remote,
    ],
    { stdio: 'ignore', detached: true },
  )
  const ended = new Promise<void>((done) => {
    child.once('close', () => done()).once('error', () => done())
  })
  const url = `git://127.0.0.1:${port}/${basename(remote)}`
  await until(
    'the git server',
    async () =>
      run('git', ['ls-remote', url]).then(
        () => true,
        () => false,
      ),
    60_000,
  )
  return {
    url,
    hold: (where, { pass = 0 } = {}) => holdPush(remote, where, pass),
    close: async () => {
      try {
        process.kill(-(child.pid ?? 0), 'SIGTERM')
      } catch {
        /* it has ended */
      }
      await ended
    },
  }
}

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer()
      .once('error', fail)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address() as AddressInfo
        server.close(() => done(port))
      })
  })

const branch = 'refs/heads/vps-test-ledger'

async function holdPush(remote: string, where: 'before' | 'after', pass: number): Promise<Held> {
  const place = join(remote, 'held')
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place)
  const [armed, held, answer, done] = ['armed', 'held', 'answer', 'done'].map((name) => join(place, name)) as [
    string,
    string,
    string,
    string,
  ]
  const hook = join(remote, 'hooks', where === 'before' ? 'pre-receive' : 'post-receive')
  mkdirSync(join(remote, 'hooks'), { recursive: true })
  // Whoever takes `armed` away is held; five minutes are the end of any test.
  writeFileSync(
    `${hook}.new`,
    `#!/bin/sh\nfor one in '${place}'/pass-*; do rm "$one" 2>/dev/null && exit 0; done\nmv '${armed}' '${held}' 2>/dev/null || exit 0\nn=0\nuntil [ -e '${answer}' ] || [ $n -gt 6000 ]; do sleep 0.05; n=$((n + 1)); done\n: >'${done}'\nexec grep -q lands '${answer}'\n`,
  )
  chmodSync(`${hook}.new`, 0o755)
  renameSync(`${hook}.new`, hook)
  const tip = async (): Promise<string> =>
    (await run('git', ['--git-dir', remote, 'for-each-ref', '--format=%(objectname)', branch])).stdout.trim()
  for (let n = 0; n < pass; n++) writeFileSync(join(place, `pass-${n}`), '')
  writeFileSync(armed, '')
  return {
    reached: async (ended) => {
      let over = false
      const end = (): void => {
        over = true
      }
      ended.then(end, end)
      await until('a held push, or the end of the run', () => existsSync(held) || over)
      if (!existsSync(held)) throw new Error('the run ended without a push')
    },
    end: async (how) => {
      rmSync(armed, { force: true })
      if (existsSync(held)) {
        const stood = await tip()
        writeFileSync(`${answer}.new`, how)
        renameSync(`${answer}.new`, answer)
        await until('the hook to answer', () => existsSync(done))
        if (how === 'lands' && where === 'before') await until('the push to land', async () => (await tip()) !== stood)
      }
      rmSync(hook)
    },
  }
}
