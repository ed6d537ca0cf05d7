/** A process group as a whole: whether it lives, a signal to it, and waiting until nothing of it is left. */
import { readFileSync, readdirSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

const lookMs = 20

/** True once nothing of the group is left; false when something still is after the grace. */
export async function groupGone(group: number, graceMs: number): Promise<boolean> {
  const until = performance.now() + graceMs
  for (let looks = 1; groupLives(group); looks++) {
    if (performance.now() > until) return false
    // Where nobody collects orphans (a container's first process, say), the dead would be waited for as if they lived.
    if ((looks & (looks - 1)) === 0 && onlyDead(group) && onlyDead(group)) return true
    await wait(lookMs)
  }
  return true
}

/** Signal 0 only asks; what belongs to another user may not be asked, so it is there. */
export function groupLives(group: number): boolean {
  try {
    return process.kill(-group, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

export function toGroup(group: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, signal)
  } catch {
    // The group is gone, or belongs to another user.
  }
}

/**
 * Whether all that is left of it is dead and waits to be collected. False where that cannot be seen: without /proc, or
 * where it shows none of the group.
 */
function onlyDead(group: number): boolean {
  const states = processes().flatMap((pid) => stateIn(pid, group) ?? [])
  return states.length > 0 && states.every((state) => state === 'Z' || state === 'X')
}

function processes(): readonly string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** Behind the name, which may hold anything: state, parent, group. */
function stateIn(pid: string, group: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state, , own] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return Number(own) === group ? state : undefined
  } catch {
    // It has ended since.
    return undefined
  }
}
