/**
 * Switching releases on a node. Layout: `<install>/releases/<sha256>/<name>`, `<install>/current` →
 * `releases/<sha256>`.
 */
import type { Command } from './command.ts'
import { fenced } from './lease.ts'
import { raw, sh, type Raw } from './quote.ts'

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
export const exitNoExec = 67
export const exitLeaseLost = 76

/** Exit 67 where the folder's file system lets nothing be executed: a script that does nothing is tried. */
const executable = (dir: Raw): Raw =>
  raw(sh`
  try="${dir}/.$$.try"; printf '#!/bin/sh\n' >"$try"; chmod 755 "$try"
  "$try" 2>/dev/null || { rm -f "$try"; echo "mounted noexec: nothing in ${dir} can be executed" >&2; exit ${exitNoExec}; }; rm -f "$try"`)

/** Prints `present` when this exact release lies there already, else which packing the node can decompress. */
export const inspectRelease = (r: Release): Command => ({
  kind: 'script',
  why: `look for ${r.name} ${r.sha256.slice(0, 12)}`,
  idempotent: true,
  text: sh`
    dir=${releaseDir(r)}; f="$dir"/${r.name}
    if [ -f "$f" ] && echo ${`${r.sha256}  `}"$f" | sha256sum -c --status; then
      ${executable(raw('$dir'))}
      chmod 755 "$f"; echo present; exit 0
    fi
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
    ${executable(raw('$dir'))}
    chmod 755 "$part"; sync "$part"; mv -f "$part" "$dir"/${r.name}`,
})

/** Below the install path: the text of the unit that each release ran by, `<sha256>.<unit>`. */
export const unitsDir = '.units'

export interface LeaseHeld {
  readonly service: string
  readonly holder: string
  readonly fence: number
}

/** Written on the node before the switch: whose it is, and what was current before it. */
const note = (r: Release, lease: LeaseHeld): string => `${lease.holder} ${lease.fence} ${r.sha256}`

/**
 * Points `current` at the release, in one rename; what was current before is written down on the node, so that
 * {@link undoSwitch} depends on no answer. A repetition of the same switch keeps what the first one wrote, under a new
 * lease too.
 */
export const switchTo = (r: Release, lease: LeaseHeld): Command => ({
  kind: 'script',
  why: `switch to ${r.sha256.slice(0, 12)}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    cd ${r.installPath}; old=$(readlink current || true); [ -n "$old" ] || old=none
    wrote=; [ ! -s .switched ] || read -r wrote <.switched || true
    case "$wrote" in ${lease.holder}' '*' '${r.sha256}' '*) [ "$old" != ${`releases/${r.sha256}`} ] || old=${raw('${wrote##* }')};; esac
    case "$wrote" in ${note(r, lease)}' '*) : ;; *) printf '%s %s\n' ${note(r, lease)} "$old" >.switched.new; mv -f .switched.new .switched;; esac
    if [ "$old" != ${`releases/${r.sha256}`} ]; then ln -sfn ${`releases/${r.sha256}`} .current.new; mv -T .current.new current; fi`,
})

/**
 * Where this release is current, back to what was current before; prints `back`, `none` (nothing was, or this very
 * release), `unknown` (nothing is written down) or `untouched` (the switch did not happen).
 */
export const undoSwitch = (r: Release, lease: LeaseHeld): Raw =>
  raw(sh`
  cd ${r.installPath}; was=untouched
  if [ "$(readlink current || true)" = ${`releases/${r.sha256}`} ]; then
    wrote=; [ ! -s .switched ] || read -r wrote <.switched || true; old=${raw('${wrote#')}${note(r, lease)}' '}; was=unknown
    if [ "$old" = none ] || [ "$old" = ${`releases/${r.sha256}`} ]; then was=none
    elif [ -n "$old" ] && [ "$old" != "$wrote" ] && [ -d "$old/" ]; then was=back; ln -sfn "$old" .current.new; mv -T .current.new current; fi
  fi`)

/** Keeps the current release and the two newest others. */
export const prune = (r: Release): Command => ({
  kind: 'script',
  why: 'prune old releases',
  idempotent: true,
  text: sh`
    cd ${r.installPath}/releases 2>/dev/null || exit 0; keep=$(basename "$(readlink ../current)")
    ls -1t | grep -E '^[0-9a-f]{64}$' | grep -vxF "$keep" | tail -n +3 | while read -r d; do rm -rf "./$d"; done`,
})
