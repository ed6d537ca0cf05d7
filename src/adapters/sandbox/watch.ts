/** Looks now and then at all processes that one has started, however deep, and tells what they have too much of. */
import { readdir, readFile } from 'node:fs/promises'

export type Overrun = 'too much memory' | 'too many processes'

export interface Bounds {
  readonly memoryBytes: number
  readonly processes: number
}

const everyMs = 100
const pageBytes = 4096

/** `over` is called once. The function that is given back ends the watch. */
export function watch(root: number, bounds: Bounds, over: (what: Overrun) => void): () => void {
  let ended = false
  const look = async (): Promise<void> => {
    const found = await used(root)
    if (ended) return
    const what =
      found.processes > bounds.processes
        ? 'too many processes'
        : found.memoryBytes > bounds.memoryBytes
          ? 'too much memory'
          : null
    if (what === null) timer = setTimeout(() => void look(), everyMs)
    else over(what)
  }
  let timer = setTimeout(() => void look(), everyMs)
  return () => {
    ended = true
    clearTimeout(timer)
  }
}

/** What lies below `root` by now: a process whose parent has ended belongs to the first of its namespace, which does. */
export async function used(root: number): Promise<Bounds> {
  const parents = new Map<number, number[]>()
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    parents.set(parent, [...(parents.get(parent) ?? []), Number(name)])
  }
  const below: number[] = []
  for (const next = [root]; next.length > 0;) {
    const children = parents.get(next.pop() ?? 0) ?? []
    below.push(...children)
    next.push(...children)
  }
  let pages = 0
  for (const pid of below) {
    const statm = await readFile(`/proc/${pid}/statm`, 'latin1').catch(() => '')
    pages += Number(statm.split(' ')[1] ?? 0)
  }
  return { processes: below.length, memoryBytes: pages * pageBytes }
}
