/**
 * Nodes whose service lives in a container or a namespace on them, as in many fleets: the files from which the node's
 * own systemd, Podman and nft make both.
 */
import { outsideAddress, pathsOf, privateAddress, privateGateway, transferAddress, type Layout } from './layout.ts'
import { conntrackTimes, mappingSeconds, natRuleset, wishedOf } from './nat.ts'
import type { FileText, Stages, Step } from './step.ts'
import type { Place, Topology, TopologyNode } from './topology.ts'

/** The bridge between the container that is a NAT and the one behind it. */
export const innerBridge = 'inner'

/** What must be up on a node before it counts as up; null: nothing but the node. */
export const insideUnit = ({ place }: TopologyNode): string | null =>
  place.kind === 'node'
    ? null
    : place.kind === 'netns'
      ? 'ant-quic-test-nat.service'
      : 'vps-test-lab-containers.service'

export const hasContainers = (t: Topology): boolean => t.nodes.some((n) => n.place.kind === 'docker')

const lib = '/usr/local/lib/vps-test-lab'
const wan = 'wan'
const inner = 'lan'

/** Files of the nodes, by their places on this machine. */
export const compileInside = (t: Topology, l: Layout): Stages => [t.nodes.flatMap((n) => insideFiles(t, l, n))]

function insideFiles(t: Topology, l: Layout, n: TopologyNode): Step[] {
  const unit = insideUnit(n)
  if (n.place.kind === 'node' || n.box === 'none' || unit === null) return []
  const root = pathsOf(l).root(n.name)
  const usr = pathsOf(l).usr(n.name)
  const units = `${root}/etc/systemd/system`
  const rules = natRuleset({
    kind: n.box,
    outside: outsideAddress(n),
    inside: privateAddress(n),
    mappingSeconds: mappingSeconds(t.natTimeoutFactor),
    ...wishedOf(n),
    ...(n.place.kind === 'netns'
      ? { stands: 'host', wan: 'eth0', lan: 'nat-in' }
      : { stands: 'beside', wan, lan: inner }),
  })
  const times = conntrackTimes(mappingSeconds(t.natTimeoutFactor)).join(' ')
  const program = (name: string, text: string): FileText => ({
    path: `${usr}/local/lib/vps-test-lab/${name}`,
    text: `#!/bin/sh\nset -eu\n${text}`,
    mode: 0o755,
  })
  const files: FileText[] = [
    { path: `${root}/etc/vps-test-lab/nat.nft`, text: rules },
    { path: `${units}/${unit}`, text: unitText(n.place) },
    ...(n.place.kind === 'netns'
      ? [program('start', namespaceStart(n, n.place.name, times))]
      : [
          program('start', containersStart(n.place)),
          program('wire', wire(n, times)),
          { path: `${usr}/local/bin/docker`, text: dockerShim, mode: 0o755 },
          ...containerFiles(root),
        ]),
  ]
  const link = { path: `${units}/multi-user.target.wants/${unit}`, target: `../${unit}` }
  return [
    {
      kind: 'files',
      why: `put a ${n.place.kind === 'netns' ? 'namespace' : 'container'} on ${n.name}`,
      directories: parents(
        [...files, link].map((f) => f.path),
        pathsOf(l).node(n.name),
      ),
      files,
      links: [link],
    },
  ]
}

/** Every directory on the way, so that anybody on the node may pass, whatever the mask here is. */
const parents = (paths: readonly string[], below: string): { path: string; mode: number }[] =>
  [
    ...new Set(
      paths.flatMap((path) => {
        const words = path
          .slice(below.length + 1)
          .split('/')
          .slice(0, -1)
        return words.map((_, i) => `${below}/${words.slice(0, i + 1).join('/')}`)
      }),
    ),
  ].map((path) => ({ path, mode: 0o755 }))

const unitText = (place: Place): string => `[Unit]
Description=${place.kind === 'netns' ? 'A namespace behind the NAT of this machine' : 'A container, and the one that is its NAT'}
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${lib}/start
[Install]
WantedBy=multi-user.target
`

/** The machine's rules outlive its boots, as its network does; the namespace does not. */
const namespaceStart = (n: TopologyNode, name: string, times: string): string => `
ip netns add ${name}
ip link del nat-in 2>/dev/null || :
ip link add nat-in type veth peer name eth0 netns ${name}
ip addr add ${privateGateway(n)}/24 dev nat-in
ip link set nat-in up
ip -n ${name} link set lo up
ip -n ${name} addr add ${privateAddress(n)}/24 dev eth0
ip -n ${name} link set eth0 up
ip -n ${name} route add default via ${privateGateway(n)}
nft add table ip lab
nft delete table ip lab
nft -f /etc/vps-test-lab/nat.nft
sysctl -qw ${times}
`

/** An image of one static program, made here: no registry is asked. */
const containersStart = ({ container, box }: Extract<Place, { kind: 'docker' }>): string => `
if ! docker image exists localhost/still:1; then
  d=$(mktemp -d)
  mkdir "$d/bin"
  cp /bin/busybox "$d/bin/"
  for name in sh sleep; do ln -s busybox "$d/bin/$name"; done
  tar -C "$d" -c . | docker import - localhost/still:1
  rm -rf "$d"
fi
# SIGTERM ends a shell that waits, and not a sleep that is process 1.
still='trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'
for name in ${box} ${container}; do
  if [ "$name" = ${box} ]; then role=nat; else role=node; fi
  docker container exists "$name" && docker start "$name" || docker run -d --name "$name" --network none --annotation "vps-test-lab.role=$role" localhost/still:1 /bin/sh -c "$still"
done
`

/** By the runtime's hook, at every start of a container: its new namespace is joined to its neighbours' networks. */
const wire = (n: TopologyNode, times: string): string => `
pid=$(sed -n 's/.*"pid": *\\([0-9][0-9]*\\).*/\\1/p')
at() { nsenter -t "$pid" -n -- "$@"; }
at ip link set lo up
case $1 in
  nat)
    for link in nat-out nat-in; do ip link del "$link" 2>/dev/null || :; done
    ip link add nat-out type veth peer name ${wan} netns "$pid"
    ip addr add ${transferAddress(n, 'machine')}/30 dev nat-out
    ip link set nat-out up
    ip route replace ${outsideAddress(n)}/32 via ${transferAddress(n, 'container')}
    at ip addr add ${outsideAddress(n)}/32 dev ${wan}
    at ip addr add ${transferAddress(n, 'container')}/30 dev ${wan}
    at ip link set ${wan} up
    at ip route add default via ${transferAddress(n, 'machine')} dev ${wan} src ${outsideAddress(n)}
    ip link add nat-in type veth peer name ${inner} netns "$pid"
    ip link set nat-in master ${innerBridge} up
    at ip addr add ${privateGateway(n)}/24 dev ${inner}
    at ip link set ${inner} up
    at nft -f /etc/vps-test-lab/nat.nft
    at sysctl -qw net.ipv4.ip_forward=1 ${times}
    ;;
  node)
    ip link del node-in 2>/dev/null || :
    ip link add node-in type veth peer name eth0 netns "$pid"
    ip link set node-in master ${innerBridge} up
    at ip addr add ${privateAddress(n)}/24 dev eth0
    at ip link set eth0 up
    at ip route add default via ${privateGateway(n)}
    ;;
esac
`

/**
 * Docker's command line by Podman. Inside a node of the lab no limit may be raised, no device made, and no cgroup whose
 * devices are filtered: such a container is not confined, and needs not be, for it does nothing.
 */
const dockerShim = `#!/bin/sh
podman='/usr/bin/podman --root /var/lib/vps-test-lab/containers --runroot /run/vps-test-lab/containers --storage-driver=vfs --runtime crun --cgroup-manager=cgroupfs --hooks-dir /etc/vps-test-lab/hooks'
case $1 in
  run | create) verb=$1; shift; exec $podman "$verb" --volume /dev:/dev --cgroups=disabled --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 "$@" ;;
esac
exec $podman "$@"
`

function containerFiles(root: string): FileText[] {
  const hook = (role: 'nat' | 'node'): FileText => ({
    path: `${root}/etc/vps-test-lab/hooks/${role}.json`,
    text: `${JSON.stringify({
      version: '1.0.0',
      hook: { path: `${lib}/wire`, args: ['wire', role] },
      when: { annotations: { '^vps-test-lab\\.role$': `^${role}$` } },
      stages: ['prestart'],
    })}\n`,
  })
  return [
    hook('nat'),
    hook('node'),
    { path: `${root}/etc/containers/policy.json`, text: '{"default":[{"type":"insecureAcceptAnything"}]}\n' },
    { path: `${root}/etc/containers/registries.conf`, text: 'unqualified-search-registries=[]\n' },
  ]
}
