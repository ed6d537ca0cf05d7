/** One question to a node on which the program failed: what of the machine, and what the program itself said last. */
import type { Command } from './command.ts'
import { askMachine, type PostMortemOf } from './post-mortem.ts'
import { findPortHolder } from './port-holder.ts'
import { quote, raw, sh } from './quote.ts'
import { sectionWord, type AskedOf } from '../domain/post-mortem/told.ts'

export type DiagnosisOf = AskedOf & PostMortemOf

/**
 * Sections `disk <path>` (KiB used, KiB free, inodes free, KiB of its own, mount options), `holder`, `firewall` (every
 * table that is none of ours), those of {@link askMachine}, and `said`: the program's own last lines since its last
 * start. Each is asked whatever became of the others.
 */
export const lookForCauses = ({ unit, place, listens, releases, data, ...machine }: DiagnosisOf): Command => {
  const holder = listens.port === 0 ? null : findPortHolder(place, listens.protocol, listens.port)
  return {
    kind: 'script',
    why: `why ${unit} fails`,
    idempotent: true,
    text: sh`u=${`${unit}.service`}
      disk() {
        echo; echo ${sectionWord} disk "$1"; at=$1; while ! [ -e "$at" ] && [ "$at" != / ]; do at=$(dirname "$at"); done
        own=; [ "$at" != "$1" ] || own=$(timeout 5 du -skx "$at/" 2>/dev/null | cut -f1)
        echo "$(df -Pk "$at" | awk 'NR==2{print $3, $4}') $(df -Pi "$at" | awk 'NR==2{print ($2 > 0 ? $4 : "-")}') ${raw('${own:--}')} $(findmnt -no OPTIONS -T "$at" 2>/dev/null)"
      }
      disk ${releases}; disk ${data}
      echo; echo ${sectionWord} holder
      ( ${raw(holder?.kind === 'script' ? holder.text : ':')}
      )
      echo; echo ${sectionWord} firewall
      ${place} nft list tables 2>/dev/null | grep -v ' vps_test_' | head -n 50 | while read -r _ family table; do ${place} nft list table "$family" "$table" 2>/dev/null; done | head -c 20000
      ${askMachine({ place, ...machine })}
      echo; echo ${sectionWord} said
      i=$(systemctl show "$u" -p InvocationID --value 2>/dev/null)
      [ -z "$i" ] || journalctl "_SYSTEMD_INVOCATION_ID=$i" _TRANSPORT=stdout -n 60 --no-pager -o cat 2>/dev/null | tail -c 8000`,
  }
}

/** Typed on this machine: asks the node itself. */
export const onNode = (
  node: { readonly host: string; readonly sshPort: number; readonly user: string },
  what: string,
): string => `ssh -p ${node.sshPort} ${quote(`${node.user === '' ? 'root' : node.user}@${node.host}`)} ${quote(what)}`
