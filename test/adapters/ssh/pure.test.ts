/** The SSH side's decisions that need no socket. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import ssh2 from 'ssh2'
import { madeKey } from '../../made-key.ts'
import { describe, expect, it } from 'vitest'
import { addressesOf, proxyArgv, shareOf } from '../../../src/adapters/ssh/address.ts'
import { collector, lineSplitter, longestLine } from '../../../src/adapters/ssh/collect.ts'
import { clean, late, lost } from '../../../src/adapters/ssh/failures.ts'
import { envelope, framed } from '../../../src/adapters/ssh/envelope.ts'
import { algorithmsFor, fingerprint, hostKeyLine, isPinned, parseHostKey } from '../../../src/adapters/ssh/hostkey.ts'
import { parsePrivateKey, readPrivateKey } from '../../../src/adapters/ssh/key.ts'
import { shellLine } from '../../../src/adapters/ssh/line.ts'
import { mayRetry, pauseAfter } from '../../../src/adapters/ssh/retry.ts'
import { Failure, type FailureCode } from '../../../src/domain/failure.ts'

const ed25519 = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJGVkv3p8Zl4VBrqwNVAnKIIfuDqQp2Zj6dZ3m1p6q5r'

describe('host keys', () => {
  it('reads a pinned line with or without comment, and writes it again', () => {
    const key = parseHostKey(`${ed25519} root@saorsa-2`)
    expect(key?.type).toBe('ssh-ed25519')
    expect(key && hostKeyLine(key)).toBe(ed25519)
    expect(key && fingerprint(key.blob)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
  })
  it.each([
    '',
    'ssh-ed25519',
    'ssh-ed25519 !!!',
    'ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJGVkv3p8Zl4VBrqwNVAnKIIfuDqQp2Zj6dZ3m1p6q5r',
    'ssh-ed25519 AAAA',
    'ssh-ed25519 /////w==',
  ])('refuses %j', (line) => {
    expect(parseHostKey(line)).toBeUndefined()
  })
  it('agrees with ssh-keygen about the fingerprint', () => {
    // ssh-keygen -l of an all-zero ed25519 key.
    const blob = Buffer.concat([
      Buffer.from([0, 0, 0, 11]),
      Buffer.from('ssh-ed25519'),
      Buffer.from([0, 0, 0, 32]),
      Buffer.alloc(32),
    ])
    expect(fingerprint(blob)).toBe('SHA256:kmYcvdi2GkPeWxB6XLjrZB8JHsy2Hm8luHMFp9GMvqk')
  })
  it('knows a pinned key from one that differs in one byte or in length', () => {
    const key = parseHostKey(ed25519)
    if (key === undefined) throw new Error('no key')
    const flipped = Buffer.from(key.blob)
    flipped[40] = (flipped[40] ?? 0) ^ 1
    expect(isPinned(Buffer.from(key.blob), [key])).toBe(true)
    expect(isPinned(flipped, [key])).toBe(false)
    expect(isPinned(key.blob.subarray(0, 40), [key])).toBe(false)
    expect(isPinned(key.blob, [])).toBe(false)
  })
  it('asks only for the pinned types, RSA by its SHA-2 signatures', () => {
    const key = parseHostKey(ed25519)
    if (key === undefined) throw new Error('no key')
    expect(algorithmsFor([key])).toEqual(['ssh-ed25519'])
    expect(algorithmsFor([{ ...key, type: 'ssh-rsa' }, key])).toEqual(['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256'])
  })
})

describe('addresses', () => {
  it('puts the hostname first, and one address once', () => {
    expect(addressesOf({ host: 'a.example', ip: '192.0.2.1' })).toEqual(['a.example', '192.0.2.1'])
    expect(addressesOf({ host: '192.0.2.1', ip: '192.0.2.1' })).toEqual(['192.0.2.1'])
  })
  it('shares the time', () => {
    expect([shareOf(1000, 2), shareOf(500, 1), shareOf(-5, 1)]).toEqual([500, 500, 1])
  })
  it("fills in a proxy's words without splitting or filling twice", () => {
    expect(proxyArgv(['nc', '%h', 'x%%h:%p', '%r'], '%p; rm', 22, 'me')).toEqual(['nc', '%p; rm', 'x%h:22', 'me'])
  })
})

describe('retries', () => {
  const gone = lost('n', 'w', 'r', 'unknown')
  it('repeats lost transport of what may run twice, three tries in all', () => {
    expect([
      mayRetry(gone, 1, true),
      mayRetry(gone, 2, true),
      mayRetry(gone, 3, true),
      mayRetry(gone, 1, false),
    ]).toEqual([true, true, false, false])
    expect(pauseAfter(2)).toBeGreaterThan(pauseAfter(1))
  })
  it('never repeats a deadline, a refused key, another kind or a bug', () => {
    const of = (code: FailureCode): Failure => new Failure({ code, message: '' })
    for (const error of [late('n', 'w', 1), of('T005'), of('T009'), of('T010'), of('T011'), of('I130'), new Error('x')])
      expect(mayRetry(error, 1, true)).toBe(false)
  })
})

describe('output', () => {
  it('splits lines the same however the bytes arrive', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }).filter((l) => !l.includes('\n') && l.isWellFormed())),
        fc.array(fc.integer({ min: 1, max: 7 })),
        (list, cuts) => {
          const got: string[] = []
          const lines = lineSplitter((l) => got.push(l))
          const bytes = Buffer.from(list.map((l) => `${l}\n`).join(''))
          let at = 0
          for (const cut of cuts) {
            lines.add(bytes.subarray(at, at + cut))
            at += cut
          }
          lines.add(bytes.subarray(at))
          lines.end()
          expect(got).toEqual(list)
        },
      ),
    )
  })
  it('keeps no more of a line than the bound', () => {
    const got: number[] = []
    const lines = lineSplitter((l) => got.push(l.length))
    for (let i = 0; i < 100; i++) lines.add(Buffer.alloc(10_000, 'x'))
    lines.add(Buffer.from('\nshort'))
    lines.end()
    expect(got).toEqual([longestLine, 5])
  })
  it('says that it cut, exactly when it did', () => {
    const c = collector({ maxBytes: 4 })
    c.stdout(Buffer.from('abcd'))
    expect([c.out().toString(), c.truncated()]).toEqual(['abcd', false])
    c.stdout(Buffer.from('e'))
    expect([c.out().toString(), c.truncated()]).toEqual(['abcd', true])
  })
  it('hands on what stands between start and end, wherever the bytes are cut, and nothing else', async () => {
    const cases = [
      { text: 'motd exec T $$ $g T end 3\nhello T 77 77 77\nout\nT end 1\n', gives: 'out\nT end 1\n', leads: true },
      {
        text: 'motd\nT 77 66 55\nout, T end, T end 300 \nT end 65\nbye\n',
        gives: 'out, T end, T end 300 \n',
        code: 65,
      },
      { text: 'T 77 66 55\nno end', gives: 'no end' },
    ]
    for (const { text, gives, leads = false, code } of cases)
      for (let cut = 0; cut <= text.length; cut++) {
        let got = ''
        const frame = framed('T', (chunk) => {
          got += chunk.toString()
        })
        frame.add(Buffer.from(text.slice(0, cut)))
        frame.add(Buffer.from(text.slice(cut)))
        frame.end()
        expect([got, frame.code(), await frame.opened]).toEqual([gives, code, { group: leads ? 77 : 66, leads }])
      }
  })
  it('remembers what a shell said that never started anything', async () => {
    const frame = framed('T', () => {
      throw new Error('handed on')
    })
    frame.add(Buffer.from(`Welcome\n${'x'.repeat(5000)}`))
    frame.end()
    expect(await frame.opened).toBeUndefined()
    expect(frame.stray()).toMatch(/^Welcome\nx{392}$/)
  })
  it('writes an envelope without a character that login shells read differently', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const sent = envelope(text, 'T')
        expect(sent.replaceAll(/\\0[0-3][0-7]{2}/g, '')).toMatch(
          /^exec \/bin\/sh -c '[ -&(-[\]-~]*' sh(?: '[ -&(-[\]_`a-~]*')+$/,
        )
        expect(sent).not.toContain('!')
        expect(Math.max(...sent.split("'").map((w) => w.length))).toBeLessThanOrEqual(1000)
      }),
    )
  })
  it('starts programs by exec, and shell builtins without', () => {
    expect(shellLine({ kind: 'argv', why: '', idempotent: true, argv: ['ls', 'a b'] })).toBe(`exec ls 'a b'`)
    expect(shellLine({ kind: 'argv', why: '', idempotent: true, argv: ['command', '-v', 'zstd'] })).toBe(
      'command -v zstd',
    )
  })
  it('puts hostile text on one short line', () => {
    expect(clean('a\r\n\u001b[31mb\u202e  c')).toBe('a [31mb c')
    expect(clean('x'.repeat(1000))).toHaveLength(301)
  })
})

describe('private keys', () => {
  const { private: key, public: pub } = madeKey()
  const code = (text: string): unknown => {
    try {
      parsePrivateKey(text, 'id')
      return 'fine'
    } catch (error) {
      return error instanceof Failure ? `${error.facts.code} ${error.message}` : error
    }
  }

  it('forgives what pasting does: CRLF, a missing or doubled last newline', () => {
    const good = parsePrivateKey(key, 'id')
    expect(good.endsWith('-----\n')).toBe(true)
    for (const text of [key.replaceAll('\n', '\r\n'), key.trimEnd(), `${key}\n\n`])
      expect(parsePrivateKey(text, 'id')).toBe(good)
  })
  it('takes the one private key of a file that holds more', () => {
    const good = parsePrivateKey(key, 'id')
    const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
    for (const text of [
      `Bag Attributes\n    friendlyName: deploy\nKey Attributes: <No Attributes>\n${key}`,
      `${certificate}Bag Attributes\n${key}${certificate}`,
      `${key}\n# where it is from`,
    ])
      expect(parsePrivateKey(text, 'id')).toBe(good)
    expect(code(`${key}${key}`)).toMatch(/^U073 .*more than one/)
  })
  it('says what is wrong, and never shows the key', () => {
    const secret = key.split('\n')[2] ?? ''
    const { private: locked } = ssh2.utils.generateKeyPairSync('ed25519', {
      passphrase: 'p',
      cipher: 'aes256-ctr',
      rounds: 1,
    })
    const cases: readonly [string, RegExp][] = [
      [pub, /^U071 .*public key/],
      [locked, /^U072 .*passphrase/],
      ['', /^U073 .*empty/],
      ['hello', /^U073 .*no private key/],
      [key.replaceAll('\n', '\\n'), /^U073 .*line breaks/],
      [key.slice(0, 200), /^U073/],
      ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', /^U073 .*PKCS#8/],
    ]
    for (const [text, expected] of cases) {
      expect(code(text)).toMatch(expected)
      expect(code(text)).not.toContain(secret)
    }
  })
  it('reads a file as it is, and names a missing one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vps-test-key-'))
    try {
      await writeFile(join(dir, 'id'), key.trimEnd())
      expect(await readPrivateKey(join(dir, 'id'))).toBe(parsePrivateKey(key, 'id'))
      await expect(readPrivateKey(join(dir, 'none'))).rejects.toMatchObject({ facts: { code: 'U070', kind: 'usage' } })
    } finally {
      await rm(dir, { recursive: true })
    }
  })
})
