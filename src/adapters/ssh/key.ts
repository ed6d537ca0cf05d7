/** The private key as ssh2 wants it, and errors that say what is wrong without showing a byte of it. */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import { clean } from './failures.ts'

/** Reads the key file (`~/` is the home directory). Failures: U070 unreadable, and those of {@link parsePrivateKey}. */
export async function readPrivateKey(path: string): Promise<string> {
  const file = path.startsWith('~/') ? join(homedir(), path.slice(2)) : path
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw bad(
      'U070',
      file,
      `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
      `ls -l ${clean(file)}`,
    )
  }
  return parsePrivateKey(text, file)
}

/**
 * Checks and normalises: CRLF, a missing last newline, blank lines, indentation and a byte order mark are what pasting
 * does to keys. `origin` names the file or input. Failures: U071 public, U072 encrypted, U073 no key.
 */
export function parsePrivateKey(text: string, origin: string): string {
  // No line of a key begins or ends with a space that means something; the mark at the start is one for trim().
  const key = `${privatePart(
    text
      .trim()
      .split(/\r\n?|\n/)
      .map((line) => line.trim())
      .join('\n'),
  )}\n`
  if (text.trim() === '') throw bad('U073', origin, 'is empty')
  if (/^-----BEGIN [A-Z0-9 ]+-----.*\\n/.test(key))
    throw bad(
      'U073',
      origin,
      'holds a key whose line breaks became the two characters \\n: paste it with real line breaks',
    )
  const parsed = ssh2.utils.parseKey(key)
  if (parsed instanceof Error) {
    // ssh2's messages name formats, never contents; still none is passed on.
    if (/encrypted|passphrase/i.test(parsed.message))
      throw bad(
        'U072',
        origin,
        'is encrypted with a passphrase, and nobody is there to type it: use a key of its own for this, without one',
        `ssh-keygen -t ed25519 -N '' -f vps-test-key`,
      )
    if (key.startsWith('-----BEGIN PRIVATE KEY-----'))
      throw bad(
        'U073',
        origin,
        'is in PKCS#8 format, which is not read here',
        `ssh-keygen -p -N '' -f ${origin.includes(' ') ? 'vps-test-key' : clean(origin)}`,
      )
    throw guess(key, origin)
  }
  if (!parsed.isPrivateKey())
    throw bad('U071', origin, 'holds a public key; the private one is needed (the file without .pub)')
  return key
}

/** The one private key of a file that holds more: attributes in front, as PKCS#12 is exported, certificates behind. */
function privatePart(text: string): string {
  const parts = [...text.matchAll(/^-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----\n[\s\S]*?\n-----END \1-----$/gm)]
  return parts.length === 1 ? (parts[0]?.[0] ?? text) : text
}

/** What people do to keys on the way into a secret, told by the form alone. */
function guess(key: string, origin: string): Failure {
  if (key.startsWith('PuTTY-User-Key-File-'))
    return bad('U073', origin, "is in PuTTY's format", 'puttygen key.ppk -O private-openssh -o key')
  if (/^LS0tLS1CRUdJTi/.test(key)) return bad('U073', origin, 'is a key in base64: give the key itself')
  if (/^["']/.test(key)) return bad('U073', origin, 'begins with a quotation mark: give the key without it')
  if ((key.match(/-----BEGIN /g)?.length ?? 0) > 1) return bad('U073', origin, 'holds more than one key')
  if (/^-----BEGIN [A-Z0-9 ]+-----[ \t]*[A-Za-z0-9+/]/.test(key))
    return bad('U073', origin, 'holds a key whose line breaks became spaces: paste it with real line breaks')
  if (/^-----BEGIN /.test(key) && !/\n-----END [A-Z0-9 ]+-----\n$/.test(key))
    return bad(
      'U073',
      origin,
      'holds a key that is cut off, or has something behind it: its last line must be the one with END',
    )
  return bad('U073', origin, 'holds no private key in OpenSSH or PEM format')
}

const bad = (code: FailureCode, origin: string, what: string, remedy?: string): Failure =>
  new Failure({
    code,
    message: `the SSH key ${clean(origin)} ${what}`,
    ...(remedy === undefined ? {} : { remedy }),
  })
