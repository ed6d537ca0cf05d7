/** Whether the kernel killed a service because the service itself had used up the memory: then it is nobody's victim. */

/** It names what it killed, and how much that had: half of a machine, or all that its own group may have. */
export function killedItself(line: string, unit: string, memory: { readonly totalKiB: number } | null): boolean {
  const [, name = ''] = /Killed process \d+ \(([^)]{1,16})\)/.exec(line) ?? []
  if (!unit.startsWith(name) || name === '') return false
  const [, kib] = /anon-rss:(\d{1,15})kB/.exec(line) ?? []
  return kib === undefined || memory === null || Number(kib) * 2 >= memory.totalKiB || /Memory cgroup/.test(line)
}
