/** Recovery rules of what happens on a node: disk, units, ports, registry, clock. */
import type { RecoveryRule } from './rule.ts'

export const nodeRules = {
  'node-left-out': {
    situation: 'a node fails or goes away, in any stage',
    recognition: 'a failure of the node or of the way to it, after its own rules did not help',
    action: 'it is left out with its reason, and the rest goes on',
    budget: { times: 'decided', per: 'session: half of the peers' },
    usedUp: 'STOPPED: too few nodes are left; at once where it is the registry, or the last bootstrap node',
    proof: 'names each node that was left out, and why',
  },
  'disk-full': {
    situation: 'a node’s disk is full',
    recognition: 'less than 200 MiB free in SETUP; no space left, by the kernel’s own word, later (I150)',
    action:
      'what the machine archived of its journal beyond 64 MiB goes, of every service on it, and old releases of ours; then once more',
    budget: { times: 1, per: 'node and step' },
    usedUp: 'the node is left out with I150',
    proof: 'lists the node and what was free before and after',
  },
  'service-does-not-start': {
    situation: 'the service does not come up, or ends again and again',
    recognition: 'systemd’s own state of the unit and the kernel’s of its process and port (P010, P011, I155)',
    action: 'its journal, ports and disks are read and kept; it is started once more',
    budget: { times: 1, per: 'node and deploy' },
    usedUp:
      'what ran before is put back; the first peer’s failure ends the deploy (FIX), another node is left out; what it told is kept in diagnosis/deploy-<n>/<node>.txt',
    proof: 'lists the second start of a service that then came up',
  },
  'port-taken': {
    situation: 'another process has the service’s port',
    recognition: 'the kernel’s list of sockets: the process, its unit, and whose that is by our own owners file (I154)',
    action:
      'an old unit of the same project that no session holds is stopped, and the service started once more; a stranger’s is named and left alone',
    budget: { times: 1, per: 'node and deploy' },
    usedUp: 'the node is left out with I154, which names the holder',
    proof: 'names the holder',
  },
  'out-of-memory': {
    situation: 'the kernel killed the service for want of memory',
    recognition: 'systemd’s result of the unit is oom-kill (I163)',
    action: 'it is started once more',
    budget: { times: 1, per: 'node and deploy' },
    usedUp: 'the node is left out with I163',
    proof: 'lists it; a kill later, in a test, is a restart that the test tells',
  },
  'container-restarted': {
    situation: 'the container of the service was restarted, and has another network',
    recognition: 'the network namespace of the process is not the one that the container has now (I161)',
    action: 'the service is started once more, in the network of now',
    budget: { times: 1, per: 'node and deploy' },
    usedUp: 'the node is left out with I161',
    proof: 'lists it; a restart later, in a test, is told by the test',
  },
  'put-back': {
    situation: 'a release did not come up on a node',
    recognition: 'the rules before it did not help',
    action: 'the release, and the unit’s text, of before are put back',
    budget: { times: 1, per: 'node and deploy' },
    usedUp: 'where nothing ran before, or nobody knows what, the unit is stopped',
    proof: 'names each node that was left out',
  },
  'registry-down': {
    situation: 'the registry does not answer',
    recognition: 'nothing accepts the connection, or no HTTP comes back (I040, I041), through its node’s own SSH',
    action: 'it is asked again until the wait for registration is over',
    budget: { times: 'decided', per: 'deploy, in seconds' },
    usedUp: 'nodes that are in no list are left out (P012): the registry’s last word stands with each',
    proof: 'lists when it was recognised first, and whether the wait was used up',
  },
  'registry-error': {
    situation: 'the registry answers with an error, such as 500',
    recognition: 'the status of its answer',
    action: 'it is asked again until the wait for registration is over',
    budget: { times: 'decided', per: 'deploy, in seconds' },
    usedUp: 'as for one that does not answer',
    proof: 'lists when it was recognised first, and whether the wait was used up',
  },
  'registry-garbage': {
    situation: 'the registry answers with garbage',
    recognition: 'its answer is no JSON',
    action: 'it is asked again until the wait for registration is over',
    budget: { times: 'decided', per: 'deploy, in seconds' },
    usedUp: 'as for one that does not answer',
    proof: 'lists when it was recognised first, and whether the wait was used up',
  },
  'clock-off': {
    situation: 'a node’s clock is off by more than two seconds',
    recognition: 'its clock beside ours, asked in SETUP',
    action: 'nothing is set; the run goes on by uptimes and by readings of one clock at a time',
    budget: { times: 1, per: 'node and SETUP' },
    usedUp: 'never: the finding stays',
    proof: 'names the node and the offset among the findings',
  },
} as const satisfies Readonly<Record<string, RecoveryRule>>
