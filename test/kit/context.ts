/** Surroundings of a verb without a terminal, a forge, or a way to a person. */
import type { Context } from '../../src/app/context.ts'
import type { SessionStore } from '../../src/app/sessions.ts'
import { runWriter } from './session.ts'

export interface QuietContext {
  readonly dir: string
  readonly sessions: SessionStore
  /** Gets whatever is told to the person, results and messages alike. */
  readonly say: (text: string) => void
  readonly now: () => number
}

export const quietContext = ({ dir, sessions, say, now }: QuietContext): Context => ({
  terminal: {
    info: say,
    warn: say,
    print: say,
    progress: () => undefined,
    interactive: false,
    columns: () => null,
    stripe: (_, text) => text,
    palette: { good: String, bad: String, warn: String, dim: String },
  },
  signal: AbortSignal.timeout(60_000),
  root: dir,
  cwd: dir,
  sessions,
  notify: async () => [],
  notifySecrets: [],
  scratch: dir,
  cacheDir: dir,
  probe: null,
  delayHelper: null,
  who: 'me',
  writer: runWriter('1'),
  clock: { now, monotonic: now, sleep: async () => undefined },
  clockShift: 0,
  version: '0',
  forge: null,
})
