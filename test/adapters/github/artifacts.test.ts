/**
 * The official artifact client against the results service and the REST API on loopback, and archives that mean harm.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { openArtifacts as Open, ArtifactOptions } from '../../../src/adapters/github/artifacts.ts'
import { Failure } from '../../../src/domain/failure.ts'
import { type GithubApi, startGithubApi } from '../../loopback/github-api.ts'
import { type ResultsService, startResultsService } from '../../loopback/results-service.ts'
import { zip } from '../../loopback/zip.ts'

const repository = 'saorsa-labs/saorsa-testnet'
let results: ResultsService
let api: GithubApi
let openArtifacts: typeof Open
let place: string
let run = 100

beforeAll(async () => {
  // The library tells the runner every step.
  vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
  results = await startResultsService()
  api = await startGithubApi({ repository, artifacts: results })
  vi.stubEnv('ACTIONS_RESULTS_URL', `${results.url}/`)
  vi.stubEnv('GITHUB_SERVER_URL', 'https://github.com')
  vi.stubEnv('GITHUB_WORKSPACE', tmpdir())
  // The official package reads this once, when it is first imported.
  vi.stubEnv('GITHUB_API_URL', api.url)
  ;({ openArtifacts } = await import('../../../src/adapters/github/artifacts.ts'))
})
afterAll(async () => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
  await Promise.all([results.close(), api.close()])
  if (api.faults().length > 0) throw new Error(api.faults().join('\n'))
})
beforeEach(() => {
  run += 1
  vi.stubEnv('ACTIONS_RUNTIME_TOKEN', results.token(String(run)))
  place = mkdtempSync(join(tmpdir(), 'vps-test-artifacts-'))
  return () => rmSync(place, { recursive: true, force: true })
})

const store = (more: Partial<ArtifactOptions> = {}) =>
  openArtifacts({
    repository,
    token: api.tokens.writer,
    run: String(run),
    signal: new AbortController().signal,
    ...more,
  })
const files = (all: Readonly<Record<string, string | Uint8Array>>): readonly string[] =>
  Object.entries(all).map(([path, data]) => {
    const file = join(place, 'from', path)
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, data)
    return file
  })
const failed = async (promise: Promise<unknown>): Promise<string> => {
  const error: unknown = await promise.then(
    () => undefined,
    (e: unknown) => e,
  )
  if (!(error instanceof Failure)) throw new Error(`no failure but ${String(error)}`)
  return `${error.facts.code} ${error.facts.message}`
}

describe('upload and download', () => {
  test('of this run: files, digest, link; the newest first', async () => {
    const big = randomBytes(20 << 20)
    const made = await store().upload(
      'vps-test-evidence-s1',
      join(place, 'from'),
      files({ 'a.txt': 'one', 'deep/b.bin': big, empty: '' }),
    )
    expect(made).toMatchObject({
      name: 'vps-test-evidence-s1',
      url: `https://github.com/${repository}/actions/runs/${run}/artifacts/${made.id}`,
    })
    const second = await store().upload('vps-test-report-s1', join(place, 'from'), files({ 'a.txt': 'one' }))
    expect(await store().list()).toMatchObject([
      { id: second.id, name: 'vps-test-report-s1' },
      { id: made.id, name: 'vps-test-evidence-s1', bytes: made.bytes, digest: made.digest },
    ])
    await store().download(made.id, join(place, 'to'))
    expect(readFileSync(join(place, 'to/a.txt'), 'utf8')).toBe('one')
    expect(readFileSync(join(place, 'to/deep/b.bin')).equals(big)).toBe(true)
    expect(readFileSync(join(place, 'to/empty'), 'utf8')).toBe('')
  }, 60_000)

  test('of another run, by the REST API', async () => {
    const made = await store().upload('vps-test-evidence', join(place, 'from'), files({ 'a.txt': 'one' }))
    const other = store({ run: '9' })
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', results.token('9'))
    expect(await failed(other.download(made.id, join(place, 'to')))).toMatch(/^I462 run 9 has no artifact/)
    await other.download(made.id, join(place, 'to'), { run: String(run), attempt: 1 })
    expect(readFileSync(join(place, 'to/a.txt'), 'utf8')).toBe('one')
  })

  test('of an earlier attempt of this run, which the runtime service does not show', async () => {
    const made = await store().upload('vps-test-evidence-1', join(place, 'from'), files({ 'a.txt': 'one' }))
    vi.stubEnv('ACTIONS_RUNTIME_TOKEN', results.token(String(run), 'job', 2))
    const again = store({ attempt: 2 })
    expect(await again.list()).toEqual([])
    expect(await failed(again.download(made.id, join(place, 'to'), { run: String(run), attempt: 2 }))).toMatch(/^I462 /)
    await again.download(made.id, join(place, 'to'), { run: String(run), attempt: 1 })
    expect(readFileSync(join(place, 'to/a.txt'), 'utf8')).toBe('one')
    // What this attempt kept itself is its own to give, whoever is said to have kept it.
    const own = await again.upload('vps-test-evidence-2', join(place, 'from'), files({ 'a.txt': 'two' }))
    await again.download(own.id, join(place, 'own'), { run: String(run), attempt: 1 })
    expect(readFileSync(join(place, 'own/a.txt'), 'utf8')).toBe('two')
  })

  test('a name is given once', async () => {
    const all = files({ 'a.txt': 'one' })
    await store().upload('vps-test-evidence', join(place, 'from'), all)
    expect(await failed(store().upload('vps-test-evidence', join(place, 'from'), all))).toMatch(/^I461 .*never changed/)
  })

  test.each([
    '',
    ' x',
    'a/b',
    'a\\b',
    'a:b',
    'a"b',
    'a*',
    'a?',
    'a<b',
    'a>b',
    'a|b',
    'a\rb',
    'a\nb',
    'a\u0007b',
    'x'.repeat(256),
  ])('%j is no name', async (name) => {
    expect(await failed(store().upload(name, join(place, 'from'), files({ 'a.txt': 'x' })))).toMatch(/^H460/)
    expect(results.artifacts(String(run))).toEqual([])
  })

  test('files outside the root, or of names that some systems cannot hold, are our own mistake', async () => {
    files({ 'a.txt': 'x' })
    expect(await failed(store().upload('x', join(place, 'from'), [join(place, 'secret')]))).toMatch(/^H462/)
    expect(await failed(store().upload('x', join(place, 'from'), files({ 'a:b': 'x' })))).toMatch(/^H462/)
    expect(await failed(store().upload('x', join(place, 'from'), []))).toMatch(/^H461/)
  })

  test('what the service does not take is a failure, not a hang', async () => {
    results.trouble('CreateArtifact', 400, 1)
    expect(await failed(store().upload('x', join(place, 'from'), files({ 'a.txt': 'x' })))).toMatch(/^I460/)
    results.trouble('CreateArtifact', 503, 9)
    expect(await failed(store({ timeoutMs: 200 }).upload('x', join(place, 'from'), files({ 'a.txt': 'x' })))).toMatch(
      /^I460 .*not done in 0\.2 s/,
    )
  })
})

describe('an artifact that means harm', () => {
  const planted = async (archive: Buffer, digest?: string, more: Partial<ArtifactOptions> = {}): Promise<string> => {
    const { id } = results.plant(String(run), 'vps-test-report', archive, digest)
    return failed(store(more).download(id, join(place, 'to')))
  }
  const nothing = (): void => {
    expect(existsSync(join(place, 'to')) ? readdirSync(join(place, 'to')) : []).toEqual([])
    expect(readdirSync(place).filter((n) => n !== 'to')).toEqual([])
  }

  test.each(['../escaped', 'a/../../escaped', '/etc/escaped', 'a/./b', 'a//b', '..\\escaped', '..', 'c\0d'])(
    'a path like %j',
    async (path) => {
      expect(
        await planted(
          zip([
            { path: 'first', data: 'x' },
            { path, data: 'x' },
          ]),
        ),
      ).toMatch(/^I463 .*leads out of its folder/)
      nothing()
    },
  )

  test('a link, and a file through it', async () => {
    expect(
      await planted(
        zip([
          { path: 'way', data: '/tmp', mode: 0o120777 },
          { path: 'way/escaped', data: 'x' },
        ]),
      ),
    ).toMatch(/^I463 .*is a link/)
    nothing()
  })

  test('a link that lies there already is not written through', async () => {
    mkdirSync(join(place, 'to'))
    symlinkSync(join(place, 'escaped'), join(place, 'to/a.txt'))
    expect(await planted(zip([{ path: 'a.txt', data: 'x' }]))).toMatch(/^I463/)
    expect(existsSync(join(place, 'escaped'))).toBe(false)
  })

  test('the same name twice', async () =>
    expect(
      await planted(
        zip([
          { path: 'a', data: '1' },
          { path: 'a', data: '2' },
        ]),
      ),
    ).toMatch(/^I463 .*twice/))

  test('more bytes than are allowed, said and unsaid', async () => {
    const limits = { files: 10, bytes: 1 << 20 }
    expect(await planted(zip([{ path: 'a', data: Buffer.alloc(2 << 20) }]), undefined, { limits })).toMatch(
      /^I463 .*1048576 are allowed/,
    )
    expect(
      await failed(
        store({ limits }).download(
          results.plant(String(run), 'vps-test-other', zip([{ path: 'a', data: Buffer.alloc(2 << 20), claims: 5 }])).id,
          join(place, 'to'),
        ),
      ),
    ).toMatch(/^I463 .*more than 1048576/)
  })

  test('more files than are allowed', async () => {
    expect(
      await planted(zip(Array.from({ length: 11 }, (_, n) => ({ path: `f${n}`, data: '' }))), undefined, {
        limits: { files: 10, bytes: 1 << 20 },
      }),
    ).toMatch(/^I463 .*holds 11 files/)
    nothing()
  })

  test('one file with more bytes than one may have, said and unsaid', async () => {
    const limits = { files: 10, bytes: 1 << 20, each: 1000 }
    const fits = { path: 'fits', data: Buffer.alloc(1000) }
    expect(await planted(zip([fits, { path: 'a', data: Buffer.alloc(1001) }]), undefined, { limits })).toMatch(
      /^I463 .*a has 1001 bytes; 1000 are allowed/,
    )
    expect(
      await failed(
        store({ limits }).download(
          results.plant(String(run), 'vps-test-other', zip([fits, { path: 'a', data: Buffer.alloc(1001), claims: 5 }]))
            .id,
          join(place, 'to'),
        ),
      ),
    ).toMatch(/^I463 .*a has more than 1000 bytes/)
  })

  test('more bytes packed than are allowed: it is not fetched', async () => {
    expect(
      await planted(zip([{ path: 'a', data: randomBytes(5000) }]), undefined, { limits: { files: 10, bytes: 4000 } }),
    ).toMatch(/^I466 .*; 4000 are allowed/)
    nothing()
  })

  test('not what was uploaded', async () =>
    expect(await planted(zip([{ path: 'a', data: '1' }]), `sha256:${'0'.repeat(64)}`)).toMatch(
      /^I464 .*instead of 0000/,
    ))

  test.each(['##[error]pwned', 'vps-test-x ##[stop-commands]y', 'vps-test-é', 'report'])(
    'a name like %j: nothing of it reaches the log',
    async (name) => {
      const said: string[] = []
      vi.mocked(process.stdout.write).mockImplementation((line) => {
        said.push(String(line))
        return true
      })
      const { id } = results.plant(String(run), name, zip([{ path: 'a', data: '1' }]))
      const own = await failed(store().download(id, join(place, 'to')))
      vi.stubEnv('ACTIONS_RUNTIME_TOKEN', results.token('9'))
      expect([
        own,
        await failed(store({ run: '9' }).download(id, join(place, 'to2'), { run: String(run), attempt: 1 })),
      ]).toEqual(Array(2).fill(expect.stringMatching(/^I465 .*none of ours/)))
      expect(said.filter((line) => line.includes(name) && !line.startsWith('::debug::'))).toEqual([])
      nothing()
    },
  )

  test.each([
    ['no zip', Buffer.from('hello')],
    ['an end alone', Buffer.from(`PK\x05\x06${'\xff'.repeat(18)}`, 'latin1')],
    ['a cut one', zip([{ path: 'a', data: 'x'.repeat(100) }]).subarray(30)],
  ])('%s', async (_, archive) => {
    expect(await planted(archive)).toMatch(/^I463/)
    nothing()
  })
})
