/** The disk below the service's data is full, by files of somebody else. */
import type { LabDisturbance } from '../attack.ts'

const data = 'd=$(readlink -f /var/lib/testnet-peer)'

export const diskFull: LabDisturbance = {
  id: 'disk-full',
  what: 'the disk below the data of the service is full, by files of somebody else',
  node: 'saorsa-7',
  begin: async (lab, node) => {
    // The filler lies beside the service's directory: what a program fills by itself is its own doing.
    await lab.on(
      node,
      `${data}; systemctl stop testnet-peer; mkdir -p /mnt/gauntlet; mount -t tmpfs -o size=8m tmpfs /mnt/gauntlet
      cp -a "$d" /mnt/gauntlet/data; mount --bind /mnt/gauntlet/data "$d"
      dd if=/dev/zero of=/mnt/gauntlet/full bs=4k 2>/dev/null || true; systemctl start testnet-peer`,
    )
    return () => lab.on(node, `${data}; systemctl stop testnet-peer; umount "$d"; umount -l /mnt/gauntlet`)
  },
}
