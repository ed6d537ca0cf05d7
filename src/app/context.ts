/** What every verb needs from its surroundings: files of this package, the fleet, the profiles, where state lies. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Terminal } from '../adapters/terminal.ts'
import { quote } from '../commands/quote.ts'
import { checkShift } from '../domain/clock-shift.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet } from '../domain/fleet.ts'
import type { Writer } from '../domain/writer.ts'
import { parseFleet } from '../inputs/fleet.ts'
import { layoutOf, pathsOf } from '../lab/layout.ts'
import type { Clock, Ledger, SessionFolder } from '../ports.ts'
import type { Forge } from '../ports/forge.ts'
import type { Notifier } from '../ports/notifier.ts'
import { openWorld, type KeySource, type OpenWorld } from '../world.ts'
import { notingLog } from './progress-notes.ts'
import type { SessionStore } from './sessions.ts'
import type { Login } from '../domain/login.ts'

/** Made by the entry, the only place that reads the environment. */
export interface Context {
  readonly terminal: Terminal
  readonly signal: AbortSignal
  /** This package: fleets/, profiles/. */
  readonly root: string
  readonly cwd: string
  readonly sessions: SessionStore
  /** For what belongs to no session: surveys, diagnoses. */
  readonly scratch: string
  readonly cacheDir: string
  readonly probe: string | null
  readonly delayHelper: string | null
  readonly who: string
  readonly writer: Writer
  readonly clock: Clock
  /** Seconds by which a test moved the clock. */
  readonly clockShift: number
  /** The fleet that the environment names. */
  readonly fleet?: string
  /** Of vps-test itself. */
  readonly version: string
  /** The site that hosts the repository; null outside GitHub. */
  readonly forge: Forge | null
  /** The same of a ledger that was named by its URL, by a person's own token. */
  readonly remoteForge?: () => Promise<Forge | null>
  /** Where a session's folders are kept for others; absent: this machine is that place. */
  readonly keep?: (session: string, folder: string) => SessionFolder['storeArtifact']
  readonly github?: { readonly baseUrl?: string; readonly token?: string }
  /** How a key is given is the surface's to say; absent: by a flag. */
  readonly missingKey?: (fleet: string) => Failure
  /** What a build does where the project's code cannot be enclosed. */
  readonly unenclosed?: 'refuse' | 'build'
  /** Of this job: never to stand in evidence. */
  readonly secrets?: readonly string[]
  /** Ways to a person that this machine or job has set up; fails where one cannot be used. */
  readonly notify: () => Promise<readonly Notifier[]>
  /** Never to stand in what is told to people. */
  readonly notifySecrets: readonly string[]
  /** A person's own, for a ledger with `--remote`. */
  readonly login?: Login
}

export interface WorldWish {
  readonly fleet: Fleet
  readonly ledger: Ledger
  readonly session: string
  readonly folder: string
  readonly checkout?: string
  readonly key: KeySource | null
  readonly patienceMs?: number
}

/** A world in these surroundings. */
export function worldIn(c: Context, w: WorldWish): OpenWorld {
  checkShift(c.clockShift, w.fleet)
  return openWorld({
    fleet: w.fleet,
    ledger: w.ledger,
    folder: w.folder,
    checkout: w.checkout ?? c.cwd,
    key: w.key,
    // What belongs to no session is nobody's progress; nobody has another window on a runner, and what lies in the
    // folder there becomes an artifact.
    log: w.session === '' || c.writer.kind === 'run' ? c.terminal : notingLog(c.terminal, w.folder, c.clock, c.signal),
    signal: c.signal,
    version: c.version,
    probe: c.probe,
    cacheDir: c.cacheDir,
    writer: c.writer,
    clockShift: c.clockShift,
    ...(w.patienceMs === undefined ? {} : { patienceMs: w.patienceMs }),
    ...(c.keep === undefined ? {} : { keep: c.keep(w.session, w.folder) }),
    ...(c.github === undefined ? {} : { github: c.github }),
    ...(c.login === undefined ? {} : { login: c.login }),
    ...(c.secrets === undefined ? {} : { secrets: c.secrets }),
    ...(c.unenclosed === undefined ? {} : { unenclosed: c.unenclosed }),
  })
}

/** A world for a look at a fleet that leaves no session behind. */
export async function readOnlyWorld(c: Context, fleet: Fleet, key: KeySource | null): Promise<OpenWorld> {
  const none: Ledger = {
    sessions: async () => [],
    read: async () => [],
    all: async () => [],
    append: async () => undefined,
  }
  return worldIn(c, { fleet, ledger: none, session: '', folder: c.scratch, key })
}

export const keyFile = (path: string | undefined): KeySource | null =>
  path === undefined ? null : { kind: 'file', path }

/** Text of a file that a person wrote; the byte order mark is dropped. */
export const readInput = async (file: string, what: string): Promise<string> => {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw new Failure(
      {
        code: 'U032',
        message: `cannot read ${what} ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
        remedy: `ls -l ${quote(file)}`,
      },
      error,
    )
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    throw new Failure(
      {
        code: 'U032',
        message: `cannot read ${what} ${file}: it is ${utf16 ? 'written in UTF-16' : 'not written in UTF-8'}`,
        remedy: `iconv -f ${utf16 ? 'UTF-16' : 'ISO-8859-1'} -t UTF-8 ${quote(file)} -o ${quote(`${file}.utf8`)}`,
      },
      error,
    )
  }
}

export interface FleetFile {
  readonly fleet: Fleet
  readonly file: string
  readonly text: string
}

/** `lab` is the running lab's own file; another name is one of fleets/; anything with a slash or a dot is a path. */
export async function loadFleet(c: Context, name: string, labId?: string): Promise<FleetFile> {
  const file = fleetPath(c, name, labId)
  if (name === 'lab' && !existsSync(file))
    throw new Failure({
      code: 'U033',
      message: 'the lab is not up',
      remedy: `vps-test lab up${labId === undefined ? '' : ` --lab ${quote(labId)}`}`,
    })
  const text = await readInput(file, 'the fleet file')
  const fleet = parseFleet(text, file)
  return { fleet: fleet.name === name ? fleet : { ...fleet, reference: name }, file, text }
}

function fleetPath(c: Context, name: string, labId?: string): string {
  if (name === 'lab') return pathsOf(layoutOf(labId)).fleet
  return /[/.]/.test(name) ? resolve(c.cwd, name) : join(c.root, 'fleets', `${name}.yaml`)
}
