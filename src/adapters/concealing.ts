/** Searches what is written into a session's evidence for secrets, and takes them out before anything is sealed. */
import { redactIn, redactor } from '../domain/secrets.ts'
import type { Concealer, Files } from '../ports.ts'

/** Evidence is text: a log, JSON, lines of JSON. Byte for byte the same where nothing was found. */
export function concealing(files: Files, secrets: readonly string[]): { readonly files: Files } & Concealer {
  const redact = redactor(secrets.map((s) => Buffer.from(s, 'utf8').toString('latin1')))
  const ofText = redactor(secrets)
  const taken = new Set<string>()
  const clean = (path: string, data: string | Uint8Array): string | Uint8Array => {
    if (!/(?:^|\/)evidence\//.test(path)) return data
    const { text, found } = redact(Buffer.from(data).toString('latin1'))
    for (const what of found) taken.add(`${path.slice(path.indexOf('evidence/'))} held ${what}`)
    return found.length === 0 ? data : Buffer.from(text, 'latin1')
  }
  return {
    files: {
      ...files,
      write: (path, data) => files.write(path, clean(path, data)),
      append: (path, data) => files.append(path, Buffer.from(clean(path, data)).toString('utf8')),
    },
    conceal: <T>(value: T): T =>
      redactIn(value, ofText, (what) => {
        taken.add(`a value held ${what}`)
      }) as T,
    takenOut: () => [...taken],
  }
}
