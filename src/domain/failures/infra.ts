/** Infrastructure failures: a node, the network around it, GitHub, or this machine (exit 10). */
import { rowsOf } from './row.ts'

const infra = rowsOf('infra')

const doctor = 'vps-test doctor'
const labDoctor = 'vps-test lab doctor'
const rerun = 'gh run rerun --failed'

/** Made where the node and its fleet are known. */
const atNode = { remedyAtSite: 'vps-test diagnose ‹node› --fleet ‹fleet›' }
const again = 'the same command typed again sends it again'

export const infraFailures = {
  I040: infra('nothing listens at an address of the node', { remedy: 'vps-test nodes' }),
  I041: infra('the node gives no usable HTTP answer', { remedy: 'vps-test nodes' }),
  I042: infra('a transfer from the node was not complete', { remedy: 'vps-test nodes' }),
  I100: infra('the prober of vps-test is not built', { remedy: 'vps-test doctor --fix' }),
  I101: infra('a tool that the job needs could not be installed', { remedy: doctor }),
  I102: infra('the lab needs root, and sudo asks for a password', { remedy: 'sudo -v' }),
  I103: infra('this machine has no space left'),
  I104: infra('this machine does not allow a file to be read or written'),
  I105: infra('this process or machine has too many open files', { remedy: 'ulimit -n 4096' }),
  I106: infra('this machine cannot read or write a file'),
  I120: infra('the prober cannot be installed on the node'),
  I121: infra('the reflector on the node ended early', { remedy: 'vps-test nodes' }),
  I122: infra('fewer than two other public nodes answer, so a NAT cannot be measured'),
  I123: infra('the prober cannot tell what NAT the node is behind'),
  I124: infra('the receiver of a control ended early', { remedy: 'vps-test nodes' }),
  I126: infra('a program cannot be started on the node', atNode),
  I125: infra('a port cannot be closed for the control'),
  I130: infra('the lease of the node cannot be taken'),
  I131: infra('the node does not answer the survey'),
  I132: infra('the user on the node is not root', { remedyAtSite: 'ssh-copy-id root@‹host›' }),
  I140: infra('the binary cannot run on the node'),
  I141: infra('the built binary is not here and no artifact holds it'),
  I142: infra('the releases on the node cannot be inspected', atNode),
  I143: infra('the release cannot be received by the node', atNode),
  I144: infra('the unit of the service cannot be prepared', atNode),
  I145: infra('the node cannot switch to the release', atNode),
  I146: infra('a post-deploy command failed', atNode),
  I147: infra('a pre-deploy command failed', atNode),
  I148: infra('the node cannot be rolled back', atNode),
  I150: infra('the node has no space left', atNode),
  I151: infra('the uploaded file does not have the expected digest', atNode),
  I152: infra('what was compiled cannot be handed over to the next job', { remedy: 'vps-test start' }),
  I153: infra('what the job that compiles handed over cannot be used', {
    noRemedy: 'run the job compile again; what it hands over is written by a machine that ran the project',
  }),
  I154: infra('another process has the port that the service needs', atNode),
  I155: infra('systemd on the node cannot start the service', atNode),
  I156: infra('what the service runs cannot be read on the node', atNode),
  I157: infra('nothing can be executed where the release lies on the node (mounted noexec)', atNode),
  I158: infra('the node has the release or the data of the service on a read-only file system', atNode),
  I159: infra("the node's own firewall drops the port of the service", atNode),
  I160: infra('the container or namespace of the service, or of its NAT, cannot be entered', atNode),
  I161: infra('the service runs in a network that its container has no more', atNode),
  I162: infra("the service, its directory or its port on the node is another project's", {
    remedyAtSite: 'vps-test nodes --fleet ‹fleet›',
  }),
  I163: infra('the kernel killed the service for want of memory', atNode),
  I164: infra('the recorder that watches a node through a soak cannot be started', atNode),
  I201: infra('a program of the lab did not end in time', { remedy: labDoctor }),
  I202: infra('a program that the lab needs cannot be started', { remedy: labDoctor }),
  I203: infra('a step of the lab failed', { remedy: labDoctor }),
  I204: infra('this machine has no writable cgroup2', {
    remedy: 'sudo mount -t cgroup2 none /sys/fs/cgroup/unified',
  }),
  I205: infra('network namespaces of the lab cannot be removed'),
  I206: infra("the lab's directory holds files of somebody else"),
  I207: infra("the lab's directory cannot be removed", { remedy: 'vps-test lab down' }),
  I210: infra('this machine cannot run a lab', { remedy: 'vps-test lab doctor --fix' }),
  I211: infra('what the lab needs cannot be installed'),
  I212: infra('the machine has no inotify instances left for a lab', {
    remedy: 'sysctl -w fs.inotify.max_user_instances=1024',
  }),
  I220: infra('a lab node does not accept SSH', { remedy: labDoctor }),
  I221: infra('the delay helper did not become ready', { remedy: labDoctor }),
  I222: infra('the lab is not up'),
  I223: infra('the lab node is off'),
  I224: infra('a container or namespace of a lab node was not made', { remedy: labDoctor }),
  I240: infra('a NAT of the lab is not what the topology says', { remedy: 'vps-test lab up --no-measure' }),
  I260: infra("the ledger's repository cannot be reached"),
  I261: infra('the server of the ledger cannot store anything', {
    noRemedy: 'it has no space left or is read-only; the same command typed again continues afterwards',
  }),
  I301: infra('a program of the build cannot be started', { remedy: doctor, buildHostMayHelp: true }),
  I302: infra('a build did not end in time', {
    noRemedy: 'a larger build.timeout in the configuration gives it more time',
  }),
  I303: infra('a program of the build failed', { remedy: doctor, buildHostMayHelp: true }),
  I304: infra('cargo is not installed', { remedy: 'vps-test doctor --fix', buildHostMayHelp: true }),
  I305: infra('the cross-compiling toolchain is not complete', {
    remedy: 'vps-test doctor --fix',
    buildHostMayHelp: true,
  }),
  I306: infra('the cross-compiling toolchain cannot be installed', {
    remedy: 'python3 -m pip download cargo-zigbuild ziglang',
    buildHostMayHelp: true,
  }),
  I310: infra('git cannot describe the source', { remedy: 'git status' }),
  I311: infra('the build host lacks tools'),
  I312: infra('the build host does not have the checkout that was asked for', { noRemedy: again }),
  I313: infra('the program that was built on the build host did not arrive whole', { noRemedy: again }),
  I315: infra('the asset is not what the release states'),
  I316: infra('the asset of the release cannot be fetched', { remedy: 'gh release list' }),
  I317: infra('no toolchain could build the program', { remedy: doctor }),
  I318: infra('there is no way left to obtain the binary', { remedy: doctor }),
  I319: infra('the journal of the node cannot be read'),
  I320: infra('this machine has no way to enclose the build, and secrets are beside it', {
    noRemedy: 'build where root, sudo or user namespaces are allowed',
  }),
  I400: infra('several runs ended without a record', { remedy: 'vps-test status' }),
  I410: infra('a notification was not delivered', {
    noRemedy: 'the line before it says which channel failed and what it answered',
  }),
  I450: infra('GitHub does not accept the token', {
    remedy: 'vps-test init',
    terminalRemedy: 'export GH_TOKEN=$(gh auth token)',
  }),
  I451: infra('the token may not do what was asked', { noRemedy: 'the workflow file grants permissions' }),
  I452: infra('GitHub has no such thing, or hides it from the token'),
  I453: infra("GitHub's rate limit is reached", { remedy: rerun }),
  I454: infra('GitHub did not answer, or answered with a fault of its own', { remedy: rerun }),
  I455: infra('GitHub refused a request', { remedy: rerun }),
  I460: infra('GitHub did not store the artifact', { remedy: rerun }),
  I461: infra('the run has an artifact of that name already', {
    noRemedy: 'artifacts are never changed; a new run makes its own',
  }),
  I462: infra('GitHub did not hand out the artifact', { remedy: 'gh run list' }),
  I463: infra('the artifact is not a zip that may be unpacked', { remedy: rerun }),
  I464: infra('the artifact does not have its stated digest', { remedy: rerun }),
  I465: infra('the artifact was not made by vps-test', { remedy: 'gh run list' }),
  I466: infra('the artifact is larger than what is read', { remedy: 'gh run list' }),
} as const
