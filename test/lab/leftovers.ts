/** What is on this machine of a lab, found without the lab's own code. */
import { readdirSync, readFileSync } from 'node:fs'

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
const list = (path: string): string[] => {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

export const needRoot = (): void => {
  if (process.getuid?.() !== 0) throw new Error('the lab tests need root: run them with sudo, or in a container')
}

export const namespaces = (id: string): string[] => list('/run/netns').filter((n) => n.startsWith(`lab-${id}-`))
export const cgroups = (id: string): string[] =>
  ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].flatMap((at) => list(at).filter((n) => n === `vps-test-lab-${id}`))
export const mounts = (id: string): string[] =>
  read('/proc/self/mountinfo')
    .split('\n')
    .filter((line) => line.includes(`/lab-${id}/`) || line.includes(`lab-${id}-`))
export const sockets = (id: string): string[] =>
  read('/proc/net/unix')
    .split('\n')
    .filter((line) => line.endsWith(`@vps-test/vps-test-lab-${id}`))
export const state = (id: string): string[] => list('/var/lib/vps-test').filter((n) => n === `lab-${id}`)
export const processes = (id: string): string[] =>
  list('/proc')
    .filter((p) => /^\d+$/.test(p))
    .flatMap((pid) => {
      const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
      const ours = new RegExp(`vps-test-lab-${id}(/|$)|/lab-${id}/|lab-${id}-`, 'm')
      // A dead process that nobody has waited for yet is the business of this machine's init, not of the lab.
      if (/^State:\s+Z/m.test(read(`/proc/${pid}/status`))) return []
      return Number(pid) !== process.pid && (ours.test(read(`/proc/${pid}/cgroup`)) || ours.test(command))
        ? [`${pid} ${command}`]
        : []
    })

export const leftovers = (id: string): string[] => [
  ...namespaces(id),
  ...cgroups(id),
  ...mounts(id),
  ...sockets(id),
  ...state(id),
  ...processes(id),
]
