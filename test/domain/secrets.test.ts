/** Secrets are found in every form in which they get into an entry, and never repeated. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Entry } from '../../src/domain/ledger.ts'
import { foreignEntry } from '../kit/session.ts'
import { redactIn, redactor, secretFaults } from '../../src/domain/secrets.ts'

const holding = (facts: object, why = 'because'): Entry => foreignEntry([], { at: 1, why, facts })
const key =
  '-----BEGIN SOMETHING-----\nMIIBVAIBADANBgkq"hkiG9w\\0BAQEFAASCAT4w\r\nshort\nggE6AgEAAkEAq7BFUpkGp3+LQmlQ\n-----END SOMETHING-----\n'
const b64 = (text: string): string => Buffer.from(text).toString('base64')

describe('what was given is found', () => {
  const cases: readonly (readonly [string, Entry])[] = [
    ['whole', holding({ a: key })],
    ['without its last newline, within more', holding({ a: `x${key.trim()}y` })],
    ['one line of it', holding({ a: { b: ['> ggE6AgEAAkEAq7BFUpkGp3+LQmlQ <'] } })],
    ['a line with a quote and a backslash', holding({ a: 'MIIBVAIBADANBgkq"hkiG9w\\0BAQEFAASCAT4w' })],
    ['escaped within JSON within a string', holding({ a: JSON.stringify({ deep: key }) })],
    ['as a name', holding({ 'ggE6AgEAAkEAq7BFUpkGp3+LQmlQ': 1 })],
    ['in the sentence', holding({}, 'ggE6AgEAAkEAq7BFUpkGp3+LQmlQ')],
    ['base64', holding({ a: b64(key) })],
    ['base64 over several lines', holding({ a: b64(key).replace(/.{20}/g, '$&\n') })],
    ['base64 behind something', holding({ a: b64(`user:${key}`) })],
    ['base64url', holding({ a: Buffer.from(`x${key}`).toString('base64url') })],
  ]
  test.each(cases)('%s', (_, entry) => {
    const faults = secretFaults(entry, ['something else', key])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toContain('secret 2 of 2')
    expect(faults.join()).not.toMatch(/MIIB|ggE6|hkiG/)
  })
  test('escaped within JSON, with no other line to know it by', () => {
    expect(secretFaults(holding({ a: JSON.stringify({ b: 'pa"ss\\word' }) }), ['pa"ss\\word'])).toHaveLength(1)
  })
  test('a number too', () => {
    expect(secretFaults(holding({ pin: 90125567 }), ['90125567'])).toHaveLength(1)
  })
  test('wherever it stands in base64 of more', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 12, maxLength: 40 }).filter((s) => s.trim().length >= 12),
        fc.string(),
        fc.string(),
        (secret, before, after) => secretFaults(holding({ a: b64(before + secret + after) }), [secret]).length > 0,
      ),
    )
  })
})

test('what looks like a secret is found without being given', () => {
  const looks = [
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY-----',
    `b3BlbnNzaC1rZXktdjEAAAAA`,
    `ghp_${'a1'.repeat(18)}`,
    `ghs_${'a1'.repeat(18)}`,
    `github_pat_${'a1_'.repeat(20)}`,
    `AKIA${'A2'.repeat(8)}`,
  ]
  for (const look of looks) {
    const faults = secretFaults(holding({ a: [`it said ${look}.`] }), [])
    expect(faults).toHaveLength(1)
    expect(faults[0]).not.toContain(look)
  }
})

describe('what is none passes', () => {
  const clean = holding({
    digest: 'a'.repeat(64),
    key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG',
    pub: '-----BEGIN PUBLIC KEY-----',
    text: 'short, ghp_short, 名前',
  })
  test('an ordinary entry', () => {
    expect(secretFaults(clean, [key, 'hunter2hunter2'])).toEqual([])
  })
  test('an empty secret is none, and short lines of one are words', () => {
    expect(secretFaults(clean, ['', ' \n', `short\n${'x'.repeat(30)}`])).toEqual([])
  })
  test('the digests of the chain hold any short text by chance', () => {
    expect(secretFaults(clean, [clean.hash.slice(0, 4)])).toEqual([])
  })
})

describe('what is found is taken out of evidence', () => {
  const pem = `-----BEGIN OPENSSH PRIVATE KEY-----\n${'b3BlbnNzaC1r'.repeat(9)}\n-----END OPENSSH PRIVATE KEY-----`
  test.each([
    ['a line of what was given', 'before ggE6AgEAAkEAq7BFUpkGp3+LQmlQ after', 'before [taken out] after'],
    ['its base64', `before ${b64('ggE6AgEAAkEAq7BFUpkGp3+LQmlQ')} after`, undefined],
    ['a key by its look', `before ${pem} after`, 'before [taken out] after'],
    ['a token by its look', `before ghp_${'a'.repeat(36)} after`, 'before [taken out] after'],
    ['nothing', 'before 0123456789abcdef after', 'before 0123456789abcdef after'],
  ])('%s', (what, text, expected) => {
    const { text: clean, found } = redactor([key, 'ggE6AgEAAkEAq7BFUpkGp3+LQmlQ'])(text)
    if (expected !== undefined) expect(clean).toBe(expected)
    expect(found.length).toBe(what === 'nothing' ? 0 : 1)
    expect(clean).not.toMatch(/ggE6|b3BlbnNza|ghp_a/)
    expect(clean).toMatch(/^before .* after$/)
  })
  test('a line of JSON stays JSON', () => {
    const line = JSON.stringify({ a: `x ${pem}`, b: ['y', pem], c: 'z' })
    expect(JSON.parse(redactor([])(line).text)).toEqual({ a: 'x [taken out]', b: ['y', '[taken out]'], c: 'z' })
  })
  test('in every text of a value, and nothing else of it changes', () => {
    const found: string[] = []
    const value = { n: 1, none: null, list: [{ [`ghp_${'a'.repeat(36)}`]: pem }], said: 'words' }
    expect(redactIn(value, redactor([]), (what) => found.push(what))).toEqual({
      n: 1,
      none: null,
      list: [{ '[taken out]': '[taken out]' }],
      said: 'words',
    })
    expect(found.length).toBe(2)
  })
})
