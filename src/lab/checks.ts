/** What this machine must have, as named checks: data, tried by doctor.ts. */
import { roomProbe, roomRemedy } from './inotify.ts'

export interface Requirement {
  readonly name: string
  readonly purpose: string
  /** Which part is lost without it. */
  readonly needed: 'lab' | 'shaping' | 'containers' | 'build' | 'deploy'
  /** Exit 0: fine. */
  readonly probe: readonly string[]
  /** Debian and Ubuntu package that brings it; absent: no package does. */
  readonly package?: string
  /** What to do where no package helps. */
  readonly remedy?: string
}
const sh = (text: string): string[] => [
  'sh',
  '-c',
  `PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin:$HOME/.cargo/bin"; ${text}`,
]
const tool = (name: string): string[] =>
  sh(`command -v ${name} >/dev/null || { echo "${name} is not installed"; exit 1; }`)

export const checks: readonly Requirement[] = [
  {
    name: 'root',
    purpose: 'network namespaces, mounts, systemd as PID 1',
    needed: 'lab',
    probe: sh('[ "$(id -u)" = 0 ] || { echo "not root"; exit 1; }'),
    remedy: 'sudo -E env "PATH=$PATH" vps-test lab up',
  },
  {
    name: 'iproute2',
    purpose: 'namespaces, links and addresses',
    needed: 'lab',
    probe: tool('ip'),
    package: 'iproute2',
  },
  {
    name: 'nftables',
    purpose: 'the NAT boxes, and the packet counters on every node',
    needed: 'lab',
    probe: tool('nft'),
    package: 'nftables',
  },
  {
    name: 'conntrack',
    purpose: "reading a NAT box's mappings",
    needed: 'lab',
    probe: tool('conntrack'),
    package: 'conntrack',
  },
  {
    name: 'openssh-server',
    purpose: 'sshd of every node',
    needed: 'lab',
    probe: sh('[ -x /usr/sbin/sshd ] || { echo "sshd is not installed"; exit 1; }'),
    package: 'openssh-server',
  },
  {
    name: 'openssh-client',
    purpose: "ssh-keygen: the lab's keys",
    needed: 'lab',
    probe: tool('ssh-keygen'),
    package: 'openssh-client',
  },
  {
    name: 'dbus',
    purpose: 'systemctl and systemd-run inside a node',
    needed: 'lab',
    probe: tool('dbus-daemon'),
    package: 'dbus',
  },
  {
    name: 'systemd',
    purpose: 'init and journal of every node',
    needed: 'lab',
    probe: sh('[ -x /lib/systemd/systemd ] || { echo "systemd is not installed"; exit 1; }'),
    package: 'systemd',
  },
  { name: 'procps', purpose: 'sysctl, ps', needed: 'lab', probe: tool('sysctl'), package: 'procps' },
  {
    name: 'util-linux',
    purpose: 'unshare, nsenter, setpriv',
    needed: 'lab',
    probe: sh(
      'command -v unshare >/dev/null && command -v nsenter >/dev/null && command -v setpriv >/dev/null || { echo "unshare, nsenter or setpriv is not installed"; exit 1; }',
    ),
    package: 'util-linux',
  },
  {
    name: 'socat',
    purpose: 'the way from the orchestrator into the lab',
    needed: 'lab',
    probe: tool('socat'),
    package: 'socat',
  },
  {
    name: 'merged /usr',
    purpose: "nodes borrow this machine's programs",
    needed: 'lab',
    probe: sh('[ -L /bin ] && [ -L /lib ] || { echo "/bin or /lib is no link into /usr"; exit 1; }'),
    remedy: 'apt-get install usrmerge',
  },
  {
    name: 'cgroup2',
    purpose: 'systemd in a node, and taking a lab down at one stroke',
    needed: 'lab',
    probe: sh(
      'for at in $(awk \'$3=="cgroup2"{print $2}\' /proc/mounts); do d=$at/vps-test-doctor.$$; mkdir "$d" 2>/dev/null || continue; [ -e "$d/cgroup.kill" ]; e=$?; rmdir "$d"; [ $e = 0 ] && exit 0; done; echo "no writable cgroup2 with cgroup.kill (Linux 5.14)"; exit 1',
    ),
    remedy: 'run on a machine, or in a container, with a writable cgroup2',
  },
  {
    name: 'namespaces',
    purpose: 'a node is a set of namespaces',
    needed: 'lab',
    probe: ['unshare', '--net', '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', 'true'],
    remedy: 'run as root with CAP_SYS_ADMIN',
  },
  {
    name: 'inotify instances',
    purpose: "each node's systemd watches files",
    needed: 'lab',
    probe: sh(roomProbe),
    remedy: roomRemedy,
  },
  {
    name: 'iptables',
    purpose: 'queueing packets for the delay helper where the kernel has no netem',
    needed: 'shaping',
    probe: tool('iptables'),
    package: 'iptables',
  },
  {
    name: 'netem or NFQUEUE',
    purpose: 'delay and loss between nodes',
    needed: 'shaping',
    probe: [
      'unshare',
      '--net',
      ...sh(
        'tc qdisc add dev lo root netem delay 0ms 2>/dev/null || iptables -A FORWARD -j NFQUEUE --queue-num 0 --queue-bypass || { echo "this kernel has neither"; exit 1; }',
      ),
    ],
    remedy: 'apt-get install linux-modules-extra-$(uname -r)',
  },
  {
    name: 'podman',
    purpose: 'nodes of a lab with real containers on them',
    needed: 'containers',
    probe: tool('podman'),
    package: 'podman',
  },
  {
    name: 'crun',
    purpose: 'starting containers inside a node of the lab',
    needed: 'containers',
    probe: tool('crun'),
    package: 'crun',
  },
  {
    name: 'busybox-static',
    purpose: "the containers' image, which is made here",
    needed: 'containers',
    probe: sh('[ -x /bin/busybox ] || { echo "no /bin/busybox"; exit 1; }'),
    package: 'busybox-static',
  },
  {
    name: 'zstd',
    purpose: 'one compressed upload for all nodes',
    needed: 'deploy',
    probe: tool('zstd'),
    package: 'zstd',
  },
  { name: 'git', purpose: 'the commit under test, the ledger', needed: 'build', probe: tool('git'), package: 'git' },
  {
    name: 'cargo',
    purpose: 'building the program under test',
    needed: 'build',
    probe: tool('cargo'),
    package: 'cargo',
  },
  { name: 'gcc', purpose: 'linking native builds', needed: 'build', probe: tool('gcc'), package: 'gcc' },
  {
    name: 'python3-venv',
    purpose: 'cargo-zigbuild and zig come as wheels',
    needed: 'build',
    probe: sh('python3 -c "import venv, ensurepip"'),
    package: 'python3-venv',
  },
]
