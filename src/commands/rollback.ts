/** Going back to an earlier release that still lies on a node, with the unit that it ran by. */
import type { Command } from './command.ts'
import { disableNow, ourUnit } from './halt.ts'
import { fenced } from './lease.ts'
import { raw, sh } from './quote.ts'
import { unitsDir, type LeaseHeld } from './release.ts'
import { marker } from './unit-words.ts'

export type Back =
  /** To what was current before the last switch; `by`: only where this session made that switch. */
  { readonly kind: 'before'; readonly by: string | null } | { readonly kind: 'to'; readonly sha256: string }

export interface RolledBack {
  readonly unit: string
  /** Name of the binary. */
  readonly name: string
  readonly installPath: string
  readonly back: Back
}

/** What {@link rollBack} says in its last line, besides `runs <sha256>`. */
export const rollbackWords = ['absent', 'foreign', 'found', 'none', 'unknown', 'missing', 'damaged'] as const
export type RollbackWord = (typeof rollbackWords)[number]

/**
 * Prints `runs <sha256>` for the release that is current then and whose start was asked for, whether by this run or by
 * an earlier one that was cut off; `found`: another session made the switch; `none`: nothing was current before, and the
 * service is stopped; `unknown`: what was before is not written down, or it was this very release by another unit; `missing`, `damaged`: the release is not there, or
 * is not what its name says. The note of the last switch stays: a second run finds its work done, and goes no further
 * back.
 */
export const rollBack = ({ unit, name, installPath, back }: RolledBack, lease: LeaseHeld): Command => ({
  kind: 'script',
  why: `roll ${unit} back`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    ${ourUnit(unit)}
    cd ${installPath} 2>/dev/null || { echo absent; exit 0; }
    now=$(readlink current || true); to=
    ${raw(
      back.kind === 'to'
        ? sh`to=${`releases/${back.sha256}`}`
        : sh`by=; sha=; old=; [ ! -s .switched ] || read -r by _ sha old <.switched || true
    ${raw(back.by === null ? ':' : sh`if [ "$by" != ${back.by} ]; then echo found; exit 0; fi`)}
    if [ "$now" = "releases/$sha" ]; then
      case "$old" in none) ${disableNow(unit)}; echo none; exit 0;; ''|"$now") echo unknown; exit 0;; *) to=$old;; esac
    elif [ -n "$old" ] && [ "$now" = "$old" ]; then to=$now; fi`,
    )}
    case "$to" in releases/*) want=${raw('${to#releases/}')};; *) echo unknown; exit 0;; esac
    case "$want" in *[!0-9a-f]*|'') echo unknown; exit 0;; esac
    [ -f "$to"/${name} ] || { echo missing; exit 0; }
    echo "$want  $to"/${name} | sha256sum -c --status || { echo damaged; exit 0; }
    if [ "$now" != "$to" ]; then ln -sfn "$to" .current.new; mv -T .current.new current; fi
    kept=${unitsDir}/"$want".${unit}
    if [ -s "$kept" ] && grep -qxF ${marker} "$kept" && ! cmp -s "$kept" "$f"; then cp "$kept" "$f.new"; mv "$f.new" "$f"; systemctl daemon-reload; now=; fi
    systemctl enable -q ${`${unit}.service`} 2>/dev/null || true
    pid=$(systemctl show ${`${unit}.service`} -p MainPID --value); runs=
    [ "${raw('${pid:-0}')}" = 0 ] || runs=$(sha256sum "/proc/$pid/exe" 2>/dev/null | cut -c1-64)
    if [ "$now" != "$to" ] || [ "$runs" != "$want" ]; then systemctl reset-failed ${`${unit}.service`} 2>/dev/null || true; systemctl restart ${`${unit}.service`}; fi
    echo "runs $want"`,
})

export interface ReleaseOn {
  readonly sha256: string
  readonly kib: number
  /** Unix seconds. */
  readonly at: number
}

export interface ReleasesOn {
  /** Whose the unit is, by what was written there; null: it does not say, or there is none. */
  readonly project: string | null
  readonly unit: 'ours' | 'foreign' | 'absent'
  /** Hash of the program that runs; null: none does. */
  readonly running: string | null
  readonly current: string | null
  /** What was current before the last switch, whether or not that was undone since; null: nothing, or not known. */
  readonly before: string | null
  /** Newest first. */
  readonly releases: readonly ReleaseOn[]
  readonly dataKib: number
}

/** Changes nothing. */
export const lookAtReleases = (unit: string, installPath: string, ownersDir: string, data: string): Command => ({
  kind: 'script',
  why: `releases of ${unit}`,
  idempotent: true,
  text: sh`
    f=/etc/systemd/system/${`${unit}.service`}
    if [ ! -e "$f" ]; then echo 'unit absent'; elif grep -qxF ${marker} "$f"; then echo 'unit ours'; else echo 'unit foreign'; fi
    [ ! -s ${ownersDir}/${unit} ] || echo "project $(head -n 1 ${ownersDir}/${unit})"
    pid=$(systemctl show ${`${unit}.service`} -p MainPID --value 2>/dev/null)
    [ "${raw('${pid:-0}')}" = 0 ] || echo "running $(sha256sum "/proc/$pid/exe" 2>/dev/null | cut -c1-64)"
    [ ! -e ${data} ] || echo "data $(du -sk ${data} 2>/dev/null | cut -f 1)"
    cd ${installPath} 2>/dev/null || exit 0
    echo "current $(readlink current)"
    [ ! -s .switched ] || { read -r _ _ sha old <.switched; echo "switched $sha $old"; }
    for d in releases/*; do [ -d "$d" ] && echo "release $(basename "$d") $(du -sk "$d" | cut -f 1) $(stat -c %Y "$d")"; done; :`,
})

const shaOf = (link: string | undefined): string | null => /^releases\/([0-9a-f]{64})$/.exec(link ?? '')?.[1] ?? null

/** A line that is none of ours says nothing. */
export function parseReleases(stdout: string): ReleasesOn {
  const lines = stdout.split('\n')
  const value = (key: string): string | undefined => lines.find((l) => l.startsWith(`${key} `))?.slice(key.length + 1)
  const [, switched, old] = /^switched ([0-9a-f]{64}) (\S+)$/m.exec(stdout) ?? []
  const current = shaOf(value('current'))
  const running = value('running')
  const unit = value('unit')
  const project = value('project')
  const known = switched === undefined ? null : shaOf(old)
  return {
    project: project !== undefined && /^[A-Za-z0-9._-]{1,100}$/.test(project) ? project : null,
    unit: unit === 'ours' || unit === 'foreign' ? unit : 'absent',
    running: running !== undefined && /^[0-9a-f]{64}$/.test(running) ? running : null,
    current,
    before: current !== null && (current === switched || current === known) && known !== switched ? known : null,
    releases: lines
      .flatMap((l) => {
        const [, sha256, kib, at] = /^release ([0-9a-f]{64}) (\d{1,12}) (\d{1,12})$/.exec(l) ?? []
        return sha256 === undefined ? [] : [{ sha256, kib: Number(kib), at: Number(at) }]
      })
      .toSorted((a, b) => b.at - a.at),
    dataKib: /^\d{1,15}$/.test(value('data') ?? '') ? Number(value('data')) : 0,
  }
}

/** Takes these releases away, but never the current one nor what was before it; prints each that is gone. */
export const dropReleases = (installPath: string, shas: readonly string[], lease: LeaseHeld): Command => ({
  kind: 'script',
  why: 'drop old releases',
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    cd ${installPath} 2>/dev/null || exit 0
    sha=; old=; [ ! -s .switched ] || read -r _ _ sha old <.switched || true
    for r in ${shas}; do
      case "releases/$r" in "$(readlink current)"|"releases/$sha"|"$old") continue;; esac
      case "$r" in *[!0-9a-f]*|'') continue;; esac
      rm -f ${unitsDir}/"$r".*; if [ -d "releases/$r" ]; then rm -rf "./releases/$r"; fi; echo "$r"
    done
    rm -f releases/*/.*.part releases/*/.*.try`,
})
