/** From the process's surroundings to the context that verbs work in. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { whoAmI } from '../adapters/system.ts'
import { terminal } from '../adapters/terminal.ts'
import type { Context } from './context.ts'

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly home: string
  /** Directory of the running entry: `src` or `dist`. */
  readonly directory: string
  readonly signal: AbortSignal
  readonly version: string
}

export function contextOf({ env, cwd, home, directory, signal, version }: Surroundings): Context {
  const program = (name: string): string | null => { const path = env[name]; return path !== undefined && path !== '' && existsSync(path) ? path : null }
  return {
    terminal: terminal(), signal, cwd, version, root: packageRoot(directory), who: whoAmI(),
    stateDir: env['VPS_TEST_HOME'] ?? join(home, '.vps-test'),
    cacheDir: env['VPS_TEST_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(home, '.cache'), 'vps-test'),
    probe: program('VPS_TEST_PROBE'), delayHelper: program('VPS_TEST_DELAY'),
  }
}

const packageRoot = (from: string): string => (existsSync(join(from, 'fleets')) || dirname(from) === from ? from : packageRoot(dirname(from)))
