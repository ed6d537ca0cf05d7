/**
 * What must never stand in a ledger that anybody may read: the secrets this run was given, in the forms they leak in,
 * and what is a secret by its look.
 */
import { canonical, type Entry } from './ledger.ts'

const looks: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z0-9 ]*PRIVATE KEY|PuTTY-User-Key-File-|b3BlbnNzaC1rZXktdjE/],
  ['a GitHub token', /gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}/],
  ['an AWS key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
]

/** What this text holds that is a secret by its look, in words. */
export const secretLooks = (text: string): readonly string[] =>
  looks.filter(([, look]) => look.test(text)).map(([name]) => name)

/** Shorter lines of a secret are words that stand everywhere. */
const shortest = 8

/** Every secret found, in words that do not repeat it; empty when clean. */
export function secretFaults(entry: Entry, secrets: readonly string[]): readonly string[] {
  // The chain's own digests are checked elsewhere, and hold any short text by chance.
  const { hash: _, prev: __, ...rest } = entry
  const text = canonical(rest)
  const said = stringsIn(rest)
  const whole = [text, ...said]
  const unbroken = [text, ...said.map((s) => s.replace(/\s+/g, ''))]
  const given = secrets.flatMap((secret, i) => {
    const what = `secret ${i + 1} of ${secrets.length}`
    if (plainForms(secret).some((f) => whole.some((t) => t.includes(f))))
      return [`the entry holds ${what}, or a line of it`]
    if (encodedForms(secret).some((f) => unbroken.some((t) => t.includes(f))))
      return [`the entry holds ${what} in base64`]
    return []
  })
  return [
    ...given,
    ...looks
      .filter(([, look]) => whole.some((t) => look.test(t)))
      .map(([name]) => `the entry holds what looks like ${name}`),
  ]
}

/** Whole secrets as they look, without crossing a quote: within JSON it stays JSON. */
const wholeLooks: readonly (readonly [string, string])[] = [
  [
    'a private key',
    String.raw`-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?:-----(?:[^"]{0,16384}?-----END [A-Z0-9 ]*PRIVATE KEY-----)?)?|PuTTY-User-Key-File-[^"]{0,16384}|b3BlbnNzaC1rZXktdjE[A-Za-z0-9+/=]*`,
  ],
  ['a GitHub token', 'gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}'],
  ['an AWS key', String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`],
]

export interface Redacted {
  readonly text: string
  /** What was taken out, in words that do not repeat it. */
  readonly found: readonly string[]
}

export const ofThisRun = 'a secret of this run'

/** Takes out of a text what was given, a line of it or its base64, and what looks like a secret. */
export function redactor(secrets: readonly string[]): (text: string) => Redacted {
  const given = secrets
    .flatMap((secret) => [...plainForms(secret), ...encodedForms(secret)])
    .filter((form) => form.length >= shortest)
    .toSorted((a, b) => b.length - a.length)
    .map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  const kinds: readonly (readonly [string, RegExp])[] = [
    ...wholeLooks.map(([what, look]) => [`what looks like ${what}`, new RegExp(look, 'g')] as const),
    ...(given.length === 0 ? [] : [[ofThisRun, new RegExp(given.join('|'), 'g')] as const]),
  ]
  return (text) => {
    const found: string[] = []
    let clean = text
    for (const [what, pattern] of kinds) {
      const next = clean.replace(pattern, '[taken out]')
      if (next !== clean) found.push(what)
      clean = next
    }
    return { text: clean, found }
  }
}

/** The same for every text in a value, names included. */
export function redactIn(value: unknown, redact: (text: string) => Redacted, found: (what: string) => void): unknown {
  if (typeof value === 'string') {
    const clean = redact(value)
    for (const what of clean.found) found(what)
    return clean.text
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => redactIn(one, redact, found))
  return Object.fromEntries(
    Object.entries(value).map(([k, v]) => [redactIn(k, redact, found), redactIn(v, redact, found)]),
  )
}

function plainForms(secret: string): readonly string[] {
  const lines = secret
    .split(/\r\n|\r|\n/)
    .map((l) => l.trim())
    .filter((l) => l.length >= shortest)
  const forms = [secret.trim(), ...lines].filter((f) => f !== '')
  // As a string within a JSON text it stands escaped.
  return [...forms, ...forms.map((f) => JSON.stringify(f).slice(1, -1))]
}

/**
 * base64 of a longer text that holds the secret depends on where it begins: three ways, without the characters that its
 * neighbours share.
 */
function encodedForms(secret: string): readonly string[] {
  return [secret, secret.trim()]
    .filter((s) => s !== '')
    .flatMap((s) =>
      [0, 1, 2].flatMap((before) => {
        const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(s, 'utf8')])
        const sure = Math.floor((bytes.length * 8) / 6)
        const form = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), sure)
        return [form, form.replaceAll('+', '-').replaceAll('/', '_')]
      }),
    )
    .filter((f) => f.length >= shortest)
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(stringsIn)
  return Object.entries(value).flatMap(([k, v]) => [k, ...stringsIn(v)])
}
