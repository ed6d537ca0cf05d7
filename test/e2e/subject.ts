/** The program under test on the lab's nodes, as the tests of faults find it: what runs, and how it is put there. */
import type { Lab } from './lab.ts'
import { cli } from './cli.ts'
import type { Story } from './session.ts'

export const service = 'testnet-peer'
export const installed = '/opt/testnet-peer'
export const unitFile = `/etc/systemd/system/${service}.service`

/**
 * `<pid> <sha256 of the running program>`, from the kernel; a process that was just started is systemd's own program
 * until it becomes ours.
 */
export const runningOn = async (lab: Lab, node: string): Promise<string> =>
  (
    await lab.on(
      node,
      `pid=$(systemctl show ${service} -p MainPID --value); for i in $(seq 50); do [ /proc/$pid/exe -ef /proc/1/exe ] || break; sleep 0.1; done; echo "$pid $(sha256sum /proc/$pid/exe | cut -c1-64)"`,
    )
  ).trim()

/** Files below releases/, each `<sha256>/<name>`, sorted. */
export const releasesOn = async (lab: Lab, node: string): Promise<readonly string[]> =>
  (
    await lab.on(
      node,
      `cd ${installed}/releases && find . -mindepth 1 ! -type d -printf '%P\\n' -o -mindepth 1 -type d -empty -printf '%P/\\n' | sort`,
    )
  )
    .split('\n')
    .filter((l) => l !== '')

/** Holder of a node's lease; `-` when it was given back. */
export const holderOn = async (lab: Lab, node: string): Promise<string> =>
  (await lab.on(node, `sed -n 3p /var/lib/vps-test/leases/${service}`)).trim()

/** Deploys and ends there: the session is killed before its test and then stopped by a person; what it deployed runs on. */
export async function deployOnly(session: Story): Promise<void> {
  await session.runInto('TEST')
  const stopped = await cli(['stop', 'testnet', '--keep'], session.home)
  if (stopped.code !== 0) throw new Error(`stop ended with ${String(stopped.code)}: ${stopped.err}`)
}
