/** From the process's surroundings to the context that verbs work in. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { channelsOf, notifySecrets } from '../adapters/notify/channels.ts'
import { shiftedClock, thisProcess, whoAmI } from '../adapters/system.ts'
import { terminal } from '../adapters/terminal.ts'
import { apiOf } from '../domain/login.ts'
import { messageOf } from '../domain/text.ts'
import type { Context } from './context.ts'
import { announcer, type Announcer } from './notifications.ts'
import { localSessions } from './sessions.ts'

export { takeEnvironment } from '../adapters/own-environment.ts'

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
  const program = (name: string): string | null => {
    const path = env[name]
    return path !== undefined && path !== '' && existsSync(path) ? path : null
  }
  const state = env['VPS_TEST_HOME'] || join(home, '.vps-test')
  const shift = shiftOf(env['VPS_TEST_CLOCK_SHIFT_SECONDS'])
  return {
    terminal: terminal(),
    signal,
    cwd,
    version,
    root: packageRoot(directory),
    who: whoAmI(),
    writer: thisProcess(),
    clock: shiftedClock(shift),
    clockShift: shift,
    sessions: localSessions(state),
    scratch: join(state, '_nodes'),
    forge: null,
    cacheDir: env['VPS_TEST_CACHE'] || join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'vps-test'),
    probe: program('VPS_TEST_PROBE'),
    delayHelper: program('VPS_TEST_DELAY'),
    ...(env['VPS_TEST_FLEET'] ? { fleet: env['VPS_TEST_FLEET'] } : {}),
    notify: () => channelsOf(env),
    notifySecrets: secretsIn(env),
    ...loginOf(env),
  }
}

/** What no program that we start is to find in our environment. */
export const hiddenEnvironment = new RegExp(`^(?:${notifySecrets.join('|')})$`)

/** A way that cannot be used is told, and keeps no run from being done. */
export async function openAnnouncer(c: Context): Promise<Announcer> {
  const telling = { clock: c.clock, log: c.terminal, secrets: c.notifySecrets }
  try {
    return announcer({ ...telling, channels: await c.notify() })
  } catch (error) {
    c.terminal.warn(`nobody is notified: ${messageOf(error)}`)
    return announcer({ ...telling, channels: [] })
  }
}

const secretsIn = (env: Surroundings['env']): readonly string[] =>
  [...notifySecrets, 'GH_TOKEN', 'GITHUB_TOKEN'].map((name) => env[name] ?? '').filter((value) => value !== '')

/** As `gh` names it. */
const loginOf = (env: Surroundings['env']): Pick<Context, 'login'> => {
  const token = env['GH_TOKEN'] || env['GITHUB_TOKEN']
  const server = env['GITHUB_SERVER_URL'] || 'https://github.com'
  return token === undefined || token === ''
    ? {}
    : { login: { token, server, api: env['GITHUB_API_URL'] || apiOf(server) } }
}

/** What is no number is refused where the clock is used, with every fleet: a wait must not end by a typing error. */
const shiftOf = (text: string | undefined): number => {
  const n = Number(text ?? '0')
  return Number.isFinite(n) ? n : Number.NaN
}

const packageRoot = (from: string): string =>
  existsSync(join(from, 'fleets')) || dirname(from) === from ? from : packageRoot(dirname(from))
