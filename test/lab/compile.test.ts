import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseFleet } from '../../src/inputs/fleet.ts'
import { labFleet, fleetYaml } from '../../src/lab/fleet-file.ts'
import { raisedLimit } from '../../src/lab/inotify.ts'
import { layoutOf } from '../../src/lab/layout.ts'
import { boxKinds, mappingSeconds, natRuleset, type BoxKind } from '../../src/lab/nat.ts'
import { compileNetwork, namespacesOf } from '../../src/lab/network.ts'
import { bootScript, keeperScript } from '../../src/lab/boot.ts'
import { accountFiles, compileTrees, overlayProbe, type TreeKind } from '../../src/lab/root-tree.ts'
import { compileShaping, delayArgv } from '../../src/lab/shaping.ts'
import { loadTopology } from '../../src/lab/topology.ts'

const shipped = loadTopology(readFileSync(new URL('../../fleets/lab.topology.yaml', import.meta.url), 'utf8'))
const small = loadTopology(`
name: small
nodes:
  - { name: n-1, region: A, role: registry, delay_ms: 12 }
  - { name: n-4, region: B, role: nat, nat: full-cone, delay_ms: 5, loss_percent: 0.5 }`)
const l = layoutOf('t9')

describe('the network', () => {
  test('of two hosts, one behind a NAT, is these commands', () => {
    const text = compileNetwork(small, l)
      .map((stage) =>
        stage
          .map((s) =>
            s.kind === 'run'
              ? `${s.argv.join(' ')}\n${s.argv.includes('nft') ? '(rules)\n' : (s.stdin ?? '')}`
              : 'files',
          )
          .join(''),
      )
      .join('--\n')
    expect(text).toBe(`ip -batch -
netns add lab-t9-ix
netns add lab-t9-hq
netns add lab-t9-n-1
netns add lab-t9-n-4
netns add lab-t9-nat-n-4
--
ip -n lab-t9-ix -batch -
link set lo up
link add hq type veth peer name eth0 netns lab-t9-hq
addr add 198.18.0.1/24 dev hq
link set hq up
link add w1 type veth peer name eth0 netns lab-t9-n-1
addr add 198.18.1.1/24 dev w1
link set w1 up
link add w4 type veth peer name wan netns lab-t9-nat-n-4
addr add 198.18.4.1/24 dev w4
link set w4 up
link add lan netns lab-t9-nat-n-4 type veth peer name eth0 netns lab-t9-n-4
--
ip -n lab-t9-hq -batch -
link set lo up
addr add 198.18.0.10/24 dev eth0
addr add 198.18.0.11/24 dev eth0
link set eth0 up
route add default via 198.18.0.1
nsenter --net=/run/netns/lab-t9-ix -- sysctl -qw net.ipv4.ip_forward=1
ip -n lab-t9-n-1 -batch -
link set lo up
addr add 198.18.1.10/24 dev eth0
link set eth0 up
route add default via 198.18.1.1
ip -n lab-t9-n-4 -batch -
link set lo up
addr add 192.168.4.10/24 dev eth0
link set eth0 up
route add default via 192.168.4.1
ip -n lab-t9-nat-n-4 -batch -
link set lo up
addr add 198.18.4.10/24 dev wan
link set wan up
route add default via 198.18.4.1
addr add 192.168.4.1/24 dev lan
link set lan up
nsenter --net=/run/netns/lab-t9-nat-n-4 -- nft -f -
(rules)
--
nsenter --net=/run/netns/lab-t9-nat-n-4 -- sysctl -qw net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_udp_timeout=12 net.netfilter.nf_conntrack_udp_timeout_stream=12
`)
  })
  test('writes settings only inside a namespace, and only below net/', () => {
    for (const step of compileNetwork(shipped, l).flat()) {
      if (step.kind !== 'run' || !step.argv.includes('sysctl')) continue
      expect(step.argv[0]).toBe('nsenter')
      expect(step.argv.slice(step.argv.indexOf('-qw') + 1).filter((s) => !s.startsWith('net.'))).toEqual([])
    }
  })
  test('of the shipped topology has 16 namespaces', () => expect(namespacesOf(shipped, layoutOf())).toHaveLength(16))
})

describe('a NAT box', () => {
  const rules = (kind: BoxKind): string =>
    natRuleset({ kind, outside: '198.18.4.10', inside: '192.168.4.10', mappingSeconds: 12 })
  test('address-restricted, word for word', () => {
    expect(rules('address-restricted')).toBe(`table ip lab {
  map eim {
    type inet_service : ipv4_addr . inet_service
    flags dynamic,timeout
    timeout 12s
    size 65536
  }
  set peers {
    type inet_service . ipv4_addr
    flags dynamic,timeout
    timeout 12s
    size 65536
  }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    iifname "wan" ip daddr 198.18.4.10 tcp dport 22 dnat to 192.168.4.10:22
    iifname "wan" ip daddr 198.18.4.10 udp dport . ip saddr @peers dnat ip to udp dport map @eim
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "wan" meta l4proto { udp, tcp } snat to 198.18.4.10
    oifname "wan" snat to 198.18.4.10
  }
  chain learn {
    type filter hook postrouting priority srcnat + 10; policy accept;
    oifname "wan" meta l4proto udp ct direction original update @eim { udp sport timeout 12s : ct original ip saddr . ct original proto-src }
    oifname "wan" meta l4proto udp ct direction reply update @eim { udp sport timeout 12s : ct reply ip saddr . ct reply proto-src }
    oifname "wan" meta l4proto udp update @peers { udp sport . ip daddr timeout 12s }
  }
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "wan" ct state established,related accept
    iifname "wan" ct status dnat accept
    iifname "wan" drop
  }
  chain input {
    type filter hook input priority filter; policy accept;
    iifname "wan" ct state established,related accept
    iifname "wan" icmp type echo-request accept
    iifname "wan" drop
  }
}
`)
  })
  const has = (text: string) => (Object.keys(boxKinds) as BoxKind[]).filter((kind) => rules(kind).includes(text))
  test('drops what it did not ask for, unless it models the clash', () =>
    expect(has('chain input')).toEqual(Object.keys(boxKinds).filter((kind) => kind !== 'plain-masquerade')))
  test('remembers ports only where its filter is wider than connection tracking', () =>
    expect(has('map eim')).toEqual(['full-cone', 'address-restricted']))
  test('takes random ports only when symmetric', () => expect(has('random,fully-random')).toEqual(['symmetric']))
  test('checks addresses only when address-restricted', () => expect(has('@peers')).toEqual(['address-restricted']))
  test("keeps mappings for RFC 4787's two minutes, divided by the factor", () =>
    expect([1, 10, 120].map(mappingSeconds)).toEqual([120, 12, 1]))
})

describe('shaping', () => {
  test('by netem delays both directions, behind a NAT at the box', () => {
    expect(
      compileShaping(small, l, 'netem')
        .flat()
        .map((s) => (s.kind === 'run' ? `${s.argv[2]}: ${s.stdin}` : '')),
    ).toEqual([
      'lab-t9-ix: qdisc add dev w1 root netem delay 12ms loss 0% limit 10000\nqdisc add dev w4 root netem delay 5ms loss 0.5% limit 10000\n',
      'lab-t9-n-1: qdisc add dev eth0 root netem delay 12ms loss 0% limit 10000\n',
      'lab-t9-nat-n-4: qdisc add dev wan root netem delay 5ms loss 0.5% limit 10000\n',
    ])
  })
  test('by queue names every link to the helper', () => {
    expect(delayArgv(small, l, '/h/lab-delay').join(' ')).toBe(
      'nsenter --net=/run/netns/lab-t9-ix -- /h/lab-delay --queue 0 --link w1=12,0 --link w4=5,0.5',
    )
  })
  test('by nothing is nothing', () => expect(compileShaping(small, l, 'none')).toEqual([]))
})

describe('the root trees', () => {
  const state = '/var/lib/vps-test/lab-t9'
  const trees = (kind: TreeKind) => compileTrees(small, l, { passwd: '', group: '' }, kind)
  const text = (kind: TreeKind): string =>
    trees(kind)
      .map((stage) =>
        stage
          .map((s) =>
            s.kind === 'run'
              ? s.argv.includes('borrow')
                ? '(borrow)'
                : s.argv.join(' ').replaceAll(state, '~')
              : `${s.why}: ${[...(s.directories ?? []), ...s.files].map((f) => f.path.replace(state, '~')).join(' ')}`,
          )
          .filter((line) => !line.startsWith("put the nodes' common") && !line.startsWith("write the lab's own"))
          .join('\n'),
      )
      .join('\n--\n')
  test('over one template: each node has its names, its key and a work directory', () =>
    expect(text('overlay')).toBe(`ssh-keygen -q -t ed25519 -N  -C vps-test-t9 -f ~/id_ed25519
name n-1: ~/nodes/n-1/root.work ~/nodes/n-1/root ~/nodes/n-1/root/etc ~/nodes/n-1/root/etc/ssh ~/nodes/n-1/root/etc/hostname ~/nodes/n-1/root/etc/hosts ~/nodes/n-1/root/etc/machine-id
name n-4: ~/nodes/n-4/root.work ~/nodes/n-4/root ~/nodes/n-4/root/etc ~/nodes/n-4/root/etc/ssh ~/nodes/n-4/root/etc/hostname ~/nodes/n-4/root/etc/hosts ~/nodes/n-4/root/etc/machine-id
--
(borrow)
install -m 600 ~/id_ed25519.pub ~/template/root/.ssh/authorized_keys
ssh-keygen -q -t ed25519 -N  -C n-1 -f ~/nodes/n-1/root/etc/ssh/ssh_host_ed25519_key
ssh-keygen -q -t ed25519 -N  -C n-4 -f ~/nodes/n-4/root/etc/ssh/ssh_host_ed25519_key
--
`))
  test('where no overlay is possible: a copy for each, which leaves its own files alone', () => {
    expect(text('copy')).not.toContain('root.work')
    expect(text('copy').split('\n--\n').at(-1)).toBe(
      `cp -a --no-clobber ~/template/. ~/nodes/n-1/root\ncp -a --no-clobber ~/template/. ~/nodes/n-4/root`,
    )
  })
  test('directories that everybody must be able to read say so, whatever the umask', () => {
    for (const step of trees('overlay').flat())
      if (step.kind === 'files' && step.why.startsWith('name '))
        expect(step.directories?.map((d) => d.mode)).toEqual([0o755, 0o755, 0o755, 0o755])
  })
  test('the boot mounts in the node itself, by the mark of the steps', () => {
    expect(keeperScript).toContain('unshare --mount')
    expect(keeperScript).not.toMatch(/^\s*mount/m)
    expect(bootScript).toContain(`if [ -d "$above/root.work" ]; then
  mount -t overlay -o "lowerdir=$lab/template,upperdir=$root,workdir=$above/root.work" overlay "$root"
else
  mount --bind "$root" "$root"
fi`)
    expect(overlayProbe(l).slice(0, 5).join(' ')).toBe('unshare --mount --propagation private --')
  })
})

describe('room for inotify instances', () => {
  test('is enough, or the limit is raised: to a round number, to twice as much, to what is in use and more', () => {
    expect([
      raisedLimit({ limit: 128, used: 68 }, 10),
      raisedLimit({ limit: 128, used: 69 }, 10),
      raisedLimit({ limit: 1024, used: 1000 }, 10),
      raisedLimit({ limit: 100, used: 5000 }, 10),
    ]).toEqual([undefined, 1024, 2048, 5120])
  })
})

test("a node has the system's accounts without passwords, and no people", () => {
  const files = accountFiles('/t', {
    passwd:
      'root:x:0:0:root:/root:/bin/zsh\nsshd:x:105:65534::/run/sshd:/usr/sbin/nologin\nann:x:1000:1000::/home/ann:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n',
    group: 'root:x:0:ann\nann:x:1000:\nnogroup:x:65534:\n',
  })
  expect(Object.fromEntries(files.map((f) => [f.path, f.text]))).toEqual({
    '/t/etc/passwd':
      'root:x:0:0:root:/root:/bin/bash\nsshd:x:105:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/:/bin/false\n',
    '/t/etc/group': 'root:x:0:\nnogroup:x:65534:\n',
    '/t/etc/shadow': 'root:*:19000:0:99999:7:::\nsshd:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n',
    '/t/etc/gshadow': 'root:*::\nnogroup:*::\n',
  })
})

describe('the fleet file', () => {
  const fleet = labFleet(shipped, layoutOf(), { shaping: 'nfqueue', hostKeys: { 'saorsa-4': 'ssh-ed25519 AAAA' } })
  const read = parse(fleetYaml(fleet)) as { nodes: Record<string, unknown>[] } & Record<string, unknown>
  test('admits the factor and the shaping', () =>
    expect(read['lab']).toEqual({ nat_timeout_factor: 10, shaping: 'nfqueue' }))
  test('has a node in the words of every fleet file', () => {
    expect(read.nodes[3]).toEqual({
      name: 'saorsa-4',
      host: 'saorsa-4.lab.invalid',
      ip: '198.18.4.10',
      provider: 'Lab',
      region: 'AMS3',
      role: 'nat',
      nat: 'full-cone',
      expected_rate: 95,
      runtime: 'systemd',
      nat_box: { orchestrator: ['nsenter', '--net=/run/netns/lab-nat-saorsa-4', '--'] },
      host_keys: ['ssh-ed25519 AAAA'],
    })
  })
  test('is read back as the same fleet', () => {
    const whole = labFleet(shipped, layoutOf(), { shaping: 'netem', hostKeys: {} })
    expect(parseFleet(fleetYaml(whole), 'fleet.yaml')).toEqual(whole)
  })
  test('points at the registry and the key', () =>
    expect(read).toMatchObject({
      registry_url: 'http://198.18.1.10:8080',
      identity_file: '/var/lib/vps-test/lab/id_ed25519',
    }))
  test('names only machines that cannot exist', () => {
    for (const n of fleet.nodes) expect(`${n.host} ${n.ip}`).toMatch(/^saorsa-\d+\.lab\.invalid 198\.18\.\d+\.10$/)
  })
})
