/** Makes room on a node whose disk is full: archived journals of the whole machine, and old releases of one service of ours. */
import type { Command } from './command.ts'
import { findAnother } from './owners.ts'
import { raw, sh } from './quote.ts'

/** Releases that another run may just be receiving are younger. */
const settledMinutes = 60

interface Room {
  /** Whose releases they may be: of a directory that is another project's, none goes. */
  readonly project: string
  readonly installPath: string
  /** Digest of the release that is being brought there. */
  readonly keep?: string
  /** Nobody else brings a release now: the lease is ours. */
  readonly leased: boolean
}

/**
 * Prints what was free before and after, in KiB, and how many releases went. What is current, and what would come back
 * after a failed switch, stays.
 */
export const freeSpace = ({ project, installPath, keep = '', leased }: Room): Command => ({
  kind: 'script',
  why: 'make room',
  idempotent: true,
  text: sh`
    p=${installPath}; while ! [ -d "$p" ]; do p=$(dirname "$p"); done
    free() { df -Pk "$p" | awk 'NR==2{print $4}'; }
    before=$(free); gone=0
    journalctl -q --rotate --vacuum-size=64M >/dev/null 2>&1 || true
    ${findAnother(project, installPath)}
    if [ -z "$whose" ] && cd ${installPath}/releases 2>/dev/null; then
      now=$(basename "$(readlink ../current 2>/dev/null)" 2>/dev/null); was=; [ ! -s ../.switched ] || read -r was <../.switched || true
      for d in *; do
        case "$d" in *[!0-9a-f]*) continue;; esac
        if [ "${raw('${#d}')}" != 64 ] || [ "$d" = "$now" ] || [ "$d" = ${keep} ]; then continue; fi
        case "$was" in *"releases/$d") continue;; esac
        if [ ${leased ? 'yes' : 'no'} = no ] && [ -z "$(find "$d" -maxdepth 0 -mmin +${settledMinutes})" ]; then continue; fi
        rm -rf "./$d"; gone=$((gone + 1))
      done
    fi
    echo "$before $(free) $gone"`,
})

export interface Freed {
  readonly beforeKiB: number
  readonly afterKiB: number
  readonly releases: number
}

/** Null: the node said something else. */
export function parseFreed(stdout: string): Freed | null {
  const [, before, after, gone] = /^(\d{1,15}) (\d{1,15}) (\d{1,9})$/m.exec(stdout) ?? []
  return before === undefined ? null : { beforeKiB: Number(before), afterKiB: Number(after), releases: Number(gone) }
}

export const freedText = (freed: Freed | null): string =>
  freed === null
    ? 'old logs and old releases of ours were to be removed, and the node did not say how much'
    : `old logs and ${freed.releases} old releases of ours were removed: ${freed.beforeKiB} KiB were free, ${freed.afterKiB} KiB are`
