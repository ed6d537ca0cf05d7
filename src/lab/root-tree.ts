/** A node's root tree, as steps: the machine's own /usr by overlay, a small /etc of its own, everything else empty and writable. */
import { createHash } from 'node:crypto'
import { bootScript, keeperScript, reachScript } from './boot.ts'
import { hostName, pathsOf, publicAddress, type Layout } from './layout.ts'
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

/** The parts all nodes share are put together once; then each node gets a copy and its key pair. */
export const compileTrees = (t: Topology, l: Layout, accounts: HostAccounts): Stages => {
  const at = pathsOf(l)
  return [
    [
      shared(t, l),
      template(at.template, accounts),
      {
        kind: 'run',
        why: 'make the key of the lab',
        argv: ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', `vps-test-${l.id}`, '-f', at.key],
      },
    ],
    [borrow(at.template)],
    t.nodes.map((n): Step => ({
      kind: 'run',
      why: `grow the tree of ${n.name}`,
      argv: ['sh', '-c', grow, 'grow', at.template, at.root(n.name), at.key, n.name],
    })),
    t.nodes.map((n): Step => ({ kind: 'files', why: `name ${n.name}`, files: own(t, l, n) })),
  ]
}

const grow = `set -eu
mkdir -p "$2" && cp -a "$1/." "$2"
install -m 600 "$3.pub" "$2/root/.ssh/authorized_keys"
ssh-keygen -q -t ed25519 -N '' -C "$4" -f "$2/etc/ssh/ssh_host_ed25519_key"`

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
    files: [
      { path: at.keeper, text: keeperScript },
      { path: at.boot, text: bootScript },
      { path: at.reach, text: reachScript },
      { path: at.hosts, text: t.nodes.map((n) => `${publicAddress(n)} ${hostName(n)}\n`).join('') },
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

function own(t: Topology, l: Layout, n: TopologyNode): FileText[] {
  const root = pathsOf(l).root(n.name)
  const others = t.nodes.map((o) => `${publicAddress(o)} ${hostName(o)} ${o.name}`)
  return [
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
}
