/** Waits until what nodes hold is made, containers and namespaces, and looks whether it still is. */
import { Failure } from '../domain/failure.ts'
import { insideUnit } from './inside.ts'
import type { Layout } from './layout.ts'
import { labExec } from './node.ts'
import { exec, type ExecOptions } from './process.ts'
import type { Topology, TopologyNode } from './topology.ts'

type Doing = Pick<ExecOptions, 'cgroup' | 'signal'>

/** False: the node holds nothing. */
export async function insideUp(n: TopologyNode, l: Layout, doing: Doing): Promise<boolean> {
  const unit = insideUnit(n)
  if (unit === null) return false
  const started = await onNode(n, l, doing, 'systemctl start "$0"', unit)
  if (started.code === 0) return true
  const said = (await onNode(n, l, doing, 'journalctl -u "$0" -n 20 --no-pager -o cat', unit)).stdout.trim()
  throw new Failure({
    code: 'I224',
    node: n.name,
    message: `${n.name}: ${unit} did not start: ${said.slice(-500) || started.stderr.trim()}`,
    remedy: 'vps-test lab doctor',
  })
}

/** Whether every container runs and every namespace is there. */
export async function insideHealthy(t: Topology, l: Layout, signal: AbortSignal): Promise<boolean> {
  const looks = await Promise.all(
    t.nodes.map(async (n) => {
      if (n.place.kind === 'node' || !n.powered) return true
      const [script, ...names] =
        n.place.kind === 'netns'
          ? ['test -e "/run/netns/$0"', n.place.name]
          : [
              '[ "$(docker inspect -f "{{.State.Running}}" "$0" "$1" | sort -u)" = true ]',
              n.place.container,
              n.place.box,
            ]
      return (await onNode(n, l, { signal }, script, ...names)).code === 0
    }),
  )
  return looks.every(Boolean)
}

async function onNode(n: TopologyNode, l: Layout, doing: Doing, script: string, ...names: string[]) {
  const argv = await labExec({ id: l.id, stateDir: l.stateDir, node: n.name }, ['sh', '-c', script, ...names])
  return exec(argv, { ...doing, timeoutMs: 60_000 })
}
