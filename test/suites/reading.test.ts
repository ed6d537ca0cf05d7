/** Hostile and broken texts from nodes: claims, records, and what the kernel says about a process. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readExitCode } from '../../src/suites/dialects/exit-code.ts'
import { readTestnetClaim } from '../../src/suites/dialects/testnet-jsonl.ts'
import { randomInt, events, randomHex } from '../../src/instruments/prober.ts'
import { parseProcess } from '../../src/instruments/process.ts'

const lines = (...values: readonly unknown[]): string =>
  values.map((v) => `${typeof v === 'string' ? v : JSON.stringify(v)}\n`).join('')

describe('JSON lines', () => {
  test('objects only; noise, lists, numbers and torn lines are dropped', () => {
    expect(events('log: hello\n{"a":1}\n[1]\n7\nnull\n"x"\n{"b":\n{"c":2}')).toEqual([{ a: 1 }, { c: 2 }])
  })
  test('no text breaks the readers', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.array(fc.json()).map((l) => l.join('\n')),
        ),
        (text) => {
          expect(readTestnetClaim(text, 0).success).toSatisfy((v) => v === null || typeof v === 'boolean')
          expect(parseProcess('n', 'u', text).proof).toBeNull()
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('a claim', () => {
  const connected = (method: string, ms = 10) => ({ event: 'connected', method, remote: '10.0.0.1:9', connect_ms: ms })
  test('is what the last result says; the method and address of the last connection', () => {
    expect(
      readTestnetClaim(
        lines('booting', connected('relayed', 5), connected('hole_punched', 9), {
          event: 'result',
          success: true,
          connect_ms: 5,
        }),
        0,
      ),
    ).toEqual({
      success: true,
      method: 'hole_punched',
      remote: '10.0.0.1:9',
      connectMs: 5,
      error: null,
      upgraded: true,
      exitCode: 0,
      lines: expect.any(Array),
    })
    expect(
      readTestnetClaim(
        lines({ event: 'result', success: true }, { event: 'result', success: false, error: 'timeout' }),
        1,
      ),
    ).toMatchObject({ success: false, error: 'timeout', exitCode: 1 })
  })
  test.each([
    ['nothing', '', { success: null, method: null, connectMs: null, upgraded: false }],
    ['an exit code 0 alone', 'done\n', { success: null }],
    ['a success that is no boolean', lines({ event: 'result', success: 'true' }), { success: null }],
    [
      'a method nobody knows',
      lines({ event: 'result', success: true, method: 'teleported' }),
      { success: true, method: null },
    ],
    ['a time that is none', '{"event":"result","success":true,"connect_ms":1e999}\n', { connectMs: null }],
    ['an address that is no text', lines({ event: 'connected', remote: { a: 1 } }), { remote: null }],
    ['direct from the start', lines(connected('direct'), connected('direct')), { upgraded: false }],
  ])('%s', (_, text, claim) => {
    expect(readTestnetClaim(text, 0)).toMatchObject(claim)
  })
  test('keeps a bounded number of bounded lines', () => {
    const { lines: kept } = readTestnetClaim(`${'x'.repeat(5000)}\n`.repeat(500), 0)
    expect([kept.length, Math.max(...kept.map((l) => l.length))]).toEqual([60, 1000])
  })
})

test('of a program that says nothing, how it ended is the claim', () => {
  expect(readExitCode('bye\n', 0)).toMatchObject({ success: true, error: null, method: null, lines: ['bye'] })
  expect(readExitCode('', 1)).toMatchObject({ success: false, error: 'exit 1' })
  expect(readExitCode('', null)).toMatchObject({ success: null, exitCode: null })
})

describe('what runs', () => {
  const exe = 'a'.repeat(64)
  const text = [
    'MainPID=4711',
    'NRestarts=2',
    'ActiveState=active',
    'SubState=running',
    'Result=success',
    'DropInPaths=/etc/systemd/system/peer.service.d/a.conf /run/b.conf',
    `UnitSha256=${'b'.repeat(64)} 1`,
    'BootId=11111111-2222-3333-4444-555555555555',
    'Clock=1700000000123 10000.23',
    `Exe=${exe}`,
    'Image=4198400.140721',
    'Lives=54.1234 none',
    'Network=net:[4026531840] net:[4026531840]',
    'StartTicks=1234 Hz=100 Btime=1699990000',
    'Uid:\t61234\t61234\t61234\t61234',
    'CapEff:\t0000000000000000',
    'Socket udp   UNCONN 0      0            0.0.0.0:9000       0.0.0.0:*    users:(("peer",pid=4711,fd=9))',
    'Socket udp   UNCONN 0      0               [::]:9000          [::]:*    users:(("peer",pid=4711,fd=10))',
    'Socket tcp   LISTEN 0      128        127.0.0.1:8080       0.0.0.0:*    users:(("peer",pid=4711,fd=11))',
    '',
  ].join('\n')
  test.each([
    ['net:[1] net:[2]', 'another'],
    ['net:[1] -', 'not-read'],
    ['net:[1] net:[1] net:[1]', 'not-read'],
    ['', 'not-read'],
  ])('its network, as the kernel names it: %j', (line, network) => {
    const odd = text.replace(/Network=.*/, `Network=${line}`).replace(/Lives=.*/, 'Lives=- $(reboot)')
    expect(parseProcess('n', 'peer', odd).proof).toMatchObject({ network, lives: { place: null, box: null } })
  })
  test('pid, binary, start, boot, user, capabilities and ports', () => {
    expect(parseProcess('n', 'peer', text)).toEqual({
      active: true,
      state: 'active/running (success)',
      unitState: 'active',
      restarts: 2,
      beforeStart: null,
      unitSha256: 'b'.repeat(64),
      ports: [
        { protocol: 'udp', port: 9000 },
        { protocol: 'udp', port: 9000 },
        { protocol: 'tcp', port: 8080 },
      ],
      proof: {
        node: 'n',
        unit: 'peer',
        pid: 4711,
        exeSha256: exe,
        image: '4198400.140721',
        startedAt: 1_699_990_000_000 + 12_340,
        bootId: '11111111-2222-3333-4444-555555555555',
        restarts: 2,
        unitFile: 'ours',
        dropIns: ['/etc/systemd/system/peer.service.d/a.conf', '/run/b.conf'],
        udpPorts: [9000],
        network: 'measured',
        lives: { place: '54.1234', box: 'none' },
        uid: 61234,
        capEff: '0000000000000000',
        version: '',
        clock: { wallMs: 1_700_000_000_123, uptimeMs: 10_000_230 },
      },
    })
  })
  test('what systemd could not do before it started the program', () => {
    const odd = (status: string) => parseProcess('n', 'peer', `ExecMainStatus=${status}\n`).beforeStart
    expect(['0', '1', '199', '203', '226', '244', 'x'].map(odd)).toEqual([
      null,
      null,
      null,
      '203/EXEC',
      '226/NAMESPACE',
      null,
      null,
    ])
  })
  test.each([
    ['a unit that is not active', text.replace('ActiveState=active', 'ActiveState=activating')],
    ['no process', text.replace('MainPID=4711', 'MainPID=0')],
    ['a process that went away meanwhile', text.replace(`Exe=${exe}`, 'Exe=')],
    ['a hash that is none', text.replace(exe, `${exe}0`)],
    ['no start', text.replace(/StartTicks.*/, '')],
  ])('%s is no proof', (_, odd) => {
    expect(parseProcess('n', 'peer', odd).proof).toBeNull()
  })
})

test('draws stay in their range and use the given randomness only', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), fc.nat(60_000), fc.nat(5000), (bytes, low, width) => {
      const world = { random: { bytes: (n: number) => bytes.slice(0, n) } }
      expect(randomInt(world, low, low + width)).toSatisfy(
        (v: number) => Number.isInteger(v) && v >= low && v <= low + width,
      )
      expect(randomHex(world, 6)).toBe(Buffer.from(bytes).toString('hex'))
    }),
  )
})
