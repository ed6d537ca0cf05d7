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
  /** No secret goes over the end of a line: where one has line breaks, JSON has another word for them. */
  function* cleaned(path: string, pieces: Iterable<string>): Generator<string> {
    for (const piece of pieces) yield Buffer.from(clean(path, piece)).toString('utf8')
  }
  return {
    files: {
      ...files,
      write: (path, data) =>
        files.write(
          path,
          typeof data === 'string' || data instanceof Uint8Array ? clean(path, data) : cleaned(path, data),
        ),
      append: (path, data) => files.append(path, Buffer.from(clean(path, data)).toString('utf8')),
    },
    conceal: <T>(value: T): T =>
      redactIn(value, ofText, (what) => {
        taken.add(`a value held ${what}`)
      }) as T,
    takenOut: () => [...taken],
  }
}
