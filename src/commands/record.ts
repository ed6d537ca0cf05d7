/**
 * The receiver's own lines about payloads: from a file, or from the unit's journal; the newest mebibyte, twenty lines
 * at most. Exit 0: it was read, and what has no line has none; 65: it could not be read.
 */
import type { Command } from './command.ts'
import { raw, sh, type Raw } from './quote.ts'

/** What came of reading goes past the pipe, which hides it: a text that could not be read has no lines that say so. */
const matching = (text: Raw, nonces: readonly string[]): string => sh`
  { failed=$({ { ${text} || echo failed >&3; } | grep -F ${nonces.flatMap((n) => ['-e', n])} | head -n 20; } 3>&1 >&4); } 4>&1
  [ -z "$failed" ] || exit 65`

/**
 * Lines of a file that carry one of the nonces; none where there is no such file. A file that was rotated is read where
 * the unit's process still has it open, and under the name that rotation gives it. What is no regular file (a pipe, a
 * device) is no record: only the program itself can have put it there, and it holds nobody up.
 */
export const fileLines = (path: string, unit: string, nonces: readonly string[]): Command => ({
  kind: 'script',
  why: 'record: file',
  idempotent: true,
  text: sh`p=${path}; pid=$(systemctl show ${unit} -p MainPID --value 2>/dev/null) || pid=0; [ -n "$pid" ] || pid=0
    rotated() { for f in "/proc/$pid/fd"/*; do
      case "$(readlink "$f")" in "$p"|"$p.1") ;; "$p"*) echo "$f";; esac; done 2>/dev/null; }
    newest() { for f in "$p" "$p.1" $(rotated); do
      if [ -f "$f" ]; then timeout 10 tail -c 1048576 "$f" || [ ! -f "$f" ] || return 1; echo; fi; done; }
    ${raw(matching(raw('newest'), nonces))}`,
})

/** Events that the unit's running process wrote into the journal and that name one of the ids; of each id its own share. */
export const eventLines = (unit: string, ids: readonly string[]): Command => ({
  kind: 'script',
  why: 'record: events',
  idempotent: true,
  text: sh`i=$(systemctl show ${unit} -p InvocationID --value) || exit 65; [ -n "$i" ] || exit 65
    t=$(mktemp) || exit 65; trap 'rm -f "$t"' EXIT; trap 'exit 74' HUP INT TERM PIPE
    journalctl --no-pager --quiet --output=cat --lines=20000 _SYSTEMD_INVOCATION_ID="$i" >"$t" || exit 65
    for id in ${ids}; do tail -c 4194304 "$t" | grep -iF -e "$id" | grep '^ *{' | cut -c1-1000 | head -n 250; done; true`,
})

/** The whole first line of a kind: what the unit's running process wrote into the journal when it began. */
export const firstEvents = (unit: string, text: string): Command => ({
  kind: 'script',
  why: 'events of the start',
  idempotent: true,
  text: sh`i=$(systemctl show ${unit} -p InvocationID --value) || exit 65; [ -n "$i" ] || exit 65
    journalctl --no-pager --quiet --output=cat _SYSTEMD_INVOCATION_ID="$i" | head -c 1048576 | grep -F -e ${text} | grep '^ *{' | head -n 20; true`,
})

/** Lines of a unit's journal that carry one of the nonces. */
export const journalLines = (unit: string, nonces: readonly string[]): Command => ({
  kind: 'script',
  why: 'record: journal',
  idempotent: true,
  text: sh`newest() { journalctl --no-pager --quiet --output=cat --lines=20000 --unit ${unit}; }
    ${raw(matching(raw('newest'), nonces).replace('| grep', '| tail -c 1048576 | grep'))}`,
})
