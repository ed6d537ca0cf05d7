/** The place where the service's packets are: the node itself, or a network namespace on it (spec §2 runtimes). */
import type { FleetNode, NatBox, Runtime } from '../domain/fleet.ts'

const dockerEnter = (container: string): readonly string[] => [
  'sh',
  '-c',
  'pid=$(docker inspect -f "{{.State.Pid}}" "$0") && exec nsenter -t "$pid" -n -- "$@"',
  container,
]

/** argv prefix that enters the service's network namespace from the node's host. */
export function placeOf(runtime: Runtime): readonly string[] {
  switch (runtime.kind) {
    case 'systemd':
      return []
    case 'netns':
      return ['ip', 'netns', 'exec', runtime.name]
    case 'docker':
      return dockerEnter(runtime.container)
  }
}

/** How to enter the NAT box: from the node's own host, or from the orchestrator's machine. */
export function boxOf(box: NatBox): { readonly at: 'node' | 'orchestrator'; readonly enter: readonly string[] } {
  switch (box.kind) {
    case 'orchestrator':
      return { at: 'orchestrator', enter: box.enter }
    case 'host':
      return { at: 'node', enter: [] }
    case 'netns':
      return { at: 'node', enter: ['ip', 'netns', 'exec', box.name] }
    case 'docker':
      return { at: 'node', enter: dockerEnter(box.container) }
  }
}

/** systemd's name for the namespace: docker's is given a name by {@link attachNamespace} first. */
export const namespacePath = (node: FleetNode): string | null =>
  node.runtime.kind === 'systemd'
    ? null
    : `/run/netns/${node.runtime.kind === 'netns' ? node.runtime.name : `vps-test-${node.runtime.container}`}`
