/** Causes that are planted for real on a small lab: what is broken and how, and which causes of the table name it rightly. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { liar } from '../../test/e2e/cli.ts'
import type { Lab } from '../../test/e2e/lab.ts'
import type { Wish } from '../../test/e2e/session.ts'
import { installed, service, unitFile } from '../../test/e2e/subject.ts'
import { labDisturbances } from '../../test/gauntlet/lab/disturbances/all.ts'

export interface Planted {
  readonly id: string
  readonly what: string
  /** Ids of causes that are right. */
  readonly right: readonly string[]
  readonly owner: 'product' | 'infra' | 'harness'
  /** Breaks it; what it answers with repairs it. */
  readonly plant?: (lab: Lab) => Promise<() => Promise<unknown>>
  /** Right before the test, when the program is deployed. */
  readonly afterDeploy?: (lab: Lab) => Promise<() => Promise<unknown>>
  readonly wish?: (dir: string) => Promise<Partial<Wish>>
}

const disturbance = (id: string): Pick<Planted, 'what' | 'plant'> => {
  const found = labDisturbances.find((d) => d.id === id)
  if (found === undefined) throw new Error(`no disturbance ${id}`)
  return { what: `${found.what} (${found.node})`, plant: (lab) => found.begin(lab, found.node) }
}

const lie = (id: string, more: Partial<Wish> = {}): Pick<Planted, 'wish'> => ({
  wish: async (dir) => ({ binary: await liar(id, dir), ...more }),
})

const wall =
  (node: string, hook: string, rule: string) =>
  async (lab: Lab): Promise<() => Promise<unknown>> => {
    await lab.on(node, `nft 'table inet planted { chain w { type filter hook ${hook}; policy accept; ${rule}; }; }'`)
    return () => lab.on(node, 'nft delete table inet planted')
  }

const address = (lab: Lab, node: string): string => lab.fleet.nodes.find((n) => n.name === node)?.ip ?? ''

/** The example with a fault that a compiler finds. */
async function uncompilable(dir: string): Promise<Partial<Wish>> {
  const repo = join(mkdtempSync(join(dir, 'broken-')), 'testnet')
  cpSync('examples/testnet', repo, { recursive: true, filter: (path) => !/\/target(?:\/|$)/.test(path) })
  const file = join(repo, 'crates/testnet-peer/src/main.rs')
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nfn broken() -> u32 { "no number" }\n`)
  return { repo, binary: null }
}

export const planted: readonly Planted[] = [
  {
    id: 'segfault',
    what: 'the service dies by SIGSEGV on its first payload',
    right: ['crashed'],
    owner: 'product',
    ...lie('segfault'),
  },
  {
    id: 'panics',
    what: 'the service panics on its first payload',
    right: ['panicked'],
    owner: 'product',
    ...lie('panics'),
  },
  {
    id: 'exits',
    what: 'the service gives up at its start, exit code 3',
    right: ['ended'],
    owner: 'product',
    ...lie('exits'),
  },
  {
    id: 'deaf',
    what: 'the service runs and never listens',
    right: ['not-listening'],
    owner: 'product',
    ...lie('deaf'),
  },
  {
    id: 'out-of-files',
    what: 'the service uses up its file descriptors',
    right: ['out-of-files'],
    owner: 'product',
    ...lie('out-of-files', { registrationSeconds: 5 }),
  },
  {
    id: 'no-record',
    what: 'receivers write nothing down',
    right: ['not-recorded'],
    owner: 'product',
    ...lie('no-record'),
  },
  {
    id: 'corrupt',
    what: 'payloads are changed on the way',
    right: ['changed-on-the-way'],
    owner: 'product',
    ...lie('corrupt'),
  },
  {
    id: 'claims',
    what: 'callers claim success and send nothing',
    right: ['claims-refuted'],
    owner: 'product',
    ...lie('claims'),
  },
  {
    id: 'denies',
    what: 'callers say that they failed after they delivered',
    right: ['denied'],
    owner: 'product',
    ...lie('denies'),
  },
  {
    id: 'one-receiver',
    what: 'one node alone (saorsa-7) writes nothing down',
    right: ['one-node', 'not-recorded'],
    owner: 'product',
    afterDeploy: async (lab) => {
      const file = (await lab.on('saorsa-7', `readlink -f /var/lib/${service}/received.jsonl`)).trim()
      await lab.on('saorsa-7', `mount --bind /dev/null ${file}`)
      return () => lab.on('saorsa-7', `umount ${file}`)
    },
  },
  {
    id: 'no-relay',
    what: 'the bootstrap node relays nothing',
    right: ['no-relay', 'one-class'],
    owner: 'product',
    plant: async (lab) => {
      await lab.on(
        'saorsa-2',
        `cp ${unitFile} /root/unit.kept; sed -e '/Written by vps-test/d' -e 's/ --relay//' /root/unit.kept >${unitFile}; systemctl daemon-reload`,
      )
      return () =>
        lab.on('saorsa-2', `mv /root/unit.kept ${unitFile}; systemctl daemon-reload; systemctl restart ${service}`)
    },
  },
  {
    id: 'throttled',
    what: 'senders are slower than asked for',
    right: ['too-slow'],
    owner: 'product',
    ...lie('throttle', { focus: 'throughput', tests: { throughput: { min_mbps: 2, test_size_mb: 1 } } }),
  },
  {
    id: 'gossip-lost',
    what: 'messages are lost by who should write them down',
    right: ['messages-lost'],
    owner: 'product',
    ...lie('gossip-loses', { focus: 'gossip' }),
  },
  {
    id: 'does-not-compile',
    what: 'the source has a type error',
    right: ['does-not-compile'],
    owner: 'product',
    wish: uncompilable,
  },
  { id: 'port-taken', right: ['port-taken'], owner: 'infra', ...disturbance('port-taken') },
  { id: 'disk-full', right: ['disk-full'], owner: 'infra', ...disturbance('disk-full') },
  { id: 'noexec', right: ['not-mounted-for-it'], owner: 'infra', ...disturbance('noexec') },
  {
    id: 'firewall',
    what: "a node's firewall drops the port of the service (saorsa-7)",
    right: ['firewall'],
    owner: 'infra',
    plant: wall('saorsa-7', 'input priority 0', 'udp dport 9000 drop'),
  },
  {
    id: 'large-lost',
    what: 'the network drops datagrams over 1000 bytes to and from saorsa-7',
    right: ['large-lost'],
    owner: 'infra',
    plant: wall('saorsa-7', 'prerouting priority -450', 'meta l4proto udp meta length > 1000 drop'),
  },
  {
    id: 'one-way',
    what: 'the network carries UDP from saorsa-7 to saorsa-2, and not back',
    right: ['one-way-network'],
    owner: 'infra',
    plant: (lab) =>
      wall('saorsa-7', 'prerouting priority -450', `ip saddr ${address(lab, 'saorsa-2')} meta l4proto udp drop`)(lab),
  },
  { id: 'switched-off', right: ['unreachable'], owner: 'infra', ...disturbance('power-off') },
  {
    id: 'another-binary',
    what: 'somebody else has put another program into the service (saorsa-7)',
    right: ['changed-from-outside'],
    owner: 'infra',
    afterDeploy: async (lab) => {
      await lab.on(
        'saorsa-7',
        `cp ${installed}/current/testnet-peer /opt/other-peer; printf x >>/opt/other-peer
        mkdir ${unitFile}.d; { echo '[Service]'; echo ExecPaths=/opt/other-peer; echo ExecStart=; sed -n 's,^ExecStart=[^ ]*,ExecStart=/opt/other-peer,p' ${unitFile}; } >${unitFile}.d/other.conf
        systemctl daemon-reload; systemctl restart ${service}`,
      )
      return () =>
        lab.on('saorsa-7', `rm -r ${unitFile}.d /opt/other-peer; systemctl daemon-reload; systemctl restart ${service}`)
    },
  },
  { id: 'restarted-by-hand', right: ['changed-from-outside'], owner: 'infra', ...disturbance('restarted') },
  {
    id: 'slow-uplink',
    right: ['slow-link'],
    owner: 'infra',
    ...disturbance('slow-uplink'),
    wish: async () => ({ focus: 'throughput', tests: { throughput: { min_mbps: 2, test_size_mb: 1 } } }),
  },
  {
    id: 'outage',
    right: ['outage'],
    owner: 'infra',
    ...disturbance('outage'),
    wish: async () => ({ focus: 'gossip' }),
  },
  {
    id: 'host-key',
    what: 'a node answers with another host key (saorsa-7)',
    right: ['host-key'],
    owner: 'infra',
    plant: async (lab) => {
      await lab.on(
        'saorsa-7',
        `mkdir /root/keys; cp -a /etc/ssh/ssh_host_* /root/keys/; for k in /etc/ssh/ssh_host_*_key; do rm "$k" "$k.pub"; ssh-keygen -q -N '' -t "$(basename "$k" | sed 's/^ssh_host_\\(.*\\)_key$/\\1/')" -f "$k"; done; systemctl restart ssh || systemctl restart sshd`,
      )
      return () =>
        lab.on(
          'saorsa-7',
          `cp -a /root/keys/. /etc/ssh/; rm -r /root/keys; systemctl restart ssh || systemctl restart sshd`,
        )
    },
  },
  {
    id: 'controls-blocked',
    what: 'our own prober is kept from an open path',
    right: ['controls'],
    owner: 'harness',
    plant: async (lab) => {
      const one = await wall(
        'saorsa-2',
        'prerouting priority -400',
        `ip saddr ${address(lab, 'saorsa-7')} udp dport != 9000 drop`,
      )(lab)
      const other = await wall(
        'saorsa-7',
        'prerouting priority -400',
        `ip saddr ${address(lab, 'saorsa-2')} udp dport != 9000 drop`,
      )(lab)
      return () => Promise.all([one(), other()])
    },
  },
]
