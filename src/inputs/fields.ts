/** The kinds of value that input files share: each with the words a fault is told in. */
import * as z from 'zod'
import { mostPayloadBytes } from '../domain/profile.ts'

const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** One line of text without control characters. */
export const textField = z
  .string()
  .min(1, { error: 'must not be empty', abort: true })
  .max(1000, 'must not be longer than 1000 characters')
  .refine((t) => !control.test(t), 'must not hold control characters')

/** Text that may have several lines, such as a shell command. */
export const shellText = z
  .string()
  .trim()
  .min(1, { error: 'must not be empty', abort: true })
  .max(10_000, 'must not be longer than 10000 characters')
  .refine((t) => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(t), 'must not hold control characters')

const like = (pattern: RegExp, what: string) => z.string().regex(pattern, `must be ${what}: ${pattern.source}`)

export const nodeName = like(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a node name')
export const projectName = like(/^[a-z][a-z0-9-]*$/, 'a project name').max(63, 'must not be longer than 63 characters')
/** RFC 1123 §2.1, or an address. */
export const hostName = z
  .string()
  .refine(
    (t) =>
      /^(?=.{1,253}\.?$)[A-Za-z0-9][A-Za-z0-9-]{0,62}(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62})*\.?$/.test(t) ||
      z.ipv6().safeParse(t).success,
    'must be a host name or an address',
  )
export const userName = like(/^[a-z_][a-z0-9_-]{0,31}$/, 'a user name')
export const objectName = like(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'a container or namespace name')
export const fileName = like(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, 'a file name')
export const identifier = like(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name')
/**
 * systemd.unit(5), without `.service`, which is taken off. The name is also that of the state directory and of the user,
 * where `:`, `%`, `\\` and `@` mean something else, and where a user of that name would be taken.
 */
export const unitName = z
  .string()
  .transform((t) => t.replace(/\.service$/, ''))
  .refine(
    (t) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(t) && !/^(?:root|nobody)$/.test(t),
    'must be a systemd unit name of letters, digits, _ . - (with others, systemd reads another directory or instance), and no user of the system',
  )

/** A path that stays below the directory it is taken from. */
export const pathBelow = textField
  .refine(
    (t) => !t.startsWith('/') && !t.startsWith('~') && !t.startsWith('-') && !t.split('/').includes('..'),
    'must be a path below the repository: not absolute, without ".."',
  )
  .transform((t) => t.replace(/^(?:\.\/+)+(?=.)/, '').replace(/(?<=.)\/+$/, ''))

export const port = z.int().min(1).max(65535)
/** 0: the service binds a port of its own choice. */
export const servicePort = z.int().min(0).max(65535)
export const percentField = z.number().min(0).max(100)
export const seconds = (least: number, most: number) => z.number().min(least).max(most)
export const count = z.int().min(1)
/** Of a payload: whoever judges makes it again. */
export const payloadBytes = count.max(mostPayloadBytes)

export const ip = z
  .string()
  .refine((t) => z.ipv4().safeParse(t).success || z.ipv6().safeParse(t).success, 'must be an IPv4 or IPv6 address')

export const httpUrl = textField
  .refine((t) => {
    const url = URL.parse(t)
    return (
      url !== null &&
      /^https?:$/.test(url.protocol) &&
      url.username === '' &&
      url.password === '' &&
      url.search === '' &&
      url.hash === ''
    )
  }, 'must be an http or https URL without user, query or fragment')
  .transform((t) => t.replace(/\/+$/, ''))

export const hostAndPort = z.string().refine((t) => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(t)
  return (
    match !== null &&
    Number(match[3]) >= 1 &&
    Number(match[3]) <= 65535 &&
    (match[1] === undefined ? hostName.safeParse(match[2]).success : z.ipv6().safeParse(match[1]).success)
  )
}, 'must be host:port')

const keyTypes = [
  'ssh-ed25519',
  'ssh-rsa',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]

/** `<type> <base64>`, the blob naming the same type in its first field (RFC 4253 §6.6). */
export const hostKey = z.string().superRefine((t, context) => {
  const [type = '', blob = '', ...rest] = t.split(' ')
  const bytes = Buffer.from(blob, 'base64')
  const inside = bytes.length > 4 ? bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1') : ''
  if (!keyTypes.includes(type))
    context.addIssue(`must be a host key "<type> <base64>" of type ${keyTypes.slice(0, 5).join(', ')}`)
  else if (rest.length > 0 || blob === '' || bytes.toString('base64') !== blob)
    context.addIssue('must be a host key "<type> <base64>" with nothing after it, and valid base64')
  else if (inside !== type || bytes.length < 4 + type.length + 4 + 32) context.addIssue(`the key is no ${type} key`)
})

export const argv = z.array(textField).min(1)

/** A map, before any schema has looked at it. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A map that must have exactly one of its keys: how the files write a tagged union. */
export const taggedUnion = <S extends z.ZodRawShape>(shape: S) =>
  z
    .strictObject(shape)
    .partial()
    .refine(
      (v) => Object.values(v).filter((x) => x !== undefined).length === 1,
      `must have exactly one of ${Object.keys(shape).join(', ')}`,
    )
