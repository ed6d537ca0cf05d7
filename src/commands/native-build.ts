/**
 * The native build on the build host: check its tools, receive one commit, build it, read the result (spec §4 BUILD).
 */
import type { Command } from './command.ts'
import { raw, sh } from './quote.ts'

/** The bundle's only ref. */
export const bundleRef = 'refs/heads/vps-test-build'
/** Exit code when another build of this project holds the host's lock (EX_TEMPFAIL). */
export const busyExit = 75
/** Exit code of timeout(1) when the build took too long. */
export const lateExit = 124

export const hostTools = ['git', 'cargo', 'rustc', 'timeout', 'flock', 'sha256sum'] as const

/** Layout: ~/.cache/vps-test/build/<project>/{src,target,lock}; src is fresh for each commit, target survives. */
const base = (project: string): string =>
  `"\${XDG_CACHE_HOME:-$HOME/.cache}"/vps-test/build/${project.replaceAll(/[^A-Za-z0-9_-]/g, '_')}`
/** rustup's cargo is on PATH in login shells only. */
const cargoPath = raw('if [ -r "$HOME/.cargo/env" ]; then . "$HOME/.cargo/env" >/dev/null; fi')
const lock = raw(`exec 9>"$base/lock"; flock -n 9 || exit ${busyExit}`)

/** The host's own git settings change neither what is checked out nor what counts as changed. */
const gitAlone = raw(
  'export LC_ALL=C GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_REPLACE_OBJECTS=1 GIT_TERMINAL_PROMPT=0',
)
/** An older git knows no other format than SHA-1, and not the option. */
const formatOf = (commit: string): readonly string[] => (commit.length === 64 ? ['--object-format=sha256'] : [])

/** Prints `<tool> <version>` for each tool that is there. */
export const checkHost: Command = {
  kind: 'script',
  why: 'build tools of the build host',
  idempotent: true,
  text: sh`
    ${cargoPath}
    for tool in ${hostTools}; do
      if command -v "$tool" >/dev/null 2>&1; then echo "$tool $("$tool" --version 2>&1 | head -n 1)"; fi
    done
    exit 0`,
}

/** Versions by tool, as each says it itself. */
export function readTools(stdout: string): ReadonlyMap<string, string> {
  const known = new Set<string>(hostTools)
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const [tool = '', ...version] = line.split(' ')
      return known.has(tool) ? [[tool, version.join(' ').trim().slice(0, 200)] as const] : []
    }),
  )
}

/**
 * Reads a bundle from stdin. The commit is declared shallow before it is fetched, since its parents did not travel.
 * Not idempotent: a second try would need the stream again.
 */
export const receiveCommit = (project: string, commit: string): Command => ({
  kind: 'script',
  why: `receive commit ${commit.slice(0, 12)}`,
  idempotent: false,
  text: sh`
    set -eu; umask 077; ${gitAlone}
    base=${raw(base(project))}; mkdir -p "$base"; ${lock}
    rm -rf "$base/src"; git init --quiet --template= ${formatOf(commit)} "$base/src"; cd "$base/src"
    cat > .git/commit.bundle; echo ${commit} > .git/shallow
    git fetch --quiet .git/commit.bundle ${bundleRef}
    git -c core.hooksPath=/dev/null checkout --quiet --detach ${commit}
    rm -f .git/commit.bundle; git rev-parse HEAD`,
})

export interface NativeBuild {
  readonly project: string
  readonly commit: string
  /** Cargo workspace within the repository; empty for its root. */
  readonly subdir: string
  /** `cargo build …`; without target directory. */
  readonly argv: readonly string[]
  /** The host stops the build itself, in case the connection is gone by then. */
  readonly seconds: number
}

/** Cargo's JSON messages on stdout. Exits 66 when the checkout is not the commit, unchanged. */
export const buildCommit = (b: NativeBuild): Command => ({
  kind: 'script',
  why: `native build of ${b.commit.slice(0, 12)}`,
  idempotent: true,
  text: sh`
    set -eu; umask 022; ${gitAlone}; export CARGO_TERM_COLOR=never CARGO_TERM_PROGRESS_WHEN=never
    ${cargoPath}
    base=${raw(base(b.project))}; ${lock}
    cd "$base/src"; test "$(git rev-parse HEAD)" = ${b.commit} && test -z "$(git status --porcelain)" || exit 66
    cd ${`./${b.subdir}`}; export CARGO_TARGET_DIR="$base/target"
    exec timeout -k 10 ${b.seconds} ${b.argv}`,
})

/** `<sha256> <bytes>` of a file on the host. */
export const measure = (path: string): Command => ({
  kind: 'script',
  why: 'digest and size of the built program',
  idempotent: true,
  text: sh`set -eu; echo "$(sha256sum < ${path} | cut -d ' ' -f 1) $(wc -c < ${path})"`,
})

export const fetchProgram = (path: string): Command => ({
  kind: 'argv',
  why: 'download the built program',
  idempotent: true,
  argv: ['cat', '--', path],
})
