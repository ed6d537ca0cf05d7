/** The record file is moved away by a rotation of logs. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const recordRotated: LabDisturbance = {
  id: 'record-rotated',
  what: 'the record is moved away by a rotation of logs',
  node: 'saorsa-7',
  begin: (lab, node) => whenDialling(lab, node, 'f=$(readlink -f /var/lib/testnet-peer/received.jsonl); mv $f $f.1'),
}
