/** The one sandbox for programs of the project that run beside us: another user, its own processes, files and variables. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SandboxKind } from '../../domain/build.ts'
import { innerPlaces } from './policy.ts'
import {
  enclosed,
  findWay,
  innerUser,
  sandboxKind,
  removed,
  suffix,
  type Found,
  type SandboxLimits,
  type SandboxWay,
} from './way.ts'

export type { SandboxLimits, SandboxKind, SandboxWay }

/** A directory whose listed files are copied for the inner user: the directory itself is neither changed nor seen. */
export interface SourceCopy {
  readonly root: string
  /** Paths below it. */
  readonly files: readonly string[]
}

/** A folder that stands for the first source's `.git`, and git's objects. */
export interface GitView {
  readonly folder: string
  readonly objects: string
}

export interface SandboxOptions {
  /** Survives runs: the inner user's home and what a killed run left. One for each project, since its code writes there. */
  readonly folder: string
  /** Seen, never written. */
  readonly shown: readonly string[]
  /** The inner user's to write, at their own place. */
  readonly written: readonly string[]
  /** `folder`: for what stands for `.git`. */
  readonly source: (folder: string) => Promise<SourceCopy & { readonly git: GitView | null }>
  /** Already an allow-list. */
  readonly env: Readonly<Record<string, string>>
  /** What `env` lacks of our own places, for a machine without a sandbox. */
  readonly ours: Readonly<Record<string, string>>
  /** Instead of the first that works here. */
  readonly way?: SandboxWay
  readonly limits?: SandboxLimits
  /** Variables that it is given besides, and that stand on no command line. */
  readonly hidden?: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface Enclosure {
  readonly kind: SandboxKind
  /** Words before a program's own, and its whole environment. */
  readonly enclose: (
    cwd: string,
    more?: Readonly<Record<string, string>>,
  ) => { readonly within: readonly string[]; readonly env: Record<string, string> }
  /** From the next program on. */
  readonly addSource: (source: SourceCopy) => Promise<void>
  /** Where a file of a source is that a program inside wrote: untrusted, and gone after `close`. Null: not here. */
  readonly copyOf: (path: string) => { readonly file: string; readonly below: string } | null
  readonly close: () => Promise<void>
}

/** Where the machine has no way to enclose a program, it would run beside us, and `kind` says so. */
export async function openSandbox(options: SandboxOptions): Promise<Enclosure> {
  const found: Found =
    options.way === undefined
      ? await findWay(options.signal)
      : options.way === 'none'
        ? { way: 'none', why: 'none was wanted' }
        : { way: options.way }
  if (found.way === 'none') {
    for (const dir of options.written) await mkdir(dir, { recursive: true })
    return {
      kind: sandboxKind(found),
      enclose: (_, more) => ({ within: [], env: { ...options.ours, ...options.env, ...more } }),
      addSource: async () => undefined,
      copyOf: () => null,
      close: async () => undefined,
    }
  }
  const { way } = found
  const run = join(options.folder, `run-${process.pid}-${randomBytes(4).toString('hex')}`)
  await forgetOld(options.folder, way)
  await mkdir(run, { recursive: true })
  try {
    const first = await options.source(join(run, 'git'))
    const sources: string[] = []
    const addSource = async ({ root, files }: SourceCopy): Promise<void> => {
      await writeFile(join(run, `files-${sources.length}`), files.map((path) => `./${path}\0`).join(''))
      sources.push(root)
    }
    await addSource(first)
    const home = join(options.folder, `home${suffix(way)}`)
    await mkdir(home, { recursive: true })
    return {
      kind: sandboxKind(found),
      enclose: (cwd, more) => {
        const inner = [
          run,
          innerUser,
          way === 'namespace' ? 'unshare' : 'setpriv',
          // What lies in a source comes with it.
          options.shown.filter((dir) => !sources.some((root) => `${dir}/`.startsWith(`${root}/`))).join('\n'),
          options.written.join('\n'),
          home,
          sources.join('\n'),
          first.git?.folder ?? '',
          first.git?.objects ?? '',
          cwd,
        ]
        return enclosed(way, inner, { ...options.env, ...innerPlaces, ...more }, options)
      },
      addSource,
      copyOf: (path) => {
        const n = sources.findIndex((root) => path.startsWith(`${root}/`))
        const below = join(run, `source-${n}`)
        return n < 0 ? null : { file: join(below, path.slice((sources[n] ?? '').length + 1)), below }
      },
      close: () => removed(run, way),
    }
  } catch (error) {
    await removed(run, way)
    throw error
  }
}

/** The folder of this name for things that the sandbox writes, and how to take one of them away. */
export async function writtenFolder(
  folder: string,
  name: string,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly remove: (dir: string) => Promise<void> }> {
  const { way } = await findWay(signal)
  return {
    path: join(folder, `${name}${suffix(way)}`),
    remove: (dir) => removed(dir, way),
  }
}

/** Of runs whose process is gone. */
async function forgetOld(folder: string, way: Exclude<SandboxWay, 'none'>): Promise<void> {
  const runs = (await readdir(folder).catch(() => [])).filter((name) => /^run-\d+-/.test(name))
  await Promise.all(runs.filter((name) => !lives(Number(name.split('-')[1]))).map((n) => removed(join(folder, n), way)))
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
