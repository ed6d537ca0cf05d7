/** The loopback services as a process of their own, as workflow runs outside of the test runner use them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { openForge } from '../../src/adapters/github/forge.ts'

test('prints its addresses, is set and read from outside, and ends at SIGTERM', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serve.ts'), 'o/r'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 15_000,
  })
  const ended = once(child, 'exit')
  try {
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
    const at = JSON.parse(line) as {
      readonly apiUrl: string
      readonly stateUrl: string
      readonly resultsUrl: string
      readonly tokens: { readonly writer: string }
    }
    const set = await fetch(at.stateUrl, { method: 'POST', body: JSON.stringify({ visibility: 'private' }) })
    expect(set.status).toBe(200)
    expect((await fetch(at.stateUrl, { method: 'POST', body: JSON.stringify({ visiblity: 'private' }) })).status).toBe(
      400,
    )
    expect(
      await openForge({
        repository: 'o/r',
        token: at.tokens.writer,
        apiUrl: at.apiUrl,
        signal: new AbortController().signal,
      }).visibility(),
    ).toBe('private')
    expect(await (await fetch(at.stateUrl)).json()).toMatchObject({ faults: [], requests: ['GET /repos/o/r'] })
    expect(await (await fetch(`${at.resultsUrl}_artifacts`)).json()).toEqual([])
    const [, claims] = (await (await fetch(`${at.resultsUrl}_token?run=7&job=deploy`)).text()).split('.')
    expect(JSON.parse(Buffer.from(claims ?? '', 'base64url').toString())).toEqual({ scp: 'Actions.Results:7:deploy' })
  } finally {
    child.kill('SIGTERM')
  }
  expect(await ended).toEqual([0, null])
})
