/** ssh2's own server in this process: the other implementation of the other side. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { connect } from 'node:net'
import ssh2 from 'ssh2'
import type { Connection, ServerChannel } from 'ssh2'
import { freePort } from './remote.host.ts'
import type { Keys, TestHost } from './remote.host.ts'

/** The login shell that gets each line after `-c`, with its environment, and how many channels a connection has. */
export interface Server {
  readonly shell: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly maxSessions: number
}
const usual: Server = { shell: ['/bin/sh'], env: process.env, maxSessions: 10 }

/** A line that holds this closes its channel with neither code nor signal. */
export const silentEnd = '#silent-end'

export async function inProcessHost(keys: Keys, more: Partial<Server> = {}): Promise<TestHost> {
  const { maxSessions, ...login } = { ...usual, ...more }
  const port = await freePort()
  const seen = { connections: 0, auths: 0 }
  const open = new Set<Connection>()
  const children = new Set<ChildProcess>()
  const allowed = ssh2.utils.parseKey(keys.userPublic)
  if (allowed instanceof Error) throw allowed

  const onConnection = (client: Connection): void => {
    seen.connections += 1
    open.add(client)
    let sessions = 0
    client.on('error', () => undefined).on('close', () => open.delete(client))
    client.on('authentication', (request) => {
      seen.auths += 1
      if (request.method !== 'publickey' || !request.key.data.equals(allowed.getPublicSSH()))
        request.reject(['publickey'])
      else if (
        request.signature === undefined ||
        (request.blob !== undefined && allowed.verify(request.blob, request.signature, request.hashAlgo))
      )
        request.accept()
      else request.reject(['publickey'])
    })
    client.on('session', (accept, reject) => {
      if (sessions >= maxSessions) {
        reject()
        return
      }
      sessions += 1
      const session = accept()
      let child: ChildProcess | undefined
      session.on('close', () => {
        sessions -= 1
      })
      session.on('signal', (_accept, _reject, info) => killGroup(child, `SIG${info.name}` as NodeJS.Signals))
      session.on('exec', (acceptExec, _reject, info) => {
        const channel = acceptExec()
        if (info.command.includes(silentEnd)) {
          channel.close()
          return
        }
        child = run(login, info.command, channel)
        children.add(child)
      })
    })
    client.on('tcpip', (accept, reject, info) => {
      const socket = connect(info.destPort, info.destIP)
      socket.once('connect', () => {
        const stream = accept()
        stream.on('error', () => undefined)
        stream.pipe(socket).pipe(stream)
      })
      socket.on('error', () => reject())
    })
  }

  let server: InstanceType<typeof ssh2.Server> | undefined
  const start = async (): Promise<void> => {
    server = new ssh2.Server({ hostKeys: [keys.host] }, onConnection)
    await new Promise<void>((resolve) => {
      server?.listen(port, '127.0.0.1', resolve)
    })
  }
  const drop = async (): Promise<void> => {
    for (const client of open) (client as unknown as { readonly _sock: { destroy(): void } })._sock.destroy()
    for (const child of children) killGroup(child, 'SIGKILL')
  }
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => {
      server?.close(resolve)
    })
    await drop()
    await gone
  }
  await start()
  return {
    port,
    hostKey: keys.hostPublic,
    drop,
    stop,
    start,
    connections: () => seen.connections,
    authRequests: () => seen.auths,
    close: stop,
  }
}

function run({ shell, env }: Omit<Server, 'maxSessions'>, line: string, channel: ServerChannel): ChildProcess {
  const [file = '/bin/sh', ...args] = shell
  const child = spawn(file, [...args, '-c', line], { stdio: 'pipe', detached: true, env })
  channel.on('error', () => undefined)
  child.stdin.on('error', () => undefined)
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.once('close', (code, signal) => {
    if (signal === null) channel.exit(code ?? 0)
    else channel.exit(signal.slice(3), false, '')
    channel.end()
  })
  return child
}

function killGroup(child: ChildProcess | undefined, signal: NodeJS.Signals): void {
  if (child?.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    /* it has ended */
  }
}
