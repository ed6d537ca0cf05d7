/** One question to a node on which the program failed: what of the machine, and what the program itself said last. */
import type { Command } from './command.ts'
import { findPortHolder } from './port-holder.ts'
import { quote, raw, sh } from './quote.ts'

export interface DiagnosisOf {
  /** Without `.service`. */
  readonly unit: string
  /** argv prefix that enters the service's network namespace. */
  readonly place: readonly string[]
  readonly listens: { readonly protocol: 'tcp' | 'udp'; readonly port: number }
  readonly releases: string
  readonly data: string
}

/** Each section begins with this word and its name. */
export const sectionWord = 'vps-test-section'

/**
 * Sections `state`, `disk <path>` (KiB used, KiB free, inodes free, KiB of its own, mount options), `holder`, `firewall`
 * and `said`: the program's own last lines since its last start. Each is asked whatever became of the others.
 */
export const lookForCauses = ({ unit, place, listens, releases, data }: DiagnosisOf): Command => {
  const holder = listens.port === 0 ? null : findPortHolder(place, listens.protocol, listens.port)
  return {
    kind: 'script',
    why: `why ${unit} fails`,
    idempotent: true,
    text: sh`u=${`${unit}.service`}
      echo ${sectionWord} state
      systemctl show "$u" -p ActiveState -p SubState -p Result -p ExecMainStatus -p InvocationID 2>/dev/null
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
      ${place} nft list ruleset 2>/dev/null | head -c 60000
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
