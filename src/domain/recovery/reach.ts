/** Recovery rules of the way to a node: names, connections, host keys. */
import type { RecoveryRule } from './rule.ts'

export const reachRules = {
  'address-failed': {
    situation: 'a node’s hostname does not resolve, or nobody answers there',
    recognition: 'the resolver’s or the connection’s own error, or silence for this address’s share of the time',
    action: 'the node’s IP is tried next, within the same time to connect',
    budget: { times: 1, per: 'connection' },
    usedUp: 'T004: the node cannot be reached',
    proof: 'lists both addresses and what each said',
  },
  'start-refused': {
    situation: 'sshd refuses connections for a while (MaxStartups)',
    recognition: 'the server closes the connection before the key exchange (T007)',
    action: 'waits, longer each time, and connects again; nothing was sent yet',
    budget: { times: 4, per: 'address' },
    usedUp: 'T007, and the next address where there is one',
    proof: 'lists each refusal',
  },
  'channel-refused': {
    situation: 'a node refuses a channel (MaxSessions)',
    recognition: 'the channel is refused before anything was sent (T006)',
    action: 'fewer channels at once from then on, and fresh connections for more',
    budget: { times: 6, per: 'command' },
    usedUp: 'T006',
    proof: 'lists each refusal',
  },
  'connection-lost': {
    situation: 'the connection is lost while a command runs',
    recognition:
      'the connection or its channel ended with neither exit code nor signal (T001, T002), or cannot be made again (T004, T007)',
    action: 'connects again and runs the command again, where that is safe to run twice',
    budget: { times: 2, per: 'command' },
    usedUp:
      'the failure of the command, which is the connection’s and never the product’s; one that may not run twice is said to have run perhaps',
    proof: 'lists what was run again, and what may have run',
  },
  'half-open': {
    situation: 'the other end of a connection is gone and nobody says so',
    recognition: 'keepalives stay unanswered for 20 s',
    action: 'the connection is given up as lost, and a fresh one made for commands that are safe to run twice',
    budget: { times: 2, per: 'command' },
    usedUp: 'T001, as for a lost connection',
    proof: 'lists what was run again, and what may have run',
  },
  'host-key-changed': {
    situation: 'a node shows another host key than the pinned one',
    recognition: 'the key exchange itself, before anything is sent (T011)',
    action: 'none: somebody may stand between',
    budget: { times: 0, per: 'session' },
    usedUp: 'an alarm: the session stops with T011; the node is not merely left out',
    proof: 'none is written for a session that an alarm stopped; its ledger says so',
    alarm: true,
  },
} as const satisfies Readonly<Record<string, RecoveryRule>>
