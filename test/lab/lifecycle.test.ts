/** One lab of ten hosts, through its life: as an orchestrator sees it, with OpenSSH's own client. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fleet } from '../../src/domain/fleet.ts'
import { labDown, labExec, labStatus, labUp, loadTopology, powerOff, powerOn } from '../../src/lab/lab.ts'
import { settled } from '../../src/lab/node.ts'
import { leftovers, needRoot } from './leftovers.ts'

const run = promisify(execFile)
const id = 't1'
const signal = AbortSignal.timeout(300_000)
const said: string[] = []
const log = {
  info: (line: string) => {
    said.push(line)
  },
  warn: (line: string) => {
    said.push(line)
  },
  progress: () => undefined,
}
const o = { id, log, signal }
const topology = loadTopology(readFileSync(new URL('../../fleets/lab.topology.yaml', import.meta.url), 'utf8'))
let fleet: Fleet

/** Strictly pinned: an unknown or changed key ends the connection. */
async function ssh(name: string, command: string, by: 'host' | 'ip' = 'host'): Promise<string> {
  const node = fleet.nodes.find((n) => n.name === name)
  if (node?.proxy?.kind !== 'command') throw new Error(`${name} has no proxy command`)
  const pins = `/var/lib/vps-test/lab-${id}/test-known-hosts`
  writeFileSync(pins, fleet.nodes.flatMap((n) => n.hostKeys.map((key) => `${n.host},${n.ip} ${key}\n`)).join(''))
  const options = {
    IdentityFile: fleet.identityFile,
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: pins,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    BatchMode: 'yes',
    ProxyCommand: node.proxy.argv.join(' '),
  }
  const argv = [
    '-F',
    '/dev/null',
    ...Object.entries(options).flatMap(([k, v]) => ['-o', `${k}=${v}`]),
    `root@${by === 'host' ? node.host : node.ip}`,
    command,
  ]
  return (await run('ssh', argv, { timeout: 15_000 })).stdout.trim()
}
const names = topology.nodes.map((n) => n.name)
const boots = (name: string): Promise<string> => ssh(name, 'cat /proc/sys/kernel/random/boot_id')

beforeAll(async () => {
  needRoot()
  await labDown(o)
  fleet = await labUp({ ...o, topology, shaping: 'none' })
})
afterAll(() => labDown(o))

describe('a lab that is up', () => {
  test('answers ssh on every node, by name and by address, with the pinned key', async () => {
    expect(await Promise.all(names.map((n) => ssh(n, 'hostname')))).toEqual(names)
    expect(await Promise.all(names.map((n) => ssh(n, 'hostname', 'ip')))).toEqual(names)
  })
  test('has a systemd on every node that finished starting with nothing failed', async () => {
    expect(await Promise.all(names.map((node) => settled({ ...o, node })))).toEqual(names.map(() => 'running'))
    expect(await ssh('saorsa-7', 'systemctl --failed --no-legend')).toBe('')
  })
  test('runs a unit without privileges, and its journal can be read', async () => {
    expect(
      await ssh(
        'saorsa-4',
        'systemd-run --quiet --wait --pipe --unit=whoami -p DynamicUser=yes -p NoNewPrivileges=yes -p ProtectSystem=strict id -u && journalctl --sync && journalctl -u whoami -n 500 --no-pager -o cat | grep -c Deactivated',
      ),
    ).toMatch(/^6\d{4}\n1$/)
  })
  test('lets a node read its packets, and write to /opt, but no setting of this machine', async () => {
    expect(
      await ssh(
        'saorsa-6',
        'nft add table inet probe && nft list tables && conntrack -L 2>/dev/null; : >/opt/x && echo written; echo 1 >/proc/sys/kernel/panic || echo refused',
      ),
    ).toContain('table inet probe\nwritten\nrefused')
  })
  test("shuts a node off from the machine's devices and kernel log", async () => {
    expect(await ssh('saorsa-2', 'stat -c %t:%T /dev/null /proc/kmsg; [ ! -e /.before ] && echo gone')).toBe(
      '1:3\n1:3\ngone',
    )
    expect(await ssh('saorsa-2', 'for at in /proc/sys /proc/irq; do findmnt -no OPTIONS $at; done')).toBe(
      Array.from({ length: 2 }, () => 'ro,nosuid,nodev,noexec,relatime').join('\n'),
    )
  })
  test('gives NAT mappings the compressed lifetime in the box, not on this machine', async () => {
    const box = fleet.nodes.find((n) => n.name === 'saorsa-6')?.natBox
    if (box?.kind !== 'orchestrator') throw new Error('saorsa-6 has no box')
    const [file = '', ...rest] = box.enter
    expect(
      (
        await run(file, [
          ...rest,
          'sysctl',
          '-n',
          'net.netfilter.nf_conntrack_udp_timeout',
          'net.netfilter.nf_conntrack_udp_timeout_stream',
        ])
      ).stdout,
    ).toBe('12\n12\n')
    expect((await run(file, [...rest, 'nft', 'list', 'chain', 'ip', 'lab', 'input'])).stdout).toContain(
      'iifname "wan" drop',
    )
  })
  test('has no way out', async () => {
    expect(
      await ssh('saorsa-2', 'bash -c "exec 3<>/dev/tcp/192.0.2.1/80" 2>&1 | grep -c "Network is unreachable"'),
    ).toMatch(/^[1-9]/)
  })
  test('refuses a name it does not know, at once and without a resolver', async () => {
    const proxy = fleet.nodes[0]?.proxy
    const argv = (proxy?.kind === 'command' ? proxy.argv : []).map((word) =>
      word.replace('%h', 'saorsa-99.lab.invalid').replace('%p', '22'),
    )
    await expect(run(argv[0] ?? '', argv.slice(1))).rejects.toMatchObject({
      code: 68,
      stderr: 'no lab host is called saorsa-99.lab.invalid\n',
    })
  })
  test('is left alone by a second up', async () => {
    const before = await boots('saorsa-1')
    expect(await labUp({ ...o, topology, shaping: 'none' })).toEqual(fleet)
    expect(said.at(-1)).toBe('the lab t1 is up already')
    expect(await boots('saorsa-1')).toBe(before)
  })
  test('can be entered, node by node', async () => {
    const [file = '', ...rest] = await labExec({ id, node: 'saorsa-10' }, ['hostname'])
    expect((await run(file, rest)).stdout).toBe('saorsa-10\n')
    await expect(labExec({ id, node: 'saorsa-11' }, ['true'])).rejects.toMatchObject({ facts: { code: 'U203' } })
  })
})

describe('power', () => {
  test('off is off, on is a new boot of the same disk', async () => {
    const before = await boots('saorsa-3')
    await ssh('saorsa-3', 'echo kept >/opt/note && sync')
    await powerOff({ ...o, node: 'saorsa-3' })
    expect((await labStatus(o)).nodes.filter((n) => !n.up).map((n) => `${n.name} ${n.systemd}`)).toEqual([
      'saorsa-3 off',
    ])
    await expect(labExec({ id, node: 'saorsa-3' }, ['true'])).rejects.toMatchObject({ facts: { code: 'I223' } })
    await powerOn({ ...o, node: 'saorsa-3' })
    expect(await boots('saorsa-3')).not.toBe(before)
    expect(await ssh('saorsa-3', 'cat /opt/note')).toBe('kept')
  })
  test('a reboot from inside comes back, and the journal knows both boots', async () => {
    const before = await boots('saorsa-5')
    await ssh('saorsa-5', 'systemctl reboot').catch(() => 'the connection may end first')
    await expect.poll(() => boots('saorsa-5').catch(() => before), { timeout: 15_000, interval: 100 }).not.toBe(before)
    expect(await settled({ ...o, node: 'saorsa-5' })).toBe('running')
    expect(await ssh('saorsa-5', 'journalctl --list-boots --no-pager | grep -c UTC')).toBe('2')
  })
})

test('down leaves nothing', async () => {
  expect(leftovers(id)).not.toEqual([])
  await labDown(o)
  expect(leftovers(id)).toEqual([])
  await labDown(o)
})
