/**
 * What confines the tested program to executing itself: the lines of its unit, what a dialler is started by, and the
 * trials that show whether they hold on this kernel.
 */
import { nobody } from '../domain/evidence.ts'
import type { Command } from './command.ts'
import { raw, sh } from './quote.ts'
import { subjectRun } from './subject-run.ts'

/** Where loaders and libraries are, each as far as it is there; what else lies below may be executed too. */
export const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'] as const

/** Folders that a unit may write to, which systemd does not count to `/` there. */
const writable = ['/dev', '/dev/shm', '/tmp', '/var/tmp', '/run/lock', '/run/systemd/incoming'] as const

/**
 * Properties of a unit with this state directory. No MemoryDenyWriteExecute: a program may make code for itself. An
 * anonymous file can be executed whatever is mounted noexec, so it is refused by its system call.
 */
export const confinementLines = (name: string, binary: string): readonly string[] => [
  `NoExecPaths=${['/', ...writable.map((p) => `-${p}`), `-/var/lib/${name}`, `-/var/lib/private/${name}`].join(' ')}`,
  `ExecPaths=${[binary, ...libraries.map((p) => `-${p}`)].join(' ')}`,
  'RestrictNamespaces=yes',
  'SystemCallArchitectures=native',
  'SystemCallFilter=~memfd_create memfd_secret execveat',
  'SystemCallErrorNumber=EPERM',
]

/** What a unit of ours has in any case; with {@link confinementLines} all that matters for what it can execute. */
export const unprivileged = (name: string): readonly string[] => [
  'DynamicUser=yes',
  `StateDirectory=${name}`,
  `WorkingDirectory=/var/lib/${name}`,
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'NoNewPrivileges=yes',
  'RestrictSUIDSGID=yes',
  'ProtectSystem=strict',
  'ProtectHome=yes',
]

/** argv prefix that runs a program as nobody, with nothing else to execute; the program's path is its first word. */
export const confinedRun = (prober: string, program: string): readonly string[] => [
  prober,
  'confine',
  '--uid',
  String(nobody),
  ...[program, ...libraries].flatMap((path) => ['--exec', path]),
  '--',
]

const tried = 'vps-test-confined'
export const confinementSeconds = 10

/** Our own program in a unit like that of the service, and what holds for the service itself: one line each. */
export const tryUnit = (prober: string, unit: string, binary: string): Command => ({
  kind: 'script',
  why: 'self test: what a unit may execute',
  idempotent: true,
  text: sh`timeout ${confinementSeconds} systemd-run --quiet --collect --wait --pipe --unit=${raw(`${tried}-$$`)} ${[
    ...unprivileged(tried),
    ...confinementLines(tried, prober),
  ].flatMap((line) => ['-p', line])} ${[prober, 'confined']} </dev/null
    p=$(systemctl show ${`${unit}.service`} -p MainPID --value)
    [ "$p" -gt 0 ] && ${[prober, 'confined']} --pid "$p" ${[binary, ...libraries].flatMap((path) => ['--exec', path])}`,
})

/** The same program as a dialler is run. */
export const tryDialler = (prober: string, place: readonly string[]): Command =>
  subjectRun({
    why: 'self test: what a dialler may execute',
    place,
    program: prober,
    args: ['confined'],
    seconds: confinementSeconds,
    output: { keep: 'beginning', bytes: 1 << 14 },
    confinedBy: prober,
  })
