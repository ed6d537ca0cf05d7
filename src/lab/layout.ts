/**
 * Every name and address a lab uses, computed from its id and its nodes' numbers: nothing is looked up, so what is ours
 * can be told at any time.
 */
import { Failure } from '../domain/failure.ts'
import type { TopologyNode } from './topology.ts'

export interface Layout {
  readonly id: string
  /** Namespaces: `lab-…` for the id `lab`, `lab-<id>-…` for any other. */
  readonly prefix: string
  /** Below the cgroup2 mount. */
  readonly cgroup: string
  readonly stateDir: string
}

export function layoutOf(id = 'lab', stateDir?: string): Layout {
  if (!/^[a-z][a-z0-9]{0,7}$/.test(id) || ['nat', 'ix', 'hq'].includes(id)) {
    throw new Failure({
      code: 'U202',
      message: `lab id ${JSON.stringify(id)} is not usable: one to eight lower-case letters and digits, not nat, ix or hq`,
      remedy: 'vps-test lab up --lab lab',
    })
  }
  const suffix = id === 'lab' ? '' : `-${id}`
  return {
    id,
    prefix: `lab${suffix}-`,
    cgroup: `vps-test-lab${suffix}`,
    stateDir: stateDir ?? `/var/lib/vps-test/lab${suffix}`,
  }
}

export const routerOf = (l: Layout): string => `${l.prefix}ix`
export const hqOf = (l: Layout): string => `${l.prefix}hq`
export const nodeNamespace = (l: Layout, node: string): string => `${l.prefix}${node}`
export const boxNamespace = (l: Layout, node: string): string => `${l.prefix}nat-${node}`

/** True for a namespace of this lab, whatever topology it was made from; never for one of a lab with another id. */
export const owns = (l: Layout, namespace: string): boolean =>
  namespace.startsWith(l.prefix) &&
  /^(ix|hq|(nat-)?[a-z]{1,16}-[1-9][0-9]{0,2})$/.test(namespace.slice(l.prefix.length))

export const enter = (namespace: string): string[] => ['nsenter', `--net=/run/netns/${namespace}`, '--']

/**
 * RFC 2544 addresses: peer-to-peer programs refuse to advertise documentation, private and carrier-grade ranges, and
 * take these for public.
 */
export const publicAddress = (n: Pick<TopologyNode, 'number'>): string => `198.18.${n.number}.10`
export const publicGateway = (n: Pick<TopologyNode, 'number'>): string => `198.18.${n.number}.1`
export const privateAddress = (n: Pick<TopologyNode, 'number'>): string => `192.168.${n.number}.10`
export const privateGateway = (n: Pick<TopologyNode, 'number'>): string => `192.168.${n.number}.1`
export const hqAddresses = ['198.18.0.10', '198.18.0.11'] as const
export const hqGateway = '198.18.0.1'
/** The router's end of a node's link; interface names have at most 15 characters. */
export const interfaceName = (n: Pick<TopologyNode, 'number'>): string => `w${n.number}`
/** RFC 2606: `.invalid` never resolves, so that no mistake reaches a real machine. */
export const labHostName = (n: Pick<TopologyNode, 'name'>): string => `${n.name}.lab.invalid`
/** Whether the lab keeps a box of its own in front of the node; a container's or a namespace's stands on the node. */
export const isBoxed = (n: TopologyNode): boolean => n.box !== 'none' && n.place.kind === 'node'
/** The outer end of a node or its box, and whom it sends everything to: the lab's router, or a carrier's NAT. */
export const outerAddress = (n: TopologyNode): string =>
  n.behind === undefined ? publicAddress(n) : `100.64.${n.number}.10`
export const outerGateway = (n: TopologyNode): string =>
  n.behind === undefined ? publicGateway(n) : `100.64.${n.number}.1`
/** Where the node itself is addressed inside its namespace. */
export const ownAddress = (n: TopologyNode): string => (isBoxed(n) ? privateAddress(n) : outerAddress(n))
/** By which the outside knows the service: a container that is a NAT has an address beside its machine's. */
export const outsideAddress = (n: TopologyNode): string =>
  n.place.kind === 'docker' ? `198.18.${n.number}.20` : publicAddress(n)
/** Between a machine and the outer end of the container on it that is a NAT. */
export const transferAddress = (n: Pick<TopologyNode, 'number'>, end: 'machine' | 'container'): string =>
  `172.31.${n.number}.${end === 'machine' ? 1 : 2}`

export const pathsOf = (l: Layout) => ({
  marker: `${l.stateDir}/lab.json`,
  key: `${l.stateDir}/id_ed25519`,
  fleet: `${l.stateDir}/fleet.yaml`,
  hosts: `${l.stateDir}/hosts`,
  reach: `${l.stateDir}/reach.sh`,
  boot: `${l.stateDir}/boot.sh`,
  keeper: `${l.stateDir}/keeper.sh`,
  template: `${l.stateDir}/template`,
  /** What a node has in its /dev and /run before systemd. */
  early: `${l.stateDir}/early`,
  /** The table of the mounts that every node begins with. */
  mounts: `${l.stateDir}/mounts`,
  shaperLog: `${l.stateDir}/lab-delay.log`,
  node: (name: string) => `${l.stateDir}/nodes/${name}`,
  root: (name: string) => `${l.stateDir}/nodes/${name}/root`,
  /** Its presence tells boot.sh that the root lies over the template. */
  /** Laid over the machine's /usr. */
  usr: (name: string) => `${l.stateDir}/nodes/${name}/usr`,
  rootWork: (name: string) => `${l.stateDir}/nodes/${name}/root.work`,
  hostKey: (name: string) => `${l.stateDir}/nodes/${name}/ssh_host_ed25519_key`,
})
