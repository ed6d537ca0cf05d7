/** One doer per lab and machine, and whoever waits is told who it is. */
import { createServer, connect, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Failure } from '../domain/failure.ts'
import type { Layout } from './layout.ts'

/**
 * One doer per lab and machine. An abstract socket instead of a lock file: it ends with its process whatever kills
 * that, leaves
 * nothing behind, and answers who holds it.
 */
export async function lock(l: Layout, doing: string, waitMs: number, signal: AbortSignal): Promise<AsyncDisposable> {
  const path = `\0vps-test/${l.cgroup}`
  const patience = AbortSignal.any([signal, AbortSignal.timeout(waitMs)])
  for (;;) {
    const server = await listen(path, `${doing}, process ${process.pid}`)
    if (server)
      return {
        [Symbol.asyncDispose]: () =>
          new Promise((resolve) => {
            server.close(() => resolve())
          }),
      }
    const holder = await ask(path)
    await pause(50, undefined, { signal: patience }).catch(() => {
      signal.throwIfAborted()
      throw new Failure({
        code: 'B201',
        message: `the lab ${l.id} is busy with ${holder}`,
        remedy: `vps-test lab status --lab ${l.id}`,
      })
    })
  }
}
const listen = (path: string, answer: string): Promise<Server | null> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined).end(answer)
    })
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
const ask = (path: string): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    connect(path)
      .setTimeout(1000, () => resolve(text || 'somebody'))
      .on('data', (d) => {
        text += d.toString()
      })
      .on('error', () => resolve('somebody'))
      .on('close', () => resolve(text || 'somebody'))
  })
