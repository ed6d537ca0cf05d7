/**
 * What confines the tested program to executing itself: the lines of its unit, what a dialler is started by, and the
 * trials that show whether they hold on this kernel.
 */
import type { Command } from './command.ts'
import { libraries } from './confined-run.ts'
import { raw, sh } from './quote.ts'
import { subjectRun } from './subject-run.ts'

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

const tried = 'vps-test-confined'
export const confinementSeconds = 10

export interface Trial {
  /** Our prober's path on the node, where nobody else can enter. */
  readonly prober: string
  /** Where releases lie, and for a moment our program instead of one. */
  readonly installPath: string
  readonly unit: string
  readonly binary: string
  /** argv prefix that enters the network namespace of diallers; null: the program is not told to dial. */
  readonly dialsFrom: readonly string[] | null
}

/**
 * Our own program in a unit like that of the service, what holds for the service itself, and our program as a dialler is
 * run: a line each of the first two, then what `readSubjectRun` reads.
 */
export const tryConfinement = ({ prober, installPath, unit, binary, dialsFrom }: Trial): Command => {
  const program = `${installPath}/.confined/program`
  const dialled = dialsFrom === null ? null : tryDialler(prober, program, dialsFrom)
  return {
    kind: 'script',
    why: 'self test: what may be executed',
    idempotent: true,
    text: sh`rm -rf ${`${installPath}/.confined`}; trap ${sh`rm -rf ${`${installPath}/.confined`}`} EXIT; trap 'exit 74' HUP INT TERM PIPE
    mkdir -m 755 ${`${installPath}/.confined`} && cp ${prober} ${program} && chmod 755 ${program} || exit 73
    timeout ${confinementSeconds} systemd-run --quiet --collect --wait --pipe --unit=${raw(`${tried}-$$`)} ${[
      ...unprivileged(tried),
      ...confinementLines(tried, program),
    ].flatMap((line) => ['-p', line])} ${[program, 'confined']} </dev/null
    rm -rf ${[`/var/lib/${tried}`, `/var/lib/private/${tried}`]}
    p=$(systemctl show ${`${unit}.service`} -p MainPID --value)
    if [ "$p" -gt 0 ]; then ${[prober, 'confined']} --pid "$p" ${[binary, ...libraries].flatMap((path) => ['--exec', path])}; fi
    ( ${raw(dialled === null ? ':' : dialled)}
    )`,
  }
}

function tryDialler(prober: string, program: string, place: readonly string[]): string {
  const run = subjectRun({
    why: 'self test: dialler',
    place,
    program,
    args: ['confined'],
    seconds: confinementSeconds,
    output: { keep: 'beginning', bytes: 1 << 14 },
    confinedBy: prober,
  })
  if (run.kind !== 'script') throw new Error('a program of the project is run by a script')
  return run.text
}
