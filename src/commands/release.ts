/**
 * Switching releases on a node. Layout: `<install>/releases/<sha256>/<name>`, `<install>/current` →
 * `releases/<sha256>`.
 */
import type { Command } from './command.ts'
import { fenced } from './lease.ts'
import { sh } from './quote.ts'

export interface Release {
  readonly name: string
  readonly installPath: string
  readonly sha256: string
  readonly bytes: number
}

export const releaseDir = (r: Release): string => `${r.installPath}/releases/${r.sha256}`
export const currentBinary = (r: Pick<Release, 'installPath' | 'name'>): string => `${r.installPath}/current/${r.name}`

export const exitNoSpace = 28
export const exitDigest = 65
export const exitLeaseLost = 76

/** Prints `present` when this exact release lies there already, else which packing the node can decompress. */
export const inspectRelease = (r: Release): Command => ({
  kind: 'script',
  why: `look for ${r.name} ${r.sha256.slice(0, 12)}`,
  idempotent: true,
  text: sh`
    f=${releaseDir(r)}/${r.name}
    if [ -x "$f" ] && echo ${`${r.sha256}  `}"$f" | sha256sum -c --status; then echo present; exit 0; fi
    if command -v zstd >/dev/null; then echo zstd; else echo gzip; fi`,
})

/**
 * Reads the compressed binary from stdin; leaves nothing behind when cut, when the digest differs (65) or when there is
 * no room (28).
 */
export const receive = (r: Release, packing: 'zstd' | 'gzip'): Command => ({
  kind: 'script',
  why: `receive ${r.name} ${r.sha256.slice(0, 12)}`,
  idempotent: true,
  text: sh`
    set -eu; umask 022; dir=${releaseDir(r)}; mkdir -p "$dir" || exit ${exitNoSpace}
    free() { df -Pk "$dir" | awk 'NR==2{print $4}'; }
    full() { echo "no space: $(free) KiB free" >&2; rmdir "$dir" 2>/dev/null || true; exit ${exitNoSpace}; }
    if [ "$(free)" -lt ${Math.ceil(r.bytes / 1024) + 64} ]; then full; fi
    part="$dir/.$$.part"; trap 'rm -f "$part"; rmdir "$dir" 2>/dev/null || true' EXIT; trap 'exit 74' HUP INT TERM PIPE
    ${packing === 'zstd' ? ['zstd', '-qdc'] : ['gzip', '-dc']} >"$part" || { if [ "$(free)" -lt 64 ]; then full; fi; exit 74; }
    echo ${`${r.sha256}  `}"$part" | sha256sum -c --status || exit ${exitDigest}
    chmod 755 "$part"; sync "$part"; mv -f "$part" "$dir"/${r.name}`,
})

/** Points `current` at the release, in one rename; prints the release that was current before, or `none`. */
export const switchTo = (
  r: Release,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
): Command => ({
  kind: 'script',
  why: `switch to ${r.sha256.slice(0, 12)}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    cd ${r.installPath}; old=$(readlink current || true)
    if [ "$old" != ${`releases/${r.sha256}`} ]; then ln -sfn ${`releases/${r.sha256}`} .current.new; mv -T .current.new current; fi
    [ -n "$old" ] || old=none; echo "$old"`,
})

/** Back to a release that {@link switchTo} printed. */
export const rollBack = (
  r: Release,
  old: string,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
): Command => ({
  kind: 'script',
  why: `roll back to ${old}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    cd ${r.installPath}; ln -sfn ${old} .current.new; mv -T .current.new current`,
})

/** Keeps the current release and the two newest others. */
export const prune = (r: Release): Command => ({
  kind: 'script',
  why: 'prune old releases',
  idempotent: true,
  text: sh`
    cd ${r.installPath}/releases 2>/dev/null || exit 0; keep=$(basename "$(readlink ../current)")
    ls -1t | grep -E '^[0-9a-f]{64}$' | grep -vxF "$keep" | tail -n +3 | while read -r d; do rm -rf "./$d"; done`,
})
