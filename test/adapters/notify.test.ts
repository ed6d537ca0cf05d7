/** Each way to a person against a loopback server that takes what the service's own documentation says it takes. */
import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { channelsOf } from '../../src/adapters/notify/channels.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Notification } from '../../src/domain/notifications/events.ts'
import { post } from '../../src/adapters/notify/post.ts'
import { announcer, deliver, deliveriesNear } from '../../src/app/notifications.ts'
import { usualWishes } from '../../src/domain/notifications/wishes.ts'
import { memorySessions } from '../kit/context.ts'
import { story } from '../kit/session.ts'
import { shiftedClock } from '../../src/adapters/system.ts'

interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
let server: Server
let at = ''
let asked: Asked[] = []
let answer: (response: ServerResponse, n: number) => void
let folder = ''

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method = '', url = '', headers } = request
      asked.push({ method, url, headers, body: Buffer.concat(parts).toString('utf8') })
      answer(response, asked.length)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(join(tmpdir(), 'notify-'))
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(() => {
  asked = []
  answer = (response) => response.writeHead(204).end()
})

const note: Notification = {
  event: 'test_fail',
  project: 'p',
  session: 'p-20261126-190000-1f3a',
  seq: 7,
  at: 1,
  state: 'FIX',
  line: 'p: *failed* <!channel> & @everyone direct 3/4.',
}
const sent = async (env: Record<string, string>) => {
  const [channel = expect.fail('no channel')] = await channelsOf(env)
  return channel.send(note, { folder, signal: new AbortController().signal })
}
const code = async (env: Record<string, string>): Promise<string> => {
  try {
    await channelsOf(env)
    return 'none'
  } catch (error) {
    return error instanceof Failure ? error.facts.code : String(error)
  }
}

describe('what each service is sent', () => {
  test('Slack: text without markup, its three signs escaped', async () => {
    answer = (response) => response.writeHead(200).end('ok')
    expect(await sent({ VPS_TEST_SLACK_WEBHOOK: `${at}/services/T/B/x` })).toEqual({ kind: 'delivered' })
    expect([asked[0]?.method, asked[0]?.url, asked[0]?.headers['content-type']]).toEqual([
      'POST',
      '/services/T/B/x',
      'application/json',
    ])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      text: 'p: *failed* &lt;!channel&gt; &amp; @everyone direct 3/4.',
      mrkdwn: false,
    })
  })
  test('Discord: content that calls nobody', async () => {
    await sent({ VPS_TEST_DISCORD_WEBHOOK: `${at}/api/webhooks/1/x` })
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      content: 'p\\: \\*failed\\* <!channel\\> & \\@everyone direct 3/4.',
      allowed_mentions: { parse: [] },
      flags: 4,
    })
  })
  test('Matrix: an event of its own transaction, the same for the same notification', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"event_id":"$1"}')
    const room = {
      VPS_TEST_MATRIX_HOMESERVER: at,
      VPS_TEST_MATRIX_ROOM: '!a/b:example.org',
      VPS_TEST_MATRIX_TOKEN: 'syt_x',
    }
    await sent(room)
    await sent(room)
    expect([asked[0]?.method, asked[0]?.headers.authorization]).toEqual(['PUT', 'Bearer syt_x'])
    expect(asked[0]?.url).toMatch(
      /^\/_matrix\/client\/v3\/rooms\/!a%2Fb%3Aexample\.org\/send\/m\.room\.message\/vps-test-[0-9a-f]{32}$/,
    )
    expect(asked[1]?.url).toBe(asked[0]?.url)
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ msgtype: 'm.notice', body: note.line })
  })
  test('a webhook: the notification, signed over its bytes', async () => {
    await sent({ VPS_TEST_WEBHOOK_URL: `${at}/hook`, VPS_TEST_WEBHOOK_SECRET: 's3cret' })
    const { headers = {}, body = '' } = asked[0] ?? {}
    expect(headers['x-vps-test-signature-256']).toBe(
      `sha256=${createHmac('sha256', 's3cret').update(body).digest('hex')}`,
    )
    expect(headers['x-vps-test-event']).toBe('test_fail')
    expect(JSON.parse(body)).toEqual({ source: 'vps-test', ...note })
  })
  test('ElevenLabs: the line as text, and the audio is kept', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(Buffer.from([0xff, 0xfb, 1]))
    const env = { ELEVENLABS_API_KEY: 'k', VPS_TEST_ELEVENLABS_API: at, VPS_TEST_ELEVENLABS_VOICE: 'v/1' }
    expect(await sent(env)).toEqual({ kind: 'delivered', file: 'voice/7-test_fail.mp3' })
    expect([asked[0]?.url, asked[0]?.headers['xi-api-key']]).toEqual([
      '/v1/text-to-speech/v%2F1?output_format=mp3_44100_128',
      'k',
    ])
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({ text: note.line, model_id: 'eleven_multilingual_v2' })
    expect([...readFileSync(join(folder, 'voice/7-test_fail.mp3'))]).toEqual([0xff, 0xfb, 1])
  })
  test('ElevenLabs: an answer that is no audio is none', async () => {
    answer = (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>')
    const env = { ELEVENLABS_API_KEY: 'k', VPS_TEST_ELEVENLABS_API: at }
    expect(await sent(env)).toMatchObject({ kind: 'failed', againMs: null })
  })
  test('a program of the person: the line as an argument, the rest as JSON on stdin, nothing of our secrets', async () => {
    const program = join(folder, 'hook')
    const seen = join(folder, 'seen')
    writeFileSync(program, `#!/bin/sh\nprintf '%s|' "$1" "$VPS_TEST_EVENT" >${seen}; cat >>${seen}; env >>${seen}\n`, {
      mode: 0o755,
    })
    const env = { VPS_TEST_NOTIFY_COMMAND: program, PATH: '/usr/bin:/bin', GH_TOKEN: 'hidden', HOME: folder }
    expect(await sent(env)).toEqual({ kind: 'delivered' })
    const text = readFileSync(seen, 'utf8')
    expect(text.startsWith(`${note.line}|test_fail|${JSON.stringify(note)}\n`)).toBe(true)
    expect(text).not.toContain('hidden')
  })
  test('a program that fails, and one that is not there', async () => {
    expect(await sent({ VPS_TEST_NOTIFY_COMMAND: '/bin/false' })).toMatchObject({
      kind: 'failed',
      why: '/bin/false: exit 1',
    })
    expect(await sent({ VPS_TEST_NOTIFY_COMMAND: join(folder, 'absent') })).toMatchObject({ kind: 'failed' })
  })
})

describe('a service that does not take it', () => {
  const slack = () => sent({ VPS_TEST_SLACK_WEBHOOK: `${at}/services/secret` })
  test.each<readonly [number, Record<string, string>, number | null]>([
    [500, {}, 1000],
    [429, { 'retry-after': '2' }, 2000],
    [429, { 'retry-after': '3600' }, 5000],
    [404, {}, null],
    [302, { location: 'http://127.0.0.1:9/' }, null],
  ])('answers %i', async (status, headers, againMs) => {
    answer = (response) => response.writeHead(status, headers).end()
    expect(await slack()).toEqual({ kind: 'failed', why: `127.0.0.1 answered ${status}`, againMs })
  })
  test('hangs up, and the address (which is a key) is in no word of ours', async () => {
    answer = (response) => response.destroy()
    const told = await slack()
    expect(told).toMatchObject({ kind: 'failed', againMs: 1000 })
    expect(JSON.stringify(told)).not.toContain('secret')
  })
})

test('a request that cannot be made says nothing of its headers and its address', async () => {
  const signal = new AbortController().signal
  const ask = (url: string, key: string) =>
    post(
      { method: 'POST', url: new URL(url), headers: { authorization: `Bearer ${key}` }, body: '' },
      signal,
      async () => 1,
    )
  for (const told of [await ask('https://me:hunter2@localhost/services', 'x'), await ask(at, 'hunter2 …')])
    expect(told).toEqual({
      kind: 'failed',
      why: expect.stringMatching(/^\S+ cannot be asked: TypeError$/),
      againMs: 1000,
    })
})

describe('what cannot be used is refused', () => {
  test.each<readonly [string, Record<string, string>]>([
    ['an address that is none', { VPS_TEST_SLACK_WEBHOOK: 'slack' }],
    ['an address without TLS', { VPS_TEST_WEBHOOK_URL: 'http://example.org/' }],
    ['an address with a password', { VPS_TEST_WEBHOOK_URL: 'https://me:hunter2@example.org/' }],
    ['a room without a token', { VPS_TEST_MATRIX_HOMESERVER: 'https://example.org', VPS_TEST_MATRIX_ROOM: '!a:b' }],
    ['a desktop without its program', { VPS_TEST_NOTIFY_DESKTOP: '1', PATH: '/nowhere' }],
  ])('%s', async (_, env) => expect(await code(env)).toBe('U092'))
  test('nothing set is no fault', async () => expect(await channelsOf({})).toEqual([]))
})

describe('a delivery', () => {
  const told: string[] = []
  const telling = async (secrets: readonly string[] = []) => ({
    channels: await channelsOf({ VPS_TEST_SLACK_WEBHOOK: `${at}/services/x` }),
    clock: { ...shiftedClock(0), sleep: async () => undefined },
    log: {
      info: () => undefined,
      progress: () => undefined,
      warn: (line: string) => {
        told.push(line)
      },
    },
    secrets,
  })
  test('is tried again, recorded, and not repeated', async () => {
    answer = (response, n) => response.writeHead(n === 1 ? 503 : 200).end('ok')
    const place = join(folder, 'sessions', 'a')
    await deliver(await telling(), place, [note], usualWishes)
    await deliver(await telling(), place, [note], usualWishes)
    expect(asked).toHaveLength(2)
    expect((await deliveriesNear(place)).map((d) => d.outcome)).toEqual([
      { kind: 'delivered', tries: 2 },
      { kind: 'silent', why: 'it went out before' },
    ])
    expect(readdirSync(place)).toEqual(['notifications.jsonl'])
  })
  test('that fails three times is told, and fails nothing', async () => {
    answer = (response) => response.writeHead(500).end()
    const [made] = await deliver(await telling(), join(folder, 'other', 'b'), [note], usualWishes)
    expect(made?.outcome).toEqual({ kind: 'failed', why: '127.0.0.1 answered 500', tries: 3 })
    expect(told.at(-1)).toBe('slack was not told: 127.0.0.1 answered 500')
  })
  test('holds no secret of this run', async () => {
    const line = 'p stopped: cannot log in with hunter2-hunter2'
    await deliver(await telling(['hunter2-hunter2']), join(folder, 'third', 'c'), [{ ...note, line }], usualWishes)
    expect(asked[0]?.body).toContain('cannot log in with [taken out]')
    const why = 'hunter2-hunter2: exit 1'
    const failing = { channel: 'command', send: async () => ({ kind: 'failed', why, againMs: null }) as const }
    const place = join(folder, 'fourth', 'd')
    await deliver({ ...(await telling(['hunter2-hunter2'])), channels: [failing] }, place, [note], usualWishes)
    expect(readFileSync(join(place, 'notifications.jsonl'), 'utf8')).toContain('"why":"[taken out]: exit 1"')
  })
})

test('a person who leaves waits for no receiver that is silent', async () => {
  const entries = story(['begin', 'confirmed'])
  const leave = new AbortController()
  const mute = {
    channel: 'slack',
    send: async () => {
      leave.abort()
      return new Promise<never>(() => undefined)
    },
  }
  const log = { info: () => undefined, progress: () => undefined, warn: () => undefined }
  const announced = announcer({ channels: [mute], clock: shiftedClock(0), log, secrets: [] })
  const sessions = announced.over(memorySessions(join(folder, 'fifth'), { p: { s: entries } }))
  await (await sessions.ledgerOf('p')).append('s', entries[1] ?? expect.fail('no entry'))
  const began = performance.now()
  await announced.settle(leave.signal)
  expect(performance.now() - began).toBeLessThan(5000)
})
