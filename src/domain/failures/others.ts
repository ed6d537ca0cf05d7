/** Transport, busy, product and harness failures. */
import { rowsOf } from './row.ts'

const transport = rowsOf('transport')
const busy = rowsOf('busy')
const product = rowsOf('product')
const harness = rowsOf('harness')

const atNode = { remedyAtSite: 'vps-test diagnose ‹node› --fleet ‹fleet›' }
const trust = { remedyAtSite: 'vps-test nodes trust ‹node› --fleet ‹fleet›' }
const nodes = 'vps-test nodes'
const status = 'vps-test status'

/** The connection to a node (exit 10). */
export const transportFailures = {
  T001: transport('the connection was lost', { retryable: true, remedy: nodes }),
  T002: transport('the channel closed without an exit code', { retryable: true, remedy: nodes }),
  T003: transport('a command did not end in time', { remedy: nodes }),
  T004: transport('the node cannot be reached', { retryable: true, remedy: nodes }),
  T005: transport('the node does not accept the key'),
  T006: transport('the node refused a channel', { retryable: true, remedy: nodes }),
  T007: transport('the node closed the connection before the key exchange', { retryable: true, remedy: nodes }),
  T009: transport('the connection was closed by vps-test itself', { noRemedy: 'it was meant' }),
  T010: transport('no host key is pinned for the node', trust),
  T011: transport('the host key is not the pinned one', trust),
  T012: transport('the node and vps-test have no SSH algorithms in common', {
    noRemedy: 'the SSH server of the node is too old or no SSH server',
  }),
  T013: transport('the login shell on the node does not run commands', {
    remedyAtSite: `ssh ‹user›@‹host› 'exec /bin/sh -c "echo it works"'`,
  }),
  T014: transport('the node takes the key and asks for a second factor', {
    remedyAtSite: `ssh ‹user›@‹host› 'sshd -T | grep -i authenticationmethods'`,
  }),
  T015: transport('the node does not forward connections', {
    remedyAtSite: `ssh ‹user›@‹host› 'sshd -T | grep -iE "allowtcpforwarding|disableforwarding|permitopen"'`,
  }),
} as const

/** Somebody else is at work (exit 10). */
export const busyFailures = {
  B001: busy('another writer moved the session first', { remedy: status }),
  B002: busy('the ledger is written too often by others', { remedy: status }),
  B003: busy('another person decided first', { remedy: status }),
  B004: busy('another writer continues the session', { remedy: status }),
  B005: busy('another run continues the session'),
  B006: busy('another run claimed the session first', {
    remedy: 'gh workflow run vps-test-ops.yml -f command=status',
  }),
  B007: busy('a living run works on the session', { remedy: status }),
  B008: busy('the session was ended from elsewhere', { remedy: status }),
  B009: busy('the run of a session that was stopped has not ended'),
  B010: busy('another session holds the lease of the node'),
  B011: busy('the lease of the node was lost', { remedy: status }),
  B012: busy('a session of the project lives'),
  B201: busy('another command works on the lab'),
  B301: busy('another build of the project runs on the build host', { remedy: status }),
  B302: busy('the built file changed after it was built', { remedy: 'git status' }),
  B303: busy('the source changed while it was built', { remedy: 'git status' }),
  B304: busy('the source changed after the plan was confirmed', { remedy: 'git status' }),
  B305: busy('another build in the same directory did not end in time', { remedy: status }),
} as const

/** The program under test (exit 20). */
export const productFailures = {
  P010: product('the service does not start', atNode),
  P011: product('the service does not run as deployed'),
  P012: product('the program did not register'),
  P301: product('the program does not compile'),
} as const

/** A fault of vps-test itself (exit 1). */
export const harnessFailures = {
  H001: harness('a value that cannot exist'),
  H002: harness('an unexpected error while a node was asked'),
  H003: harness('the profile asks for a placeholder that is not known'),
  H004: harness('the state does not know the event'),
  H010: harness('the ledger is damaged'),
  H011: harness('the ledger cannot be written'),
  H012: harness('an entry would have damaged the ledger'),
  H013: harness('the branch of the ledger was rewritten'),
  H014: harness('the files beside the ledger cannot be made'),
  H015: harness('an entry holds a secret'),
  H020: harness('the built file changed after it was hashed'),
  H021: harness('the binary to deploy is not the one that was built'),
  H022: harness('a local remote cannot forward connections'),
  H023: harness('a word for a shell holds a NUL byte'),
  H024: harness('a command is too long'),
  H025: harness('the job that records was given nothing that was compiled', { noRemedy: 'run the job compile again' }),
  H026: harness('what another job did cannot be recorded', { noRemedy: 'run all jobs of the run again' }),
  H030: harness('the session has no plan'),
  H033: harness('the evidence is not what was recorded'),
  H301: harness('a build that succeeded was taken for a failed one'),
  H450: harness('a comment is too long'),
  H451: harness('a comment has no marker'),
  H452: harness("a check's summary is too long"),
  H460: harness('the name cannot be the name of an artifact'),
  H461: harness('there is nothing to upload'),
  H462: harness('the file cannot be part of an artifact'),
} as const
