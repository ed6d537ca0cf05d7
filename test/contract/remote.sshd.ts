/** A real OpenSSH server on a high loopback port, with its own keys and configuration. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { freePort } from './remote.host.ts'
import type { Keys, TestHost } from './remote.host.ts'

const program = '/usr/sbin/sshd'

/** `more`: lines that come before ours; of each keyword sshd takes the first. */
export async function sshdHost(keys: Keys, more: readonly string[] = []): Promise<TestHost> {
  if (!existsSync(program)) throw new Error('openssh-server is not installed: npm run vps-test -- doctor --fix')
  const dir = await mkdtemp(join(tmpdir(), 'vps-test-sshd-'))
  const port = await freePort()
  const path = (name: string): string => join(dir, name)
  await writeFile(path('host'), keys.host, { mode: 0o600 })
  await writeFile(path('authorized'), `${keys.userPublic}\n`, { mode: 0o600 })
  await writeFile(
    path('config'),
    [
      ...more,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${path('host')}`,
      `AuthorizedKeysFile ${path('authorized')}`,
      `PidFile ${path('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      'MaxSessions 10',
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  )
  // sshd of root wants its empty directory for privilege separation.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  let log = ''
  let server: ChildProcess | undefined
  let over = false

  const start = async (): Promise<void> => {
    // A failed test may still be about to bring it back.
    if (over) return
    const child = spawn(program, ['-D', '-e', '-f', path('config')], { stdio: ['ignore', 'ignore', 'pipe'] })
    server = child
    await new Promise<void>((resolve, reject) => {
      let fresh = ''
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        log += text
        fresh += text
        if (fresh.includes('Server listening on')) resolve()
      })
      child.once('exit', (code) => reject(new Error(`sshd ended with ${code}: ${fresh}`)))
    })
  }
  const drop = async (): Promise<void> => {
    for (const pid of await childrenOf(server?.pid ?? 0)) kill(pid)
  }
  const stop = async (): Promise<void> => {
    const child = server
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => {
      child.once('exit', resolve)
    })
    await drop()
    child.kill('SIGKILL')
    await gone
  }
  await start()
  return {
    port,
    hostKey: keys.hostPublic,
    drop,
    stop,
    start,
    connections: () => log.match(/Connection from /g)?.length ?? 0,
    authRequests: () => log.match(/Accepted |Failed |authenticating user/g)?.length ?? 0,
    close: async () => {
      over = true
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function childrenOf(parent: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      stat: await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => ''),
    })),
  )
  return stats
    .filter(({ stat }) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] === String(parent))
    .map(({ pid }) => pid)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    /* it has ended */
  }
}
