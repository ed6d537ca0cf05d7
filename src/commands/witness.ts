/**
 * The packet witness: an nft table of our own that counts UDP per remote endpoint and local port, and on a node all that
 * each user sends, by any protocol (nat-lab §D, measured there).
 */
import type { Command } from './command.ts'
import { lookAtProcesses, processesWord, type Watched } from './processes.ts'
import { raw, render, sh, type Raw } from './quote.ts'
import { removeTables, sweepTables, witnessTable, type TableOwner } from './tables.ts'

const sets = ['in4', 'out4', 'in6', 'out6'] as const

/**
 * `node`: inside the service's namespace, `in` = delivered: counted where the kernel hands it to a program, behind the
 * node's own firewall and with IPv4 fragments put together. `box`: outer side of a NAT, after translation.
 */
export type WitnessPlace = 'node' | 'box'

/** Deletes and re-creates the table in one transaction: this is also the reset. `@WAN@` is replaced on the node. */
export function witnessRuleset(place: WitnessPlace, owner: TableOwner): string {
  const table = witnessTable(owner)
  const inFrom = place === 'node' ? 'iifname != "lo"' : 'iifname "@WAN@"'
  const outTo = place === 'node' ? 'oifname != "lo"' : 'oifname "@WAN@"'
  const into = place === 'node' ? 'hook input priority 200' : 'hook prerouting priority raw'
  const out = place === 'node' ? 'hook output priority 200' : 'hook postrouting priority 120'
  const set = (name: string, type: string) =>
    `  set ${name} {\n    type ${type} . inet_service . inet_service\n    size 65535\n    flags dynamic\n    counter\n  }`
  const count = (match: string, direction: 'in' | 'out') => {
    const [address, remote, local] = direction === 'in' ? ['saddr', 'sport', 'dport'] : ['daddr', 'dport', 'sport']
    return [
      ...(direction === 'in'
        ? [
            `    ${match} meta nfproto ipv4 ip frag-off & 0x1fff != 0 counter name frag_in return`,
            `    ${match} meta nfproto ipv6 frag frag-off != 0 counter name frag_in return`,
          ]
        : []),
      `    ${match} meta nfproto ipv4 meta l4proto udp update @${direction}4 { ip ${address} . udp ${remote} . udp ${local} counter }`,
      `    ${match} meta nfproto ipv6 meta l4proto udp update @${direction}6 { ip6 ${address} . udp ${remote} . udp ${local} counter }`,
    ].join('\n')
  }
  // The sender's user tells the program under test from everything else on its machine; root's own traffic is ours.
  const sentBy = (family: 4 | 6) =>
    `    ${outTo} meta nfproto ipv${family} meta skuid != 0 update @sent${family} { ${family === 4 ? 'ip' : 'ip6'} daddr . meta l4proto . th sport . meta skuid counter }`
  const sentSet = (family: 4 | 6) =>
    `  set sent${family} {\n    type ipv${family}_addr . inet_proto . inet_service . uid\n    size 65535\n    flags dynamic\n    counter\n  }`
  return [
    `table inet ${table}`,
    `delete table inet ${table}`,
    `table inet ${table} {`,
    ...sets.map((s) => set(s, s.endsWith('4') ? 'ipv4_addr' : 'ipv6_addr')),
    ...(place === 'node' ? [sentSet(4), sentSet(6)] : []),
    '  counter frag_in { }',
    '  chain i {',
    `    type filter ${into}; policy accept;`,
    count(inFrom, 'in'),
    '  }',
    '  chain o {',
    `    type filter ${out}; policy accept;`,
    count(outTo, 'out'),
    ...(place === 'node' ? [sentBy(4), sentBy(6)] : []),
    '  }',
    '}',
    '',
  ].join('\n')
}

/** `count-on`: what comes between two readings is in the later one, and none is lost while a table is made anew. */
export type AfterReading = 'reset' | 'count-on'

const reset = (place: WitnessPlace, owner: TableOwner): Raw =>
  raw(
    place === 'node'
      ? sh`printf %s ${witnessRuleset(place, owner)} | nft -f -`
      : sh`
    wan=$(ip -o route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1); [ -n "$wan" ] || { echo 'no default route' >&2; exit 69; }
    printf %s ${witnessRuleset(place, owner)} | sed "s/@WAN@/$wan/" | nft -f -`,
  )

/** Also takes away what runs that died left behind: on a node, whatever no lease there speaks for. */
export const resetWitness = (place: WitnessPlace, owner: TableOwner): Command => ({
  kind: 'script',
  why: 'witness: reset',
  idempotent: true,
  text: sh`set -eu; ${place === 'node' ? sweepTables(owner) : removeTables(owner)}
    ${reset(place, owner)}`,
})

/**
 * The line of JSON of this owner's table (`nft -j`), or `absent` where nft answers and has no such table: somebody took
 * it away, which makes it no less ours to make again.
 */
const listing = (owner: TableOwner): Raw =>
  raw(sh`tables=$(nft list tables inet) || exit 67
    if printf '%s\n' "$tables" | grep -qxF ${`table inet ${witnessTable(owner)}`}; then nft -j list table inet ${witnessTable(owner)}; echo; else echo absent; fi`)

/** The line after what ran beside the witness: its exit. */
export const alsoEnd = 'vps-test-also'

/**
 * The table's line, then the reset for the next round, whatever became of this one's table; the node's clock and what
 * runs there, a line each; then what another command reads at the same moment, and its exit: its failure is none of the
 * witness, nor the witness's its own.
 */
export const readNodeWitness = (
  owner: TableOwner,
  also: Command | null,
  watched: Watched | null = null,
  then: AfterReading = 'reset',
): Command => ({
  kind: 'script',
  why: then === 'reset' ? 'witness: read and reset' : 'witness: read',
  idempotent: false,
  text: sh`
    ( ${listing(owner)} ) || echo; ( ${then === 'reset' ? reset('node', owner) : raw(':')} ); echo "$(date +%s%3N) $(cut -d' ' -f1 /proc/uptime)"
    ran=$( ${watched === null ? raw(':') : lookAtProcesses(watched)}
    ); printf '%s\n' "${raw(`\${ran:-${processesWord}}`)}"
    ( ${raw(also === null ? ':' : also.kind === 'script' ? also.text : render(also))}
    ); c=$?; echo; echo ${alsoEnd} "$c"`,
})

/** The table's line, then the reset; in between the box's UDP connection tracking, where there is a table. */
export const readBoxWitness = (owner: TableOwner, then: AfterReading = 'reset'): Command => ({
  kind: 'script',
  why: 'witness: read NAT box',
  idempotent: false,
  text: sh`set -eu; ${listing(owner)}; conntrack -L -p udp -o extended 2>/dev/null || exit 68; ${then === 'reset' ? reset('box', owner) : raw(':')}`,
})

export const removeWitness = (owner: Pick<TableOwner, 'session' | 'node'>): Command => ({
  kind: 'script',
  why: 'witness: remove',
  idempotent: true,
  text: removeTables(owner).raw,
})
