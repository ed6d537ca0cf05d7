/** A NAT box forgets every UDP mapping, as one that was restarted. */
import type { Command } from './command.ts'

/** Prints how many entries were removed; conntrack fails where there was none, and says so. */
export const forgetMappings: Command = {
  kind: 'script',
  why: 'forget the NAT mappings',
  idempotent: false,
  text: `out=$(conntrack -D -p udp 2>&1 >/dev/null); printf '%s\\n' "$out" | sed -n 's/.*: \\([0-9][0-9]*\\) flow entries have been deleted.*/\\1/p'; [ -n "$out" ]`,
}
