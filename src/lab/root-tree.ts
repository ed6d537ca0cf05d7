/**
 * A node's root tree, as steps: the machine's own /usr by overlay, one small template for all nodes, and a node's few
 * own files over it.
 */
import { createHash } from 'node:crypto'
import { bootScript, earlyDirectories, earlyMounts, keeperScript, reachScript } from './boot.ts'
import { labHostName, pathsOf, publicAddress, type Layout } from './layout.ts'
import type { FileText, Step, Stages } from './step.ts'
import type { Topology, TopologyNode } from './topology.ts'
import { journaldConfig, managerConfig, masked, sshdConfig, sshUnit } from './units.ts'

/** The machine's account files, as read. */
export interface HostAccounts {
  readonly passwd: string
  readonly group: string
}

/** Everything of /etc that programs from the borrowed /usr need; no keys, no users' settings, no units. */
const borrowed = [
  'pam.d',
  'security',
  'login.defs',
  'nsswitch.conf',
  'ld.so.conf',
  'ld.so.conf.d',
  'ld.so.cache',
  'ssl/certs',
  'ssl/openssl.cnf',
  'alternatives',
  'profile',
  'bash.bashrc',
  'shells',
  'services',
  'protocols',
  'localtime',
  'dbus-1',
  'debian_version',
  'lsb-release',
  'iproute2',
  'xattr.conf',
  'gai.conf',
  'environment',
]

const directories = [
  'usr',
  'etc/ssh',
  'dev',
  'proc',
  'sys',
  'run',
  'home',
  'opt',
  'srv',
  'mnt',
  'media',
  'var/lib',
  'var/log/journal',
  'var/cache',
  'var/spool',
  'etc/systemd/system/multi-user.target.wants',
]

/** `copy`: where the state directory's file system cannot be the upper one of an overlay, such as in a container. */
export type TreeKind = 'overlay' | 'copy'

/** Tries an overlay beside the lab's other files, in a mount namespace that ends with it. */
export const overlayProbe = (l: Layout): string[] => [
  'unshare',
  '--mount',
  '--propagation',
  'private',
  '--',
  'sh',
  '-c',
  `set -eu
cd "$1"; mkdir -p probe/lower/d probe/upper probe/work
trap 'umount probe/lower 2>/dev/null; rm -rf probe' EXIT
mount -t overlay -o lowerdir=probe/lower,upperdir=probe/upper,workdir=probe/work overlay probe/lower
: >probe/lower/x && rmdir probe/lower/d`,
  'probe',
  l.stateDir,
]

/** What all nodes share is put together once; then each node has its names and its key pair. */
export const compileTrees = (t: Topology, l: Layout, accounts: HostAccounts, kind: TreeKind): Stages => {
  const at = pathsOf(l)
  return [
    [
      keyPair('make the key of the lab', `vps-test-${l.id}`, at.key),
      shared(t, l),
      template(at.template, accounts),
      ...t.nodes.map((n) => own(t, l, n, kind)),
    ],
    [
      borrow(at.template),
      {
        kind: 'run',
        why: 'let the orchestrator in',
        argv: ['install', '-m', '600', `${at.key}.pub`, `${at.template}/root/.ssh/authorized_keys`],
      },
      ...t.nodes.map((n) =>
        keyPair(`make the key of ${n.name}`, n.name, `${at.root(n.name)}/etc/ssh/ssh_host_ed25519_key`),
      ),
    ],
    kind === 'overlay'
      ? []
      : t.nodes.map((n): Step => ({
          kind: 'run',
          why: `grow the tree of ${n.name}`,
          argv: ['cp', '-a', '--no-clobber', `${at.template}/.`, at.root(n.name)],
        })),
  ]
}

const keyPair = (why: string, comment: string, path: string): Step => ({
  kind: 'run',
  why,
  argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path],
})

const borrow = (to: string): Step => ({
  kind: 'run',
  why: 'borrow what /etc must say',
  argv: [
    'sh',
    '-c',
    `set -eu
to=$1; shift
for name in bin sbin lib lib32 lib64 libx32; do [ ! -L "/$name" ] || ln -s "$(readlink "/$name")" "$to/$name"; done
cp -L /etc/os-release "$to/etc/os-release"
for name; do [ ! -e "/etc/$name" ] || { mkdir -p "$to/etc/$(dirname "$name")"; cp -a "/etc/$name" "$to/etc/$(dirname "$name")/"; }; done`,
    'borrow',
    to,
    ...borrowed,
  ],
})

const shared = (t: Topology, l: Layout): Step => {
  const at = pathsOf(l)
  return {
    kind: 'files',
    why: "write the lab's own programs",
    directories: earlyDirectories.map((d) => ({ path: `${at.early}/${d}`, mode: 0o755 })),
    links: [
      { path: `${at.early}/dev/ptmx`, target: 'pts/ptmx' },
      { path: `${at.early}/dev/fd`, target: '/proc/self/fd' },
      { path: `${at.early}/dev/stdin`, target: 'fd/0' },
      { path: `${at.early}/dev/stdout`, target: 'fd/1' },
      { path: `${at.early}/dev/stderr`, target: 'fd/2' },
    ],
    files: [
      { path: at.keeper, text: keeperScript },
      { path: at.boot, text: bootScript },
      { path: at.reach, text: reachScript },
      { path: at.mounts, text: earlyMounts },
      { path: `${at.early}/run/systemd/journal/flushed`, text: '' },
      { path: at.hosts, text: t.nodes.map((n) => `${publicAddress(n)} ${labHostName(n)}\n`).join('') },
    ],
  }
}

const template = (to: string, accounts: HostAccounts): Step => {
  const units = `${to}/etc/systemd/system`
  return {
    kind: 'files',
    why: "put the nodes' common tree together",
    directories: [
      ...directories.map((d) => ({ path: `${to}/${d}`, mode: 0o755 })),
      { path: `${to}/root`, mode: 0o700 },
      { path: `${to}/root/.ssh`, mode: 0o700 },
      { path: `${to}/tmp`, mode: 0o1777 },
      { path: `${to}/var/tmp`, mode: 0o1777 },
    ],
    files: [
      ...accountFiles(to, accounts),
      { path: `${to}/etc/resolv.conf`, text: 'nameserver 127.0.0.1\n' },
      { path: `${to}/etc/ssh/sshd_config`, text: sshdConfig },
      { path: `${units}/ssh.service`, text: sshUnit },
      { path: `${to}/etc/systemd/journald.conf.d/lab.conf`, text: journaldConfig },
      { path: `${to}/etc/systemd/system.conf.d/lab.conf`, text: managerConfig },
    ],
    links: [
      ...masked.map((unit) => ({ path: `${units}/${unit}`, target: '/dev/null' })),
      { path: `${units}/default.target`, target: '/lib/systemd/system/multi-user.target' },
      { path: `${units}/sshd.service`, target: 'ssh.service' },
      { path: `${units}/multi-user.target.wants/ssh.service`, target: '../ssh.service' },
      { path: `${to}/var/run`, target: '/run' },
      { path: `${to}/var/lock`, target: '/run/lock' },
    ],
  }
}

/** The system's accounts only, all without passwords. */
export function accountFiles(to: string, accounts: HostAccounts): FileText[] {
  const system = (text: string): string[] =>
    text.split('\n').filter((line) => {
      const [name, , id] = line.split(':')
      return id !== undefined && (Number(id) < 1000 || name === 'nobody' || name === 'nogroup')
    })
  const names = (lines: string[]): string[] => lines.map((line) => line.split(':')[0] ?? '')
  const users = system(accounts.passwd).map((line) => line.replace(/^root:.*$/, 'root:x:0:0:root:/root:/bin/bash'))
  const groups = system(accounts.group).map((line) => line.split(':').slice(0, 3).join(':') + ':')
  const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join('')
  return [
    { path: `${to}/etc/passwd`, text: text(users) },
    { path: `${to}/etc/group`, text: text(groups) },
    { path: `${to}/etc/shadow`, text: text(names(users).map((n) => `${n}:*:19000:0:99999:7:::`)), mode: 0o640 },
    { path: `${to}/etc/gshadow`, text: text(names(groups).map((n) => `${n}:*::`)), mode: 0o640 },
  ]
}

function own(t: Topology, l: Layout, n: TopologyNode, kind: TreeKind): Step {
  const at = pathsOf(l)
  const root = at.root(n.name)
  const others = t.nodes.map((o) => `${publicAddress(o)} ${labHostName(o)} ${o.name}`)
  const files: FileText[] = [
    { path: `${root}/etc/hostname`, text: `${n.name}\n` },
    {
      path: `${root}/etc/hosts`,
      text: [
        '127.0.0.1 localhost',
        `127.0.1.1 ${n.name}`,
        ...others.filter((line) => !line.endsWith(` ${n.name}`)),
        '',
      ].join('\n'),
    },
    // Not empty, or systemd takes this for a first boot and starts every service there is.
    {
      path: `${root}/etc/machine-id`,
      text: `${createHash('sha256').update(`vps-test ${l.id} ${n.name}`).digest('hex').slice(0, 32)}\n`,
      mode: 0o444,
    },
  ]
  const mode = 0o755
  return {
    kind: 'files',
    why: `name ${n.name}`,
    directories: [
      ...(kind === 'overlay' ? [{ path: at.rootWork(n.name), mode }] : []),
      ...[root, `${root}/etc`, `${root}/etc/ssh`].map((path) => ({ path, mode })),
    ],
    files,
  }
}
