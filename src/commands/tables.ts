/** Our nft tables on a node: their names say whose they are, so that no session reads, resets or removes another's. */
import { leaseDir } from './lease.ts'
import { raw, sh, type Raw } from './quote.ts'

/** A session, under the fencing number that it holds on the node. */
export interface TableOwner {
  readonly session: string
  readonly fence: number
  readonly node: string
}

const tableOf = (kind: 'witness' | 'wall', { session, fence, node }: TableOwner): string =>
  `vps_test_${kind}_${session}_${fence}_${node}`
/** Where packets are counted. */
export const witnessTable = (owner: TableOwner): string => tableOf('witness', owner)
/** Where a control closes a port. */
export const wallTable = (owner: TableOwner): string => tableOf('wall', owner)

const listed = raw(`nft list tables inet 2>/dev/null | sed -n 's/^table inet \\(vps_test_w[a-z]*_[^ ]*\\).*/\\1/p'`)

/** Whatever the session has there, under any fencing number. */
export const removeTables = ({ session, node }: Pick<TableOwner, 'session' | 'node'>): Raw =>
  raw(sh`
    ${listed} | while read -r t; do
      case "$t" in vps_test_witness_*) f=${raw('${t#')}${`vps_test_witness_${session}_`}};; *) f=${raw('${t#')}${`vps_test_wall_${session}_`}};; esac
      f=${raw('${f%')}${`_${node}`}}
      # Nothing but the number may stand between: another session's name may begin with this one.
      case "$f" in ''|*[!0-9]*) ;; *) nft delete table inet "$t" 2>/dev/null || true;; esac; done`)

/**
 * Every table for which no lease of this node speaks, but the owner's own: what a run left that died, or that was put
 * out of its lease.
 */
export const sweepTables = (owner: TableOwner): Raw =>
  raw(sh`
    now=$(date +%s)
    ${listed} | while read -r t; do
      case "$t" in ${witnessTable(owner)}|${wallTable(owner)}) continue;; esac
      spoken=
      for l in ${leaseDir}/*; do
        fence=; until=0; holder=
        { read -r fence; read -r until; read -r holder; } 2>/dev/null <"$l" || continue
        case "$until" in ''|*[!0-9]*) continue;; esac
        [ "$until" -gt "$now" ] || continue
        case "$t" in vps_test_w*_"$holder"_"$fence"_*) spoken=1;; esac
      done
      [ -n "$spoken" ] || nft delete table inet "$t" 2>/dev/null || true; done`)
