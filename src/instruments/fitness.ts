/** Whether a node lets us in as who we must be, and lets be executed what we put there. */
import { diagnoseNode } from '../commands/remedies.ts'
import { quote } from '../commands/quote.ts'
import type { Unfit } from '../commands/survey.ts'
import { Failure } from '../domain/failure.ts'
import type { Fleet, NodeName } from '../domain/fleet.ts'

/** Units, packet counters and namespaces are root's; sudo is not used. */
export function refuseUnfit(fleet: Fleet, name: NodeName, { user, uid, sudo, noexec, place }: Unfit): void {
  const node = fleet.nodes.find((n) => n.name === name)
  if (uid !== 0)
    throw new Failure({
      code: 'I132',
      node: name,
      message: `${name}: user ${user === '' ? 'of the fleet file' : user} is not root (uid ${uid ?? 'unknown'})${sudo ? '; it may use sudo without a password, which is not used yet' : ''}`,
      remedy: `ssh-copy-id -p ${node?.sshPort ?? 22} ${quote(`root@${node?.host ?? name}`)}`,
    })
  if (noexec.length > 0)
    throw new Failure({
      code: 'I157',
      node: name,
      message: `${name}: mounted noexec: nothing below ${noexec.join(' and ')} can be executed`,
      remedy: diagnoseNode(name, fleet),
    })
  if (place !== null)
    throw new Failure({
      code: 'I160',
      node: name,
      message: `${name}: its network cannot be entered: ${place === '' ? 'no reason was given' : place}`,
      remedy: diagnoseNode(name, fleet),
    })
}
