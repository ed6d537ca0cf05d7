/** Every disturbance of a real lab. */
import type { LabDisturbance } from '../attack.ts'
import { busy } from './busy.ts'
import { diskFull } from './disk-full.ts'
import { firewall } from './firewall.ts'
import { greeting } from './greeting.ts'
import { noIpv6 } from './no-ipv6.ts'
import { noWitness } from './no-witness.ts'
import { noexec } from './noexec.ts'
import { outage } from './outage.ts'
import { portTaken } from './port-taken.ts'
import { powerOff } from './power-off.ts'
import { proberKilled } from './prober-killed.ts'
import { recordRotated } from './record-rotated.ts'
import { restarted } from './restarted.ts'
import { rulesFlushed } from './rules-flushed.ts'
import { slowUplink } from './slow-uplink.ts'
import { smallMtu } from './small-mtu.ts'
import { sshKilled } from './ssh-killed.ts'
import { sshdStopped } from './sshd-stopped.ts'

export const labDisturbances: readonly LabDisturbance[] = [
  busy,
  diskFull,
  firewall,
  greeting,
  noIpv6,
  noWitness,
  noexec,
  outage,
  portTaken,
  powerOff,
  proberKilled,
  recordRotated,
  restarted,
  rulesFlushed,
  slowUplink,
  smallMtu,
  sshKilled,
  sshdStopped,
]
