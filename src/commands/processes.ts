/** What runs at one look: every process of a service, whoever holds its port, and the file that each of them executes. */
import { quote, raw, sh, type Raw } from './quote.ts'

export interface Watched {
  /** Without `.service`. */
  readonly unit: string
  /** UDP; 0: which one is not known. */
  readonly port: number
}

/** The one line's first word. */
export const processesWord = 'vps-test-processes'

/** More are counted, and not looked at: each execution file costs a hash of its bytes. */
const mostProcesses = 200
const mostFiles = 4
const largestBytes = 2 ** 30

/**
 * One line of words `role:pid:start:image:hash`: the start in clock ticks since boot, the image by its addresses, which
 * are others after each execve, the hash of what it executes, `-` where that cannot be read. What ended meanwhile is
 * left out, and so are zombies, which run nothing. The last word is `end`.
 */
export const lookAtProcesses = ({ unit, port }: Watched): Raw =>
  raw(sh`
    hashed=' '; files=0
    look() {
      k=$(stat -Lc '%d.%i.%Y.%s' "/proc/$2/exe" 2>/dev/null) || k=
      case "$hashed" in
        (*" $k="*) h=${raw('${hashed#*" $k="}; h=${h%% *}')} ;;
        (*)
          h=-; files=$((files + 1))
          if [ -n "$k" ] && [ "$files" -le ${mostFiles} ] && [ "${raw('${k##*.}')}" -le ${largestBytes} ]; then
            h=$(sha256sum <"/proc/$2/exe" 2>/dev/null | cut -c1-64); [ -n "$h" ] || h=-
          fi
          [ -z "$k" ] || hashed="$hashed$k=$h " ;;
      esac
      t=$1; p=$2; s=$(cat "/proc/$p/stat" 2>/dev/null) || return 0; set -- ${raw('${s##*) }')}
      [ "$#" -ge 26 ] && [ "$1" != Z ] && [ "$1" != X ] || return 0
      printf ' %s:%s:%s:%s.%s:%s' "$t" "$p" "${raw('${20}')}" "${raw('${24}')}" "${raw('${26}')}" "$h"
    }
    printf %s ${processesWord}
    all=$(grep -lE ${`/${unit.replaceAll(/[^A-Za-z0-9_-]/g, (c) => `[${c}]`)}\\.service(/|$)`} /proc/[0-9]*/cgroup 2>/dev/null | sed 's/[^0-9]//g')
    n=0; for p in $all; do
      n=$((n + 1)); [ "$n" -le ${mostProcesses} ] || { printf ' service:0:0:0.0:-'; break; }
      look service "$p"
    done
    for p in $(${raw(port === 0 ? ':' : `ss -Hanup ${quote(`sport = :${port}`)} | grep -o 'pid=[0-9][0-9]*' | sed 's/pid=//' | sort -un | head -n 20`)}); do look port-owner "$p"; done
    echo ' end'`)
