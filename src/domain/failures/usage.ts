/** Usage failures: what was asked for cannot be done as asked (exit 2). */
import { rowsOf } from './row.ts'

const usage = rowsOf('usage')

const status = 'vps-test status'
const opsStatus = 'gh workflow run vps-test-ops.yml -f command=status'
const workflows = 'vps-test init'

export const usageFailures = {
  U010: usage('a configuration, fleet, profile or request has faults', {
    noRemedy: 'each fault names its file, line and what is expected there',
  }),
  U011: usage('a host key of the fleet file is no OpenSSH public key', { remedy: 'vps-test nodes trust --help' }),
  U012: usage('the keys of a node cannot be written without changing another', {
    noRemedy: 'the node needs a list host_keys of its own in the fleet file',
  }),
  U013: usage('an answer or option is not one of what exists', { remedy: 'vps-test start --help' }),
  U097: usage('the expression of criteria custom has a fault'),
  U030: usage('the fleet has no node of that name', { remedy: 'vps-test nodes' }),
  U031: usage('no private SSH key was given'),
  U032: usage('a file that was named cannot be read'),
  U033: usage('the lab is not up', { remedy: 'vps-test lab up' }),
  U034: usage('the repository has no configuration'),
  U098: usage('the session has nothing that could be repeated'),
  U099: usage('the text names no pair of the plan'),
  U040: usage('the profile cannot be tested yet', { remedy: 'vps-test plan --help' }),
  U041: usage('an answer that no run can honour yet'),
  U042: usage('there is no terminal to confirm the plan on'),
  U043: usage('the person cancelled before anything was touched', { noRemedy: 'it was the wish of the person' }),
  U044: usage('the configuration has no such project', { remedy: 'vps-test plan --help' }),
  U045: usage('a release was named without its repository'),
  U047: usage('the fleet names no port for the service', { noRemedy: 'the fleet file needs one line under ports' }),
  U048: usage('no suite is left to run', {
    noRemedy: 'the configuration has to enable a suite, or to have a command in tests.custom',
  }),
  U049: usage('the fleet has no registry, and the program uses one', {
    noRemedy: 'one node of the fleet file has to have the role registry',
  }),
  U046: usage('the given binary cannot be read'),
  U050: usage('the folder holds no evidence'),
  U052: usage('host keys are pinned only after a yes'),
  U053: usage('there is no such session', { remedy: status }),
  U054: usage('a lease is broken only after a yes'),
  U055: usage('no session waits for approval', { remedy: status }),
  U056: usage('the fleet needs a private SSH key'),
  U057: usage('the input needs is no JSON', { remedy: workflows }),
  U058: usage('the clock offset for tests is set outside a lab', { remedy: 'unset VPS_TEST_CLOCK_SHIFT_SECONDS' }),
  U059: usage('the clock offset for tests is no number', { remedy: 'unset VPS_TEST_CLOCK_SHIFT_SECONDS' }),
  U060: usage('the text cannot be the id of a session', { remedy: opsStatus }),
  U061: usage('the input head-sha is no commit', { remedy: workflows }),
  U062: usage('the input run-id is no number', { remedy: 'gh run list' }),
  U063: usage('an input is not one of its values', { noRemedy: 'the message lists the values' }),
  U064: usage('the Action was started outside a GitHub runner', { remedy: 'vps-test start' }),
  U065: usage('there is no session that the command could act on', { remedy: opsStatus }),
  U066: usage('the environment for confirmation has no reviewers', { remedy: 'gh browse --settings' }),
  U067: usage('the run was not approved in its environment'),
  U068: usage('a job came before the stage that it needs'),
  U069: usage('the input ssh-key is empty', { remedy: 'gh secret set VPS_TEST_SSH_KEY < ~/.ssh/id_ed25519' }),
  U070: usage('the SSH key file cannot be read'),
  U071: usage('the SSH key is a public key', { remedy: 'ls ~/.ssh' }),
  U072: usage('the SSH key has a passphrase', { remedy: "ssh-keygen -t ed25519 -N '' -f vps-test-key" }),
  U073: usage('the SSH key is damaged or in a format that is not read', {
    remedy: "ssh-keygen -t ed25519 -N '' -f vps-test-key",
  }),
  U074: usage('the comment job lacks what it needs to know about the run', { remedy: workflows }),
  U075: usage('diagnose was not given a node', {
    remedy: 'gh workflow run vps-test-ops.yml -f command=diagnose -f node=saorsa-4',
  }),
  U076: usage('the ops command cannot act on what it was given', { remedy: opsStatus }),
  U077: usage('the input github-token is empty', { noRemedy: 'left out of the workflow file, it has its default' }),
  U078: usage('a node has an IPv6 address, which no test measures yet', {
    noRemedy: 'the fleet file needs an IPv4 address for each node that is tested, or deploy.nodes names others',
  }),
  U079: usage('the session cannot be approved as asked'),
  U037: usage('a program cannot be tried as asked', { remedy: 'vps-test check --help' }),
  U036: usage('a profile of the repository cannot be used', { remedy: 'vps-test check --help' }),
  U080: usage('the text is no tag and no commit'),
  U081: usage('the text is no fleet and no path of one'),
  U082: usage('the directory is no Cargo workspace', { remedy: 'vps-test init --help' }),
  U083: usage('the Cargo workspace has no program to deploy', { remedy: 'vps-test init --help' }),
  U084: usage('files that init would write exist already'),
  U085: usage('the path cannot stand in a workflow file', { remedy: 'vps-test init --help' }),
  U086: usage('it is not said which leases are to be broken', { remedy: 'vps-test lease break --help' }),
  U088: usage('the input run-attempt is no number', { remedy: workflows }),
  U089: usage('the input head-repository is no owner/name', { remedy: workflows }),
  U090: usage('no fleet is named', { remedy: 'export VPS_TEST_FLEET=lab' }),
  U091: usage('the input compiled is no number of an artifact', { remedy: workflows }),
  U201: usage('the file is no lab topology', { noRemedy: 'each fault names its line and what is expected there' }),
  U202: usage('the lab id cannot be used', { remedy: 'vps-test lab up --lab lab' }),
  U203: usage('the lab has no node of that name'),
  U204: usage('no such topology'),
  U260: usage("the ledger's URL holds credentials or a line break", { remedy: 'git remote -v' }),
  U261: usage('the ledger does not accept the token', {
    noRemedy: 'in a job the workflow file grants it: permissions: { contents: write }',
    terminalRemedy: 'export GH_TOKEN=$(gh auth token)',
  }),
  U262: usage('the token may not write the ledger', {
    noRemedy: 'in a job the workflow file grants it: permissions: { contents: write }',
    terminalRemedy: 'export GH_TOKEN=$(gh auth token)',
  }),
  U263: usage("the ledger's repository does not exist, or the token may not see it"),
  U264: usage('a rule protects the branch of the ledger', {
    remedy: 'gh ruleset list',
  }),
  U265: usage('a tag has the name of the ledger branch'),
  U266: usage('another branch stands in the place of the ledger branch'),
  U267: usage('the server refuses the commits of the ledger', {
    noRemedy: 'a hook or a setting of the server has to let the branch vps-test-ledger pass; the message has its words',
  }),
  U268: usage("the ledger's repository uses SHA-256", { noRemedy: 'another repository has to hold the ledger' }),
  U301: usage('a commit is built, but files are changed and not committed', { remedy: 'git commit -a' }),
  U302: usage('the given binary is no file, or too large', { noRemedy: 'the message names what is allowed' }),
  U303: usage('the release or its asset does not exist, or is too large', { remedy: 'gh release list' }),
  U304: usage('what was given or built is no Linux program', {
    noRemedy: 'an ELF program for Linux is needed, or a .tar.gz that holds one',
  }),
  U306: usage('a native build cannot take the whole commit along', {
    noRemedy: 'the message names what the commit does not hold',
  }),
  U307: usage('a dependency asks for credentials, which a build is not given', {
    noRemedy: 'a binary that is built elsewhere can be given instead: --binary or --release',
  }),
  U308: usage('a program was built from pointers of Git LFS instead of the content', { remedy: 'git lfs pull' }),
  U305: usage('the build command or the target of the configuration is wrong', { remedy: 'vps-test plan' }),
  U450: usage('a repository is not named owner/name', { remedy: 'gh repo view' }),
  U451: usage('the GitHub token is empty', { remedy: workflows, terminalRemedy: 'export GH_TOKEN=$(gh auth token)' }),
  U452: usage('a workflow run is not named by a number', { noRemedy: 'the number stands in the address of the run' }),
} as const
