/**
 * The real command line as a process, from the bundle of this tree, without a terminal, in a home of the test's own.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { reachedVerb } from '../kit/reached.ts'

export const root = join(import.meta.dirname, '../..')
export interface Told {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export const scratch = mkdtempSync(join(tmpdir(), 'verbs-'))
export const clean = (): void => {
  rmSync(scratch, { recursive: true, force: true })
}
export const home = join(scratch, 'home')

export const cli = (...args: readonly string[]): Promise<Told> => cliWith({}, ...args)

export async function cliWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Told> {
  const child = spawn(process.execPath, [join(inject('bundle'), 'cli.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 120_000,
    env: {
      PATH: process.env['PATH'],
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
      HOME: scratch,
      VPS_TEST_HOME: home,
      VPS_TEST_CACHE: join(scratch, 'cache'),
      ...env,
    },
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (d: Buffer) => {
    text.stdout += d.toString()
  })
  child.stderr.on('data', (d: Buffer) => {
    text.stderr += d.toString()
  })
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', resolve)
  })
  reachedVerb(args, code)
  return { code, ...text }
}
