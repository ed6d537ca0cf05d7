/** What a build is, what is written down about it, and what follows from its result (spec §4 BUILD). */
import type { BuildFault } from './cargo-failure.ts'
import type { BuildError } from './cargo-messages.ts'
import type { ElfInfo } from './elf.ts'

export type BuildMethod = 'zigbuild' | 'native' | 'file' | 'release'

/** Versions as the programs themselves say them; null for what was not used. */
export interface Toolchain {
  readonly rustc: string
  readonly cargo: string
  readonly zigbuild: string | null
  readonly zig: string | null
}

/** What the project's code could see and do while it was compiled. */
export type SandboxKind =
  /** A user who owns nothing of ours, with its own processes, files and variables. */
  | { readonly kind: 'another user' }
  /** Our own user by number, with its own processes, files and variables. */
  | { readonly kind: 'user namespace' }
  | { readonly kind: 'none'; readonly why: string }

export interface Built {
  readonly kind: 'built'
  readonly path: string
  readonly sha256: string
  readonly bytes: number
  readonly source: 'zigbuild' | 'native'
  readonly toolchain: Toolchain
  /** The oldest glibc it was linked against; null where the host's own was taken. */
  readonly glibc: string | null
  readonly argv: readonly string[]
  readonly seconds: number
  /** Where the workspace begins that cargo built, and where it wrote; absent where another machine built. */
  readonly here?: { readonly cargoRoot: string; readonly targetDir: string; readonly enclosed: boolean }
  /** Null: nothing of the project ran here. */
  readonly sandbox: SandboxKind | null
}
export interface BuildFailed {
  readonly kind: 'failed'
  readonly reason: BuildFault
  readonly errors: readonly BuildError[]
  readonly message: string
}
export type BuildResult = Built | BuildFailed

/** What git knows of the directory that was built. */
export type SourceInfo =
  | { readonly kind: 'none'; readonly why: string }
  | {
      readonly kind: 'git'
      readonly root: string
      /** The built directory within the repository, without slashes at its ends; empty for the root. */
      readonly subdir: string
      readonly commit: string
      /** Id of the built directory's tree in that commit; null where the commit does not hold it. */
      readonly tree: string | null
      readonly subject: string
      /** Unix seconds, committer's clock. */
      readonly time: number
      /** null where HEAD is detached. */
      readonly branch: string | null
      /** Uncommitted changes anywhere in the repository; null when clean. `paths` is capped, `count` is not. */
      readonly dirty: { readonly count: number; readonly paths: readonly string[]; readonly digest: string } | null
    }

/**
 * One text for one state of a source: the commit, and a digest of what is not committed. Null where git knows nothing.
 */
export const revisionOf = (source: SourceInfo): string | null =>
  source.kind === 'none'
    ? null
    : source.dirty === null
      ? source.commit
      : `${source.commit}+${source.dirty.digest.slice(0, 12)}`

/** What a build read besides its commit. `paths` is capped, `count` is not. */
export interface Uncommitted {
  readonly count: number
  readonly paths: readonly string[]
  readonly digest: string
}

/** The ledger's account of the binary under test. */
export interface BuildRecord {
  readonly source: BuildMethod
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly elf: ElfInfo
  /** Commit and dirtiness of a build; where a given file or a release asset came from otherwise. */
  readonly from:
    | SourceInfo
    | { readonly kind: 'file'; readonly path: string }
    | {
        readonly kind: 'release'
        readonly repository: string
        readonly tag: string
        readonly asset: string
        readonly digest: 'matched' | 'not stated'
      }
  /** Read by the build and held by no commit: ignored files, files outside the repository, a lock file just made. */
  readonly uncommitted: Uncommitted | null
  readonly toolchain: Toolchain | null
  readonly glibc: string | null
  readonly argv: readonly string[]
  readonly seconds: number
  /** Null: nothing of the project ran on the orchestrator's machine. */
  readonly sandbox: SandboxKind | null
  /** Ways that were tried before and did not make a binary. */
  readonly before: readonly { readonly source: BuildMethod; readonly reason: BuildFault; readonly message: string }[]
}

/**
 * What to do with the result of zigbuild: another toolchain cures neither the project's own errors nor a wrong command.
 */
export function afterZigbuild(result: BuildResult): 'use' | 'native' | 'fail' {
  if (result.kind === 'built') return 'use'
  return result.reason === 'toolchain' ? 'native' : 'fail'
}
