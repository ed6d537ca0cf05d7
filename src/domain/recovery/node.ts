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
    action: 'old logs and old releases of ours are removed there, and nothing of anybody else; then once more',
    budget: { times: 1, per: 'node and stage' },
    usedUp: 'the node is left out with I150',
    proof: 'lists the node and what was free before and after',
  },
} as const satisfies Readonly<Record<string, RecoveryRule>>
