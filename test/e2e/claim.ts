/** A lab of a test has one name on a machine: of several checkouts that test at once, one has it and the others wait. */
import { createServer, type Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

const claims = new Map<string, Server>()

/** Resolves when the lab of this name is this process's. The kernel gives the claim of a process that ended back. */
export async function claim(id: string): Promise<void> {
  while (!claims.has(id)) {
    const server = createServer()
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') resolve(true)
        else reject(error)
      })
      // An abstract socket: one process has a name, and no file stays behind.
      server.listen(`\0vps-test-lab-${id}`, () => resolve(false))
    })
    if (taken) {
      await pause(200)
      continue
    }
    server.unref()
    claims.set(id, server)
  }
}

export function release(id: string): void {
  claims.get(id)?.close()
  claims.delete(id)
}
