/**
 * systemd on the node: the unit we write, its switch, and the proof of what really runs (spec §9; testnet-interfaces
 * §9).
 */
import type { StopSignal } from '../domain/profile.ts'
import type { Command } from './command.ts'
import { confinementLines, unprivileged } from './confinement.ts'
import { fenced } from './lease.ts'
import { namespaceUnit, removeNamespace, stopNamespace, writeNamespace } from './namespace-unit.ts'
import { exitAnothers, findAnother, ownersDir } from './owners.ts'
import { lifeOf, placeOf } from './place.ts'
import { quote, raw, sh, type Raw } from './quote.ts'
import type { FleetNode } from '../domain/fleet.ts'
import { ourUnit } from './halt.ts'
import { undoSwitch, unitsDir, type Release } from './release.ts'
import { commandLine, marker, quoted } from './unit-words.ts'

export interface Unit {
  /** Without `.service`. */
  readonly name: string
  readonly binary: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly stop: StopSignal
  /** Path of a network namespace, where the service does not run in the host's. */
  readonly namespace: string | null
  /** It may execute itself alone; false: its profile says that it starts other programs. */
  readonly confined: boolean
  /** The container whose namespace that is: it has another after each start. */
  readonly container?: string
}

/** Its binary is `<install path>/current/<name>`. */
const releasesOf = ({ binary }: Unit): string => binary.split('/').slice(0, -2).join('/')

export const dataDir = (unit: string): string => `/var/lib/${unit}`

/** Unprivileged and without capabilities: a subject that could change nft could change the witness. */
export const unitText = (u: Unit): string =>
  [
    marker,
    '[Unit]',
    `Description=${u.name} (program under test)`,
    'After=network.target',
    ...(u.container === undefined
      ? []
      : [`BindsTo=${namespaceUnit(u.name)}.service`, `After=${namespaceUnit(u.name)}.service`]),
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    `ExecStart=${commandLine([u.binary, ...u.args])}`,
    ...Object.entries(u.environment).map(([k, v]) => `Environment=${quoted(`${k}=${v}`)}`),
    ...unprivileged(u.name),
    ...(u.confined ? confinementLines(u.name, u.binary) : []),
    'Restart=on-failure',
    'LogRateLimitIntervalSec=0',
    'RestartSec=1',
    `KillSignal=${u.stop}`,
    `TimeoutStopSec=${u.stop === 'SIGINT' ? 15 : 5}`,
    ...(u.namespace === null ? [] : [`NetworkNamespacePath=${u.namespace}`]),
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')

/**
 * Writes the unit, and whose it is, unless a foreign one is there; prints `foreign`, `changed` or `same`. Where it or its
 * directory is another project's, nothing is written: exit 78.
 */
export const writeUnit = (
  u: Unit,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
  project: string,
): Command => ({
  kind: 'script',
  why: `write unit ${u.name}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    f=/etc/systemd/system/${raw(quote(`${u.name}.service`))}
    ${findAnother(project, releasesOf(u), u.name)}
    if [ -n "$whose" ]; then echo "project $whose" >&2; exit ${exitAnothers}; fi
    if [ "$(readlink "$f")" = /dev/null ]; then echo "$f is masked: systemctl unmask ${raw(quote(`${u.name}.service`))}" >&2; exit 1; fi
    if [ -e "$f" ] && ! grep -qxF ${marker} "$f"; then echo foreign; exit 0; fi
    if systemctl cat ${`${u.name}.service`} >/dev/null 2>&1 && [ ! -e "$f" ]; then echo foreign; exit 0; fi
    ${writeNamespace(u.name, u.container)}
    mkdir -p ${ownersDir}; printf '%s\n' ${project} ${lease.holder} ${releasesOf(u)} >${ownersDir}/${raw(quote(u.name))}
    printf %s ${unitText(u)} >"$f.new"
    if cmp -s "$f.new" "$f"; then rm -f "$f.new"; systemctl enable -q ${`${u.name}.service`} 2>/dev/null || true; echo same; exit 0; fi
    if [ -e "$f" ]; then cp -p "$f" "$f.before"; else rm -f "$f.before"; fi
    mv "$f.new" "$f"; systemctl daemon-reload; systemctl enable -q ${`${u.name}.service`} 2>/dev/null || true; echo changed`,
})

export const restartUnit = (
  unit: string,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
): Command => ({
  kind: 'script',
  why: `restart ${unit}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    systemctl reset-failed ${unit} 2>/dev/null || true; systemctl restart ${unit}`,
})

/** Until {@link restartUnit} starts it again. */
export const stopUnit = (
  unit: string,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
): Command => ({
  kind: 'script',
  why: `stop ${unit}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    systemctl stop ${unit}`,
})

/**
 * Undoes what a failed switch left, all by what lies on the node: the release and the unit's text of before come back; a
 * unit that never ran, or of which nobody knows what ran, is stopped, so that it does not restart for ever. Prints what
 * it found.
 */
export const putBack = (
  unit: string,
  release: Release,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
): Command => ({
  kind: 'script',
  why: `put back what ${unit} ran before`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    f=/etc/systemd/system/${raw(quote(`${unit}.service`))}
    ${undoSwitch(release, lease)}
    if [ -e "$f.before" ] && grep -qxF ${marker} "$f"; then
      mv "$f.before" "$f"; systemctl daemon-reload; if [ "$was" = none ]; then was=same; fi
    fi
    case "$was" in
      back | same) systemctl reset-failed ${unit} 2>/dev/null || true; systemctl restart ${unit} ;;
      none | unknown) systemctl reset-failed ${unit} 2>/dev/null || true; ${stopNamespace(unit)}; systemctl stop ${unit} ;;
    esac
    echo "$was"`,
})

/**
 * The unit's text of before is not needed any more: what is written down is only ever of the last change. The present one
 * is kept beside the releases, so that this release can be gone back to as it ran.
 */
export const settleUnit = (unit: string, { installPath, sha256 }: Release): Command => ({
  kind: 'script',
  why: `keep unit ${unit}`,
  idempotent: true,
  text: sh`f=/etc/systemd/system/${raw(quote(`${unit}.service`))}; rm -f "$f.before"
    if grep -qxF ${marker} "$f"; then cd ${installPath}; mkdir -p ${unitsDir}; cp "$f" ${unitsDir}/.new; mv -f ${unitsDir}/.new ${unitsDir}/${`${sha256}.${unit}`}; fi 2>/dev/null || true`,
})

/** Prints `there` where something of ours was in it. */
const clearReleases = (installPath: string): Raw =>
  raw(sh`if cd ${installPath} 2>/dev/null; then
      [ ! -e releases ] || echo there
      for d in releases/*; do n=$(basename "$d"); case "$n" in *[!0-9a-f]*) ;; *) if [ ${raw('${#n}')} = 64 ]; then rm -rf "./$d"; fi;; esac; done
      rm -rf ${unitsDir} .confined
      rm -f current .current.new .switched .switched.new; rmdir releases 2>/dev/null || true; cd /; rmdir ${installPath} 2>/dev/null || true
    fi`)

/**
 * The unit, its releases and its data; prints `removed`, `absent`, `foreign` for a unit that is not ours, or `other` for
 * one, or a directory, that is another project's. Of one that was cut off, what is left goes: the unit's file is the
 * last. A deploy that came no further than receiving has left releases alone.
 */
export const removeUnit = (
  unit: string,
  installPath: string,
  project: string,
  lease: { readonly service: string; readonly holder: string; readonly fence: number },
): Command => ({
  kind: 'script',
  why: `remove ${unit}`,
  idempotent: true,
  text: sh`${fenced(lease.service, lease.holder, lease.fence)}
    ${findAnother(project, installPath, unit)}
    if [ -n "$whose" ]; then echo other; exit 0; fi
    f=/etc/systemd/system/${raw(quote(`${unit}.service`))}
    if ! [ -e "$f" ] && ! systemctl cat ${`${unit}.service`} >/dev/null 2>&1; then
      if [ "$( ${clearReleases(installPath)} )" = there ]; then echo removed; else echo absent; fi; exit 0
    fi
    ${ourUnit(unit)}
    ${removeNamespace(unit)}
    systemctl disable -q --now ${`${unit}.service`} 2>/dev/null || systemctl stop ${`${unit}.service`}
    systemctl clean --what=state ${`${unit}.service`} 2>/dev/null || rm -rf ${dataDir(unit)}
    ( ${clearReleases(installPath)} ) >/dev/null
    rm -f "$f" "$f.before" "$f.new" ${ownersDir}/${raw(quote(unit))}; systemctl daemon-reload
    systemctl reset-failed ${`${unit}.service`} 2>/dev/null || true
    echo removed`,
})

/** Key=value lines about the process behind the unit, read from the kernel rather than from the program. */
export const proveRunning = (unit: string, node: Pick<FleetNode, 'runtime' | 'natBox'>): Command => ({
  kind: 'script',
  why: `prove what ${unit} runs`,
  idempotent: true,
  text: sh`
    set -eu; u=${unit}
    systemctl show "$u" -p MainPID -p NRestarts -p ActiveState -p SubState -p Result -p ExecMainStatus -p DropInPaths
    f=$(systemctl show "$u" -p FragmentPath --value); [ -z "$f" ] || echo "UnitSha256=$(sha256sum <"$f" | cut -c1-64) $(grep -cxF ${marker} "$f")"
    echo "BootId=$(cat /proc/sys/kernel/random/boot_id)"; echo "Clock=$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime)"
    echo "Lives=$(${lifeOf(node.runtime)}) $(${lifeOf(node.natBox)})"
    pid=$(systemctl show "$u" -p MainPID --value); [ "$pid" -gt 0 ] || exit 0
    # One that ends while it is looked at is none that runs.
    ids=$(grep -E '^(Uid|CapEff):' "/proc/$pid/status" 2>/dev/null) || exit 0
    echo "Exe=$(sha256sum "/proc/$pid/exe" 2>/dev/null | cut -c1-64)"; echo "$ids"
    echo "Image=$(sed 's/^.*) //' "/proc/$pid/stat" | cut -d' ' -f24,26 | tr ' ' .)"
    echo "StartTicks=$(sed 's/^.*) //' "/proc/$pid/stat" | cut -d' ' -f20) Hz=$(getconf CLK_TCK) Btime=$(sed -n 's/^btime //p' /proc/stat)"
    echo "Network=$(readlink "/proc/$pid/ns/net" || echo -) $(${placeOf(node.runtime)} readlink /proc/self/ns/net 2>/dev/null || echo -)"
    ${placeOf(node.runtime)} ss -Hlntup 2>/dev/null | grep -F "pid=$pid," | sed 's/^/Socket /' || true`,
})

/** The newest lines of a unit's journal, for evidence; `sinceSeconds`: none that are older, by the node's own clock. */
export const journal = (unit: string, lines: number, sinceSeconds?: number): Command => ({
  kind: 'argv',
  why: `journal of ${unit}`,
  idempotent: true,
  argv: [
    'journalctl',
    '-u',
    unit,
    '-n',
    String(lines),
    ...(sinceSeconds === undefined ? [] : [`--since=-${sinceSeconds}s`]),
    '--no-pager',
    '-o',
    'short-iso-precise',
  ],
})

/** What the unit's present process has said since its start: the newest lines, as many as fit into a mebibyte. */
export const journalSinceStart = (unit: string): Command => ({
  kind: 'script',
  why: `what ${unit} says since its start`,
  idempotent: true,
  text: sh`i=$(systemctl show ${unit} -p InvocationID --value) || exit 65; [ -n "$i" ] || exit 65
    journalctl --no-pager --quiet --output=cat "_SYSTEMD_INVOCATION_ID=$i" | tail -c 1048576`,
})
