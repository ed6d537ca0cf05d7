/** Provocations of the rules of what happens on a node, in a test, and to the session. */
import { marker } from '../../../src/commands/unit-words.ts'
import { beside, untilStarted, word, type Provocation } from './provocation.ts'

const service = 'testnet-peer'

export const node = {
  'node-left-out': [
    {
      part: 'fleet',
      what: 'SETUP: a node is switched off',
      node: 'saorsa-10',
      begin: async ({ lab }) => {
        await lab.off('saorsa-10')
        return () => lab.power('saorsa-10')
      },
    },
    { part: 'fleet', what: 'DEPLOY: a stranger has the port of the service, see port-taken' },
    {
      part: 'fleet',
      what: 'TEST: sshd of a node goes away as the test begins',
      node: 'saorsa-9',
      atTest: async ({ lab }) => {
        await lab.on('saorsa-9', 'systemctl stop ssh; pkill -9 -f "[s]shd.*@" || true')
        return () => lab.on('saorsa-9', 'systemctl start ssh')
      },
    },
  ],
  'disk-full': [
    {
      part: 'fleet',
      what: 'the releases of a node lie on a file system of 60 MiB that an old release of ours has filled',
      node: 'saorsa-8',
      begin: async ({ lab }) => {
        await lab.on(
          'saorsa-8',
          `mkdir -p /opt/${service}/releases; mount -t tmpfs -o size=60m tmpfs /opt/${service}/releases
          d=/opt/${service}/releases/$(printf old | sha256sum | cut -c1-64); mkdir $d; dd if=/dev/zero of=$d/${service} bs=1k 2>/dev/null || true`,
        )
        return () => lab.on('saorsa-8', `systemctl stop ${service} || true; umount -l /opt/${service}/releases`)
      },
    },
  ],
  'service-does-not-start': [
    { part: 'no room to build', what: 'a program that ends at once with an error is deployed' },
  ],
  'port-taken': [
    {
      part: 'fleet',
      what: 'a stranger’s process has the port',
      node: 'saorsa-3',
      begin: async ({ lab }) =>
        beside(
          lab,
          'saorsa-3',
          'port',
          `systemctl stop ${service} 2>/dev/null; perl -MSocket -e "socket(S,PF_INET,SOCK_DGRAM,17); bind(S,sockaddr_in(9000,INADDR_ANY)) or exit 1; sleep 3600"`,
        ),
    },
    {
      part: 'soak',
      what: 'a unit that an earlier session of the same project left has the port',
      node: 'saorsa-8',
      begin: async ({ lab }) => {
        await lab.on(
          'saorsa-8',
          `systemctl stop ${service} 2>/dev/null || true
          { echo ${word(marker)}; printf '[Service]\\nExecStart=/usr/bin/perl -MSocket -e "socket(S,PF_INET,SOCK_DGRAM,17); bind(S,sockaddr_in(9000,INADDR_ANY)) or exit 1; sleep 3600"\\n'; } >/etc/systemd/system/old-peer.service
          mkdir -p /var/lib/vps-test/owners; printf '%s\\n' testnet testnet-old-1 /opt/old >/var/lib/vps-test/owners/old-peer
          systemctl daemon-reload; systemctl start old-peer`,
        )
        return () =>
          lab.on(
            'saorsa-8',
            'systemctl stop old-peer || true; rm -f /etc/systemd/system/old-peer.service /var/lib/vps-test/owners/old-peer; systemctl daemon-reload',
          )
      },
    },
  ],
  'out-of-memory': [
    {
      part: 'fleet',
      what: 'the service is killed with SIGKILL at each of its first starts, and systemd is told that it was for want of memory',
      instead:
        'units of this machine have no memory controller, so no limit kills: systemd’s own mark of an out-of-memory kill (user.oomd_ooms on the unit’s control group) is set, and it says oom-kill by itself',
      node: 'saorsa-7',
      begin: async ({ lab }) =>
        beside(
          lab,
          'saorsa-7',
          'oom',
          `systemctl stop ${service} 2>/dev/null; for n in 1 2 3 4; do ${untilStarted(service)}; g=/sys/fs/cgroup$(systemctl show ${service} -p ControlGroup --value); python3 -c 'import os, sys; os.setxattr(sys.argv[1], "user.oomd_ooms", sys.argv[2].encode())' "$g" $n || true; kill -9 $p; done`,
        ),
    },
  ],
  'container-restarted': [
    {
      part: 'soak',
      what: 'the service starts in another network than the one that is measured, once',
      instead:
        'the five nodes have no containers: the unit is put into another network namespace by a file of its own, which goes when the program runs; real containers that restart are in test/e2e/inside.test.ts',
      node: 'saorsa-7',
      begin: async ({ lab }) => {
        const d = `/etc/systemd/system/${service}.service.d`
        await lab.on(
          'saorsa-7',
          `ip netns add recovery 2>/dev/null || true; mkdir -p ${d}; printf '[Service]\\nNetworkNamespacePath=/run/netns/recovery\\n' >${d}/recovery.conf; systemctl daemon-reload; systemctl stop ${service} || true`,
        )
        const stop = await beside(
          lab,
          'saorsa-7',
          'network',
          `${untilStarted(service)}; sleep 1; rm -r ${d}; systemctl daemon-reload`,
        )
        return async () => {
          await stop()
          await lab.on('saorsa-7', `rm -rf ${d}; systemctl daemon-reload; ip netns del recovery || true`)
        }
      },
    },
  ],
  'put-back': [{ part: 'no room to build', what: 'follows from a program that does not come up' }],
  'registry-down': [
    {
      part: 'fleet',
      what: 'between the registry and whoever asks it on its node stands another that first refuses, then answers 500, then garbage',
      node: 'saorsa-1',
      begin: async ({ lab }) => {
        const table =
          'table inet recovery { chain o { type nat hook output priority -100; tcp dport 8080 counter redirect to :9999; }; }'
        const server = `perl -MIO::Socket::INET -e 'my $l = IO::Socket::INET->new(LocalPort => 9999, Listen => 9, ReuseAddr => 1) or exit 1; my $n = 0; while ($n < 4) { my $c = $l->accept; my $q = <$c>; next unless defined $q; while (<$c>) { last if /^\\s*$/ } $n++; my ($s, $b) = $n < 3 ? (q(500 Broken), q(sorry)) : (q(200 OK), q(garbage)); print $c join(chr(13) . chr(10), qq(HTTP/1.1 $s), q(Content-Length: ) . length($b), q(Connection: close), q(), $b); close $c }'`
        await lab.on('saorsa-1', `systemctl stop ${service}-registry 2>/dev/null || true`)
        const stop = await beside(
          lab,
          'saorsa-1',
          'registry',
          `${untilStarted(`${service}-registry`)}; nft '${table}'; for i in $(seq 2400); do nft list table inet recovery | grep -q "packets [1-9]" && break; sleep 0.05; done; sleep 0.5; ${server}; nft delete table inet recovery`,
        )
        return async () => {
          await stop()
          await lab.on('saorsa-1', 'nft delete table inet recovery 2>/dev/null || true')
        }
      },
    },
  ],
  'registry-error': [{ part: 'fleet', what: 'the same, answering 500' }],
  'registry-garbage': [{ part: 'fleet', what: 'the same, answering garbage' }],
  'clock-off': [
    {
      part: 'fleet',
      what: 'a node’s date is ten minutes ahead',
      instead:
        'nodes of a lab have this machine’s clock: the program date of the node is replaced by one that is ten minutes ahead',
      node: 'saorsa-6',
      begin: async ({ lab }) => {
        await lab.on(
          'saorsa-6',
          `real=$(readlink -f "$(command -v date)"); cp "$real" /root/date.real
          printf '#!/bin/sh\\ncase "$*" in *+%%s%%3N*) echo $(( $(/root/date.real +%%s%%3N) + 600000 ));; *+%%s*) echo $(( $(/root/date.real +%%s) + 600 ));; *) exec /root/date.real "$@";; esac\\n' >/root/date.fast; chmod 755 /root/date.fast
          mount --bind /root/date.fast "$real"`,
        )
        return () => lab.on('saorsa-6', 'umount "$(readlink -f "$(command -v date)")"')
      },
    },
  ],
} as const satisfies Readonly<Record<string, readonly Provocation[]>>

export const session = {
  'not-seen': [{ part: 'fleet', what: 'follows from SSH connections that end while a node dials' }],
  'failed-at-checkpoint': [
    { part: 'soak', what: 'after a test that passed, nothing that a node receives is written down any more' },
  ],
  'test-inconclusive': [{ part: 'fleet', what: 'follows from nodes that were left out: too little is covered' }],
  regression: [{ part: 'soak', what: 'the same' }],
} as const satisfies Readonly<Record<string, readonly Provocation[]>>
