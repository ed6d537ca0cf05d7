import { execFileSync } from 'node:child_process'
import { createServer, type IncomingMessage } from 'node:http'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { givenFile, releaseAsset, type ReleaseOptions } from '../../src/adapters/build/given.ts'
import { Failure } from '../../src/domain/failure.ts'
import { sha256 } from '../../src/domain/ledger.ts'
import { never, scratch } from './world.ts'

const program = readFileSync('/bin/true')
const failure = async (running: Promise<unknown>): Promise<Failure> =>
  running.then(
    () => {
      throw new Error('no failure')
    },
    (e: unknown) => {
      if (e instanceof Failure) return e
      throw e
    },
  )

function archive(...members: readonly string[]): Uint8Array {
  const dir = scratch()
  for (const member of members) {
    mkdirSync(join(dir, 'a', member, '..'), { recursive: true })
    copyFileSync('/bin/true', join(dir, 'a', member))
  }
  execFileSync('tar', ['-czf', join(dir, 'a.tar.gz'), '-C', join(dir, 'a'), '.'])
  return readFileSync(join(dir, 'a.tar.gz'))
}

interface Asset {
  readonly name: string
  readonly data: Uint8Array
  readonly digest?: string | null
  readonly size?: number
}

/**
 * Speaks the wire format of GitHub's releases API (docs.github.com/rest/releases), the download by redirect to another
 * host name.
 */
async function forge(
  assets: readonly Asset[],
): Promise<{ readonly baseUrl: string; readonly seen: IncomingMessage[] }> {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    const port = (server.address() as AddressInfo).port
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
    }
    const path = request.url ?? ''
    if (path === '/repos/saorsa/testnet/releases/tags/v1' || path === '/repos/saorsa/testnet/releases/latest') {
      return json(200, {
        id: 1,
        tag_name: 'v1',
        assets: assets.map((a, id) => ({
          id,
          name: a.name,
          size: a.size ?? a.data.length,
          content_type: 'application/octet-stream',
          state: 'uploaded',
          ...(a.digest === undefined ? {} : { digest: a.digest }),
        })),
      })
    }
    const id = /^\/repos\/saorsa\/testnet\/releases\/assets\/(\d+)$/.exec(path)?.[1]
    if (id !== undefined && request.headers.accept === 'application/octet-stream')
      return void response.writeHead(302, { location: `http://localhost:${port}/storage/${id}` }).end()
    const stored = assets[Number(/^\/storage\/(\d+)$/.exec(path)?.[1] ?? -1)]
    if (stored !== undefined)
      return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(stored.data)
    if (path.includes('/hang/')) return undefined
    return json(404, { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}
const options = (baseUrl: string, more: Partial<ReleaseOptions> = {}): ReleaseOptions => ({
  repository: 'saorsa/testnet',
  tag: 'v1',
  asset: 'testnet-peer',
  program: 'testnet-peer',
  baseUrl,
  timeoutMs: 10_000,
  signal: never,
  ...more,
})

test('an asset is fetched, and its stated digest checked', async () => {
  const { baseUrl, seen } = await forge([
    { name: 'other', data: new Uint8Array(3) },
    { name: 'testnet-peer', data: program, digest: `sha256:${sha256(program)}` },
  ])
  const got = await releaseAsset(options(baseUrl, { token: 'not-a-secret' }))
  expect([sha256(got.data), got.digest, got.tag]).toEqual([sha256(program), 'matched', 'v1'])
  expect(seen[0]?.headers.authorization).toContain('not-a-secret')
  expect(seen.find((r) => r.url?.startsWith('/storage/') === true)?.headers.authorization).toBeUndefined()
})

test('the newest release is asked by name, and its tag recorded', async () => {
  const { baseUrl } = await forge([{ name: 'testnet-peer', data: program, digest: null }])
  expect(await releaseAsset(options(baseUrl, { tag: 'latest' }))).toMatchObject({ digest: 'not stated', tag: 'v1' })
})

test.each([
  ['another digest', { digest: `sha256:${'0'.repeat(64)}` }, 'I315', 'is not what the release states'],
  ['another size', { size: program.length + 1 }, 'I315', `${program.length} of ${program.length + 1} bytes`],
  ['too large', { size: 2 ** 40 }, 'U303', 'at most'],
])('an asset with %s is refused', async (_, asset, code, words) => {
  const { baseUrl } = await forge([{ name: 'testnet-peer', data: program, ...asset }])
  expect((await failure(releaseAsset(options(baseUrl)))).facts).toMatchObject({
    code,
    message: expect.stringContaining(words),
  })
})

test.each([
  [{ asset: 'nothing' }, 'U303', 'has no asset nothing; it has testnet-peer'],
  [{ tag: 'v2' }, 'U303', 'there is no release saorsa/testnet v2'],
  [{ repository: 'saorsa' }, 'U303', 'owner/repository'],
  [{ repository: 'saorsa/hang', timeoutMs: 300 }, 'I316', 'not done in 0.3 s'],
])('%j is named', async (more, code, words) => {
  const { baseUrl } = await forge([{ name: 'testnet-peer', data: program }])
  expect((await failure(releaseAsset(options(baseUrl, more)))).facts).toMatchObject({
    code,
    message: expect.stringContaining(words),
  })
})

test('an archive gives its one member of that name', async () => {
  const { baseUrl } = await forge([{ name: 'x.tar.gz', data: archive('x86_64/testnet-peer', 'README') }])
  expect(sha256((await releaseAsset(options(baseUrl, { asset: 'x.tar.gz' }))).data)).toBe(sha256(program))
})

test.each([
  ['two of that name', () => archive('a/testnet-peer', 'b/testnet-peer'), 'holds 2 files'],
  ['none of that name', () => archive('README'), 'holds 0 files'],
  ['no gzip inside', () => Uint8Array.from([0x1f, 0x8b, 1, 2, 3]), 'cannot be unpacked'],
  ['a script', () => new TextEncoder().encode('#!/bin/sh\n'), 'neither an ELF program nor a .tar.gz'],
])('a given file with %s is refused', async (_, data, words) => {
  const path = join(scratch(), 'given')
  writeFileSync(path, data())
  expect((await failure(givenFile(path, 'testnet-peer', never))).facts).toMatchObject({
    kind: 'usage',
    code: 'U304',
    message: expect.stringContaining(words),
  })
})

test('a given program is taken as it is, and a missing one named', async () => {
  expect(sha256(await givenFile('/bin/true', 'testnet-peer', never))).toBe(sha256(program))
  expect((await failure(givenFile('/nonexistent/x', 'x', never))).facts).toMatchObject({
    code: 'U302',
    remedy: 'ls -l /nonexistent/x',
  })
})
