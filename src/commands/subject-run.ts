/**
 * Code of the project on a node, once: as nobody, in a cgroup of its own, bounded in time and output, ended whole; its
 * end is known from inside.
 */
import { nobody } from '../domain/evidence.ts'
import type { StopSignal } from '../domain/profile.ts'
import { asNobody } from './as-nobody.ts'
import type { Command } from './command.ts'
import { confinedRun } from './confined-run.ts'
import { raw, sh } from './quote.ts'

export interface SubjectRun {
  readonly why: string
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
  readonly program: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** A folder that is made for it, and removed after it; no other program is to know the name. */
  readonly freshDir?: string
  readonly stop?: StopSignal
  /** Killed after these, on the node itself. */
  readonly seconds: number
  readonly output: { readonly keep: 'beginning' | 'end'; readonly bytes: number }
  /** Path of our prober on the node, which lets it execute itself alone; null: it may execute what it likes. */
  readonly confinedBy: string | null
}

export type SubjectEnd =
  /** `late`: it was ended by us, at its time. `code`: as a shell has it, 128 and more for a signal. */
  | {
      readonly kind: 'ended'
      readonly code: number
      readonly late: boolean
      /** Of the file that was executed, by the machine that did; null: it could not be read. */
      readonly sha256: string | null
      readonly output: string
      readonly errors: string
    }
  /** Whatever stands before the program could not start it: no word of the program. */
  | { readonly kind: 'not-started'; readonly why: string }

const errorBytes = 4096
/** Exit of the wrapper that found no way to keep the program's processes together. */
const noCgroup = 71

/**
 * Prints `vps-test-run <started> <exit> <centiseconds> <sha256 of the program's file> <end of its errors, base64>`, then
 * its output. Its status goes to a file that the program has no descriptor of, in a folder that is closed to it; what
 * holds its output when its main process has ended is killed, so that nothing keeps the channel open. A program that
 * cannot be executed (no such file, a file system without exec) was not started.
 */
export const subjectRun = ({
  why,
  place,
  program,
  args,
  seconds,
  output,
  environment = {},
  freshDir,
  stop = 'SIGTERM',
  confinedBy,
}: SubjectRun): Command => ({
  kind: 'script',
  why,
  idempotent: false,
  text: sh`cd /
    m=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    d=$(mktemp -d /run/vps-test-run.XXXXXX) || exit ${noCgroup}; g=$m/${raw('${d##*/}')}
    end_all() {
      n=0; until rmdir "$g" 2>/dev/null || [ ! -d "$g" ]; do
        echo 1 2>/dev/null >"$g/cgroup.kill" || { p=$(cat "$g/cgroup.procs"); [ -z "$p" ] || kill -s KILL $p; } 2>/dev/null
        n=$((n + 1)); [ "$n" -lt 500 ] || return 1; sleep 0.01
      done
    }
    f=${freshDir ?? ''}; trap 'end_all; rm -rf "$d" ${raw('${f:+"$f"}')}' EXIT; trap 'exit 74' HUP INT TERM PIPE
    [ -n "$m" ] && mkdir "$g" && [ -w "$g/cgroup.procs" ] || { echo "no cgroup2 that can be written" >&2; exit ${noCgroup}; }
    [ -z "$f" ] || { mkdir -m 700 "$f" && chown ${nobody}:${nobody} "$f"; } || { f=; exit 73; }
    : >"$d/started"; : >"$d/ended"; exec 5<&0
    uptime() { IFS=' .' read -r s c rest </proc/uptime; echo "$s$c"; }
    { {
      began=$(uptime)
      ( echo 0 >"$g/cgroup.procs" || exit ${noCgroup}
        exec ${place} timeout -s ${stop.slice(3)} -k ${stop === 'SIGINT' ? graceSeconds : 2} ${seconds} ${confinedBy === null ? [...asNobody, ...variables(environment), 'sh', '-c', inner] : [...variables(environment), ...confinedRun(confinedBy, program)]} ${program} ${args} ) <&5 5<&- 2>&4 4>&- 3>"$d/started" &
      p=$!; { sha256sum <${program}; } 2>/dev/null | cut -c1-64 >"$d/hash"; wait "$p"; code=$?
      end_all || :
      echo "$code $(( $(uptime) - began ))" >"$d/ended"
    } | { ${raw(output.keep === 'beginning' ? `head -c ${output.bytes}; cat >/dev/null` : `tail -c ${output.bytes}`)}; } >"$d/out"; } 4>&1 | tail -c ${errorBytes} >"$d/err"
    read -r started <"$d/started" || started=no; read -r ended <"$d/ended" || ended='- -'
    read -r hash <"$d/hash" || hash=-
    echo "vps-test-run $started $ended $hash $(base64 <"$d/err" | tr -d '\n')"; cat "$d/out"`,
})

/** Who ends a program by SIGINT wants it to close its connections first. */
export const graceSeconds = 7

const variables = (environment: Readonly<Record<string, string>>): readonly string[] => [
  'env',
  ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
]

/** Runs as nobody already, so that the answer is the program's own; our prober does the same and says it in the same words. */
const inner =
  'if [ -x "$0" ]; then echo started >&3; exec 3>&-; exec "$0" "$@"; fi; echo "$0 cannot be executed: no such file, or a file system or mode that forbids it" >&2; exit 126'

/** What `timeout` and a shell say of a command that was stopped: SIGTERM, SIGKILL. */
const stopped: readonly number[] = [124, 137]

/** `stderr`: what the wrapper itself said. What a login file printed before stands before the first line of ours. */
export function readSubjectRun(stdout: string, stderr: string, seconds: number): SubjectEnd {
  const found = /^vps-test-run (started|no) (\d+|-) (\d+|-) ([0-9a-f]{64}|-) ([A-Za-z0-9+/=]*)$/m.exec(stdout)
  if (found === null) return { kind: 'not-started', why: said(stderr) }
  const errors = Buffer.from(found[5] ?? '', 'base64').toString('utf8')
  if (found[1] === 'no' || found[2] === '-')
    return { kind: 'not-started', why: `${said(errors.trim() === '' ? stderr : errors)} (exit ${found[2]})` }
  const [code, centiseconds] = [Number(found[2]), Number(found[3])]
  return {
    kind: 'ended',
    code,
    sha256: found[4] === '-' ? null : (found[4] ?? null),
    late: stopped.includes(code) && centiseconds >= seconds * 100 - 1,
    output: stdout.slice(found.index + found[0].length + 1),
    errors,
  }
}

const said = (errors: string): string => errors.trim().split('\n').at(-1)?.slice(0, 200) || 'it said nothing'
