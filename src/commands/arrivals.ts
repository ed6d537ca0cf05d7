/** What arrives at a port of a node, read from the packet witness's own counters ten times a second. */
import type { Command } from './command.ts'
import { raw, sh } from './quote.ts'
import { witnessTable, type TableOwner } from './tables.ts'

/**
 * Prints `ready`, then a line for each reading: uptime before it, uptime after it, bytes so far or `-` where they could
 * not be read. Ends with its standard input, and by itself after `seconds`. It reads and changes nothing.
 */
export const readArrivals = (owner: TableOwner, port: number, seconds: number): Command => {
  const sets = raw(['in4', 'in6'].map((set) => sh`nft -n list set inet ${witnessTable(owner)} ${set}`).join(' && '))
  return {
    kind: 'script',
    why: 'read what arrives',
    idempotent: true,
    text: sh`
      exec 5<&0; echo ready
      ( n=0; while [ "$n" -lt ${seconds * 10} ]; do
          read -r a rest </proc/uptime
          if l=$(${sets}); then
            b=$(printf '%s\n' "$l" | tr ',' '\n' | awk -v p=${port} '{ for (i = 2; i <= NF; i++) if ($i == "counter" && $(i - 1) == p) s += $(i + 4) } END { printf "%d", s }')
          else b=-; fi
          read -r c rest </proc/uptime
          echo "$a $c $b"; n=$((n + 1)); sleep 0.1
        done ) <&- & p=$!
      timeout ${seconds} cat <&5 >/dev/null; kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; :`,
  }
}
