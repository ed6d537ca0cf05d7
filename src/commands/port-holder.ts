/** Who has a port on a node: its process, its unit, and, where we wrote that unit, project and session. */
import type { Command } from './command.ts'
import { ownersDir } from './owners.ts'
import { sh } from './quote.ts'

/** Prints `pid`, program, unit, project and session, each in a line, `-` where there is none; nothing where it is free. */
export const findPortHolder = (place: readonly string[], protocol: 'tcp' | 'udp', port: number): Command => ({
  kind: 'script',
  why: `who has ${protocol} ${port}`,
  idempotent: true,
  text: sh`
    pid=$(${place} ss -Hlnp ${protocol === 'tcp' ? '-t' : '-u'} ${`sport = :${port}`} | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -n 1)
    [ -n "$pid" ] || exit 0
    unit=$(sed -n 's/.*\/\([^/]*\)\.service$/\1/p' "/proc/$pid/cgroup" | head -n 1)
    echo "$pid"; tr '\n' ' ' <"/proc/$pid/comm"; echo; if [ -n "$unit" ]; then echo "$unit"; else echo -; fi
    if [ -n "$unit" ] && [ -s ${ownersDir}/"$unit" ]; then head -n 2 ${ownersDir}/"$unit"; else echo -; echo -; fi`,
})
