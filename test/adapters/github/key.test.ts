/** Keys as they come out of secrets: what can be read is read, and what is wrong is said without a byte of the key. */
import ssh2 from 'ssh2'
import { madeKey } from '../../made-key.ts'
import { describe, expect, test } from 'vitest'
import { parsePrivateKey } from '../../../src/adapters/ssh/key.ts'
import { Failure } from '../../../src/domain/failure.ts'

const { private: key, public: pub } = madeKey()
const { private: rsa } = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
const { private: locked } = ssh2.utils.generateKeyPairSync('ed25519', {
  passphrase: 'p',
  cipher: 'aes256-ctr',
  rounds: 1,
})
const ppk = (version: number, encryption: string): string =>
  `PuTTY-User-Key-File-${version}: ssh-rsa\nEncryption: ${encryption}\nComment: x\nPublic-Lines: 1\nAAAAB3NzaC1yc2E\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00\n`

describe('a key that pasting changed is the same key', () => {
  test.each<[string, (text: string) => string]>([
    ['as it is', (text) => text],
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['CR alone', (text) => text.replaceAll('\n', '\r')],
    ['without its last newline', (text) => text.trimEnd()],
    ['with three', (text) => `${text}\n\n`],
    ['trimmed, CRLF', (text) => text.replaceAll('\n', '\r\n').trim()],
    ['behind blank lines', (text) => `\n\r\n  \n${text}`],
    ['behind a byte order mark', (text) => `\ufeff${text}`],
    ['indented, as in YAML', (text) => text.replaceAll(/^(?=.)/gm, '    ')],
    ['with spaces behind each line', (text) => text.replaceAll('\n', ' \t\n')],
  ])('%s', (_, change) => {
    for (const one of [key, rsa]) expect(parsePrivateKey(change(one), 'in the input ssh-key')).toBe(`${one.trim()}\n`)
  })
})

describe('what is no usable key says why', () => {
  test.each<[string, string, RegExp]>([
    ['empty', ' \n', /^U073 .*is empty/],
    ['public', pub, /^U071 .*public key/],
    ['public, of OpenSSH in PEM', '---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----', /^U07[13]/],
    ['encrypted', locked, /^U072 .*passphrase/],
    ['the two characters \\n', key.replaceAll('\n', '\\n'), /^U073 .*two characters \\n/],
    ['spaces for line breaks', key.replaceAll('\n', ' '), /^U073 .*became spaces/],
    ['PuTTY 3', ppk(3, 'none'), /^U073 .*PuTTY's format.*puttygen/],
    ['PuTTY 2', ppk(2, 'none'), /^U073 .*PuTTY's format/],
    ['PuTTY, encrypted', ppk(2, 'aes256-cbc'), /^U07[23]/],
    ['base64 of a key', Buffer.from(key).toString('base64'), /^U073 .*base64/],
    ['in quotes', `"${key.trim()}"`, /^U073 .*quotation mark/],
    ['two keys', key + rsa, /^U073 .*more than one/],
    ['cut off', key.slice(0, -40), /^U073 .*cut off/],
    ['without its first line', key.split('\n').slice(1).join('\n'), /^U073 .*no private key/],
    ['PKCS#8', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', /^U073 .*PKCS#8/],
    ['the path of a key', '~/.ssh/id_ed25519', /^U073 .*no private key/],
  ])('%s', (_, text, expected) => {
    let said = 'accepted'
    try {
      parsePrivateKey(text, 'in the input ssh-key')
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      said = `${error.facts.code} ${error.facts.message} ${error.facts.remedy ?? ''}`
    }
    expect(said).toMatch(expected)
    expect(said).toContain('the SSH key in the input ssh-key')
    for (const line of key.split('\n').slice(1, -2)) expect(said).not.toContain(line.slice(0, 20))
  })
})
