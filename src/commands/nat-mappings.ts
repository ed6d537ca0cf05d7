/** A NAT box forgets the UDP mappings of one inside port, as if it had been restarted; those of others stay. */
import type { Command } from './command.ts'
import { sh } from './quote.ts'

/**
 * Other projects keep connections over the same box, and their tests would be told that these had died. Mappings that
 * somebody outside opened have the port in their answer. Prints how many were removed; conntrack fails where there was
 * none, and says so.
 */
export const forgetMappings = (port: number): Command => ({
  kind: 'script',
  why: `forget the NAT mappings of port ${port}`,
  idempotent: false,
  text: sh`
    out=$(conntrack -D -p udp --orig-port-src ${port} 2>&1 >/dev/null; conntrack -D -p udp --reply-port-src ${port} 2>&1 >/dev/null)
    n=$(printf '%s\n' "$out" | sed -n 's/.*: \([0-9][0-9]*\) flow entries have been deleted.*/\1/p')
    [ "$(printf '%s\n' "$n" | wc -l)" = 2 ] || { printf '%s\n' "$out" | head -n 1 >&2; exit 1; }
    printf '%s\n' "$n" | { read -r a; read -r b; echo "$((a + b))"; }`,
})
