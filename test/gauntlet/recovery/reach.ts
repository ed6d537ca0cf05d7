/** Provocations of the rules of the way to a node. */
import { readFileSync, writeFileSync } from 'node:fs'
import type { Provocation } from './provocation.ts'
import { beside, untilDialling } from './provocation.ts'

/** One line of sshd's own configuration, in force for connections that come. */
const sshd = async (lab: Parameters<typeof beside>[0], node: string, line: string): Promise<() => Promise<unknown>> => {
  await lab.on(
    node,
    `cp /etc/ssh/sshd_config /root/sshd.kept; sed -i -e '/^${line.split(' ')[0] ?? ''} /d' -e '1i ${line}' /etc/ssh/sshd_config; systemctl restart ssh`,
  )
  return () => lab.on(node, 'mv /root/sshd.kept /etc/ssh/sshd_config; systemctl restart ssh')
}

export const reach = {
  'address-failed': [
    {
      part: 'fleet',
      what: 'the host name of a node is taken out of the only list in which it is looked up',
      node: 'saorsa-2',
      begin: async ({ lab }) => {
        const node = lab.fleet.nodes.find((n) => n.name === 'saorsa-2')
        const argv = node?.proxy?.kind === 'command' ? node.proxy.argv : []
        const hosts = argv.find((a) => a.endsWith('/hosts')) ?? ''
        const before = readFileSync(hosts, 'utf8')
        writeFileSync(
          hosts,
          before
            .split('\n')
            .filter((l) => !l.endsWith(` ${node?.host ?? '-'}`))
            .join('\n'),
        )
        return async () => writeFileSync(hosts, before)
      },
    },
  ],
  'start-refused': [
    {
      part: 'fleet',
      what: 'MaxStartups 1 in sshd, and somebody else holds that one for some seconds',
      node: 'saorsa-9',
      begin: async ({ lab }) => {
        const back = await sshd(lab, 'saorsa-9', 'MaxStartups 1:100:1')
        const free = await beside(
          lab,
          'saorsa-9',
          'startups',
          // Until somebody from elsewhere has asked, and a second more.
          `perl -MIO::Socket::INET -e 'my $s; for (1..400) { last if $s = IO::Socket::INET->new(PeerAddr => q(127.0.0.1:22)); select(undef, undef, undef, 0.05) } for (1..3000) { last if grep { !/127[.]0[.]0[.]1/ } qx(ss -Htn state established sport = :22); select(undef, undef, undef, 0.05) } sleep 1'`,
        )
        return async () => {
          await free()
          await back()
        }
      },
    },
  ],
  'channel-refused': [
    {
      part: 'fleet',
      what: 'MaxSessions 1 in sshd',
      node: 'saorsa-5',
      begin: ({ lab }) => sshd(lab, 'saorsa-5', 'MaxSessions 1'),
    },
  ],
  'connection-lost': [
    {
      part: 'fleet',
      what: 'every SSH connection of a node is killed while it dials',
      node: 'saorsa-6',
      begin: ({ lab }) => beside(lab, 'saorsa-6', 'cut', `${untilDialling}; kill -9 $(pgrep -f "[s]shd.*@")`),
    },
  ],
  'half-open': [
    {
      part: 'fleet',
      what: 'while a node dials, its packet filter begins to drop all packets of the SSH connections of now, and of no later one',
      node: 'saorsa-7',
      begin: async ({ lab }) => {
        const ports = `$(ss -Htn state established sport = :22 | sed 's/.*:\\([0-9]*\\) *$/\\1/' | sort -u | paste -sd,)`
        const stop = await beside(
          lab,
          'saorsa-7',
          'silence',
          `${untilDialling}; p=${ports}; nft "table inet recovery { chain i { type filter hook input priority -300; tcp dport 22 tcp sport { $p } drop; }; chain o { type filter hook output priority -300; tcp sport 22 tcp dport { $p } drop; }; }"; sleep 600`,
        )
        return async () => {
          await stop()
          await lab.on('saorsa-7', 'nft delete table inet recovery || true')
        }
      },
    },
  ],
  'host-key-changed': [
    {
      part: 'host key',
      what: 'sshd of a node is given a new host key',
      node: 'saorsa-7',
      begin: async ({ lab }) => {
        await lab.on(
          'saorsa-7',
          'mkdir -p /root/kept; cp -p /etc/ssh/ssh_host_ed25519_key* /root/kept/; rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f /etc/ssh/ssh_host_ed25519_key; systemctl restart ssh',
        )
        return () => lab.on('saorsa-7', 'cp -p /root/kept/* /etc/ssh/; systemctl restart ssh')
      },
    },
  ],
} as const satisfies Readonly<Record<string, readonly Provocation[]>>
