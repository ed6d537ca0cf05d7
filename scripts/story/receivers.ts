/** Two people of the story: a webhook on loopback, and a program on this machine; what reaches them is kept as it came. */
import { createServer } from 'node:http'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'

export interface Receivers {
  readonly env: Readonly<Record<string, string>>
  /** Each as it went out, in the order in which it came. */
  webhook(): readonly string[]
  command(): readonly string[]
  close(): Promise<void>
}

export async function openReceivers(dir: string): Promise<Receivers> {
  const got: string[] = []
  const server = createServer((asked, answer) => {
    const parts: Buffer[] = []
    asked.on('data', (part: Buffer) => parts.push(part))
    asked.on('end', () => {
      const event = String(asked.headers['x-vps-test-event'])
      const signed = asked.headers['x-vps-test-signature-256'] === undefined ? 'not signed' : 'signed'
      got.push(`${event} (${signed}): ${Buffer.concat(parts).toString('utf8')}`)
      answer.writeHead(204).end()
    })
  })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const [program, heard] = [join(dir, 'notify.sh'), join(dir, 'heard')]
  writeFileSync(program, `#!/bin/sh\nprintf '%s | %s\\n' "$*" "$(tr -d '\\n')" >>${heard}\n`)
  chmodSync(program, 0o755)
  return {
    env: {
      VPS_TEST_WEBHOOK_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`,
      VPS_TEST_WEBHOOK_SECRET: 'of the story',
      VPS_TEST_NOTIFY_COMMAND: program,
    },
    webhook: () => [...got],
    command: () =>
      existsSync(heard)
        ? readFileSync(heard, 'utf8')
            .split('\n')
            .filter((l) => l !== '')
        : [],
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
