/** What is taken out of a process's environment is gone for its children, and for whoever looks into /proc. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const file = join(import.meta.dirname, '../../src/adapters/own-environment.ts')
const script = (take: string): string => `
import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { takeEnvironment } from ${JSON.stringify(file)}
const env = ${take}
console.log(JSON.stringify({
  kept: env['INPUT_SSH-KEY'],
  here: process.env['INPUT_SSH-KEY'] ?? null,
  shown: readFileSync('/proc/self/environ', 'utf8'),
  child: execFileSync('env', { encoding: 'utf8' }),
}))
`
const said = (take: string) =>
  JSON.parse(
    execFileSync(process.execPath, ['--input-type=module-typescript', '-e', script(take)], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], 'INPUT_SSH-KEY': 'first line\nsecond line\n', OTHER: 'stays' },
    }),
  ) as { kept: string; here: string | null; shown: string; child: string }

test('an input stands in the environment of a process that does nothing about it', () => {
  const { shown, child } = said('process.env')
  expect(shown).toContain('second line')
  expect(child).toContain('second line')
})

test('an input that was taken is known, and in no environment', () => {
  const { kept, here, shown, child } = said('takeEnvironment(/^INPUT_/)')
  expect(kept).toBe('first line\nsecond line\n')
  expect(here).toBeNull()
  expect(shown).not.toContain('line')
  expect(shown).toContain('OTHER=stays')
  expect(child).not.toContain('line')
  expect(child).toContain('OTHER=stays')
})
