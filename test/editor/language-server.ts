/** The YAML language server of the editors, headless: text in, diagnostics out, over its own protocol on stdio. */
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

export interface Diagnostic {
  readonly message: string
  /** From 0, as the protocol counts. */
  readonly range: { readonly start: { readonly line: number; readonly character: number } }
}

const require = createRequire(import.meta.url)
const server = (): string =>
  join(dirname(require.resolve('yaml-language-server/package.json')), 'bin/yaml-language-server')

/** Diagnostics of one text under one JSON Schema. The server is ended whatever happens. */
export async function diagnose(text: string, schemaUri: string): Promise<readonly Diagnostic[]> {
  const child = spawn(process.execPath, [server(), '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }
  const uri = 'file:///project/vps-test.yaml'
  try {
    return await new Promise<readonly Diagnostic[]>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => reject(new Error(`the language server ended early: ${String(code)}`)))
      onMessages(child.stdout, (m) => {
        if (m.id === 1 && m.method === undefined) {
          send({ method: 'initialized', params: {} })
          send({
            method: 'textDocument/didOpen',
            params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
          })
        } else if (m.method === 'workspace/configuration') {
          const settings: Readonly<Record<string, unknown>> = {
            yaml: { schemas: { [schemaUri]: ['vps-test.yaml'] }, validate: true, schemaStore: { enable: false } },
          }
          send({ id: m.id, result: (m.params?.items ?? []).map((item) => settings[item.section ?? ''] ?? {}) })
        } else if (m.method === 'textDocument/publishDiagnostics' && m.params?.uri === uri) {
          resolve(m.params.diagnostics ?? [])
        } else if (m.id !== undefined && m.method !== undefined) send({ id: m.id, result: null })
      })
      send({
        id: 1,
        method: 'initialize',
        params: {
          processId: process.pid,
          rootUri: null,
          capabilities: { workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } } },
        },
      })
    })
  } finally {
    child.removeAllListeners('exit')
    child.kill('SIGKILL')
  }
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: {
    readonly uri?: string
    readonly diagnostics?: readonly Diagnostic[]
    readonly items?: readonly { readonly section?: string }[]
  }
}

/** Messages are framed by `Content-Length` headers (Language Server Protocol, base protocol). */
function onMessages(stream: NodeJS.ReadableStream, handle: (m: Message) => void): void {
  let pending = Buffer.alloc(0)
  stream.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk])
    for (;;) {
      const end = pending.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/i.exec(pending.subarray(0, Math.max(end, 0)).toString())?.[1])
      if (end < 0 || pending.length < end + 4 + length) return
      const body = pending.subarray(end + 4, end + 4 + length).toString()
      pending = pending.subarray(end + 4 + length)
      handle(JSON.parse(body) as Message)
    }
  })
}
