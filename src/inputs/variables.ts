/** Lines `NAME=value`, as one secret holds several: what is none is refused without being repeated. */
import { Failure } from '../domain/failure.ts'

export function parseLines(text: string, what: string): Readonly<Record<string, string>> {
  const lines = text
    .split('\n')
    .map((line, i) => ({ line: line.trim(), number: i + 1 }))
    .filter(({ line }) => line !== '' && !line.startsWith('#'))
  const bad = lines.filter(({ line }) => !/^[A-Z][A-Z0-9_]*=/.test(line)).map(({ number }) => number)
  if (bad.length > 0)
    throw new Failure({
      code: 'U092',
      message: `line ${bad.join(', ')} of ${what} is no NAME=value`,
    })
  return Object.fromEntries(
    lines.map(({ line }) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}
