/** The place where the service's packets are: the node itself, or a network namespace on it (spec §2 runtimes). */
import type { FleetNode, NatBox, Runtime } from '../domain/fleet.ts'
import { raw, sh, type Raw } from './quote.ts'

/** Exit of a place that cannot be entered: its container does not run, or there is none, or no engine to ask. */
export const exitNoPlace = 77

/** Sets `pid` to the container's main process, or says in one line why there is none. */
export const findContainer =
  'pid=$(docker inspect -f "{{.State.Pid}}" "$0" 2>/dev/null) || { command -v docker >/dev/null || { echo "docker is not installed, so the container $0 cannot be entered" >&2; exit 77; }; echo "no container is called $0" >&2; exit 77; }; [ "$pid" -gt 0 ] || { echo "the container $0 does not run" >&2; exit 77; }'

const dockerEnter = (container: string): readonly string[] => [
  'sh',
  '-c',
  `${findContainer}; exec nsenter -t "$pid" -n -- "$@"`,
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

/**
 * Prints one word that tells one life of a container from the next, by its main process: `none` where it does not run,
 * `-` where there is no container.
 */
export const lifeOf = (at: Runtime | NatBox | undefined): Raw =>
  at?.kind === 'docker'
    ? raw(
        sh`p=$(docker inspect -f '{{.State.Pid}}' ${at.container} 2>/dev/null) && [ "$p" -gt 0 ] && echo "$p.$(sed 's/^.*) //' "/proc/$p/stat" | cut -d' ' -f20)" || echo none`,
      )
    : raw('echo -')

/** systemd's name for the namespace: a container's is named by its own unit (namespace-unit.ts) first. */
export const namespacePath = (node: FleetNode): string | null =>
  node.runtime.kind === 'systemd'
    ? null
    : `/run/netns/${node.runtime.kind === 'netns' ? node.runtime.name : `vps-test-${node.runtime.container}`}`

/** Ends well where the service's network, and its NAT if that is on the node, can be entered; else says why not. */
export const enterPlaces = ({ runtime, natBox }: Pick<FleetNode, 'runtime' | 'natBox'>): Raw => {
  const box = natBox === undefined ? null : boxOf(natBox)
  const places = [placeOf(runtime), box?.at === 'node' ? box.enter : []].filter((p) => p.length > 0)
  return raw(places.length === 0 ? ':' : places.map((p) => sh`${p} true`).join(' && '))
}
