/** The place where the service writes is full. */
import type { LabDisturbance } from '../attack.ts'

export const diskFull: LabDisturbance = {
  id: 'disk-full',
  what: 'the disk below the data of the service is full',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    await lab.on(
      node,
      `d=$(readlink -f /var/lib/testnet-peer); cp -a $d /root/kept-data
      mount -t tmpfs -o size=256k,mode=755 tmpfs $d; cp -a /root/kept-data/peer_id $d/ 2>/dev/null || true
      chown --reference=/root/kept-data $d; dd if=/dev/zero of=$d/full bs=4k 2>/dev/null || true`,
    )
    return () => lab.on(node, `umount -l $(readlink -f /var/lib/testnet-peer); rm -rf /root/kept-data`)
  },
}
