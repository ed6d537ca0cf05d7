/** Why a program failed on a node: each cause of the machine by a look at it, and none where the program did it itself. */
import { describe, expect, test } from 'vitest'
import { causeOf, lastWords, type Diagnosis } from '../../src/domain/diagnosis.ts'
import { droppedBy } from '../../src/domain/firewall.ts'
import { machineOf } from '../../src/domain/post-mortem/machine.ts'
import { parseDiagnosis } from '../../src/domain/post-mortem/read.ts'
import { machineWell } from '../kit/post-mortem.ts'

const of = {
  unit: 'peer',
  place: [],
  listens: { protocol: 'udp', port: 9000 },
  releases: '/opt/peer',
  data: '/var/lib/peer',
} as const
const disk = { usedKiB: 5_000_000, freeKiB: 900_000, freeInodes: 10_000, ownKiB: 40_000, mount: ['rw', 'relatime'] }
const good: Diagnosis = {
  unit: 'peer',
  listens: { protocol: 'udp', port: 9000 },
  result: '',
  holder: null,
  releases: { path: '/opt/peer', ...disk },
  data: { path: '/var/lib/peer', ...disk },
  firewall: '',
  machine: machineWell,
  said: [],
}
const data = (change: Partial<typeof disk>): Partial<Diagnosis> => ({
  data: { path: '/var/lib/peer', ...disk, ...change },
})
const holder = (unit: string | null, owner: { project: string; session: string } | null = null) => ({
  pid: 77,
  program: 'squatter',
  unit,
  owner,
})
const firewall = (...rules: readonly string[]): string =>
  `table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n${rules.map((r) => `\t\t${r}\n`).join('')}\t}\n}\n`

describe('causes', () => {
  test.each<[string, Partial<Diagnosis>, string]>([
    [
      'the port of a process',
      { holder: holder(null) },
      'I154 udp 9000, which peer needs, is held by process 77 (squatter)',
    ],
    [
      'the port of a service that a session left',
      { holder: holder('echo', { project: 'echo-peer', session: 's1' }) },
      'I154 udp 9000, which peer needs, is held by echo.service, which project echo-peer left there (session s1)',
    ],
    ['a full disk', data({ freeKiB: 12 }), 'I150 12 KiB are free at /var/lib/peer'],
    ['no inodes', data({ freeInodes: 0 }), 'I150 no inodes are free at /var/lib/peer'],
    [
      'noexec',
      { releases: { path: '/opt/peer', ...disk, mount: ['rw', 'noexec'] } },
      'I157 /opt/peer is mounted noexec: nothing there can be executed',
    ],
    ['read-only', data({ mount: ['ro'] }), 'I158 /var/lib/peer is on a file system that is mounted read-only'],
    [
      'a firewall',
      { firewall: firewall('udp dport 9000 drop') },
      "I159 the node's own firewall drops udp 9000: udp dport 9000 drop",
    ],
  ])('%s', (_, change, text) => {
    const cause = causeOf({ ...good, ...change })
    expect(`${cause?.code} ${cause?.why}`).toBe(text)
    expect(cause?.look).toMatch(/^(ss|df|findmnt|nft) /)
  })
  test.each<[string, Partial<Diagnosis>]>([
    ['a machine that is well', {}],
    ['nothing was told', { releases: null, data: null }],
    ['its own port', { holder: holder('peer') }],
    ['a disk that the program filled by itself', data({ freeKiB: 0, ownKiB: 4_000_000 })],
    ['a data folder that nothing is executed in', data({ mount: ['rw', 'noexec', 'nosuid'] })],
  ])('none: %s', (_, change) => expect(causeOf({ ...good, ...change })).toBeNull())
})

describe('a firewall', () => {
  test.each<[string, string | null]>([
    [firewall('udp dport 9000 drop'), 'udp dport 9000 drop'],
    [
      firewall('udp dport { 53, 8000-9999 } counter packets 1 bytes 60 reject with icmp port-unreachable'),
      'udp dport {',
    ],
    [firewall('udp dport 9000 accept', 'udp dport 9000 drop'), null],
    [firewall('udp dport 9001 drop', 'tcp dport 9000 drop'), null],
    [firewall('ip saddr 10.0.0.1 udp dport 9000 drop'), null],
    [firewall('udp dport 9000 accept comment "never drop"'), null],
    [
      firewall('ct state established,related accept', 'tcp dport 22 accept').replace('policy accept', 'policy drop'),
      'policy drop',
    ],
    [
      firewall('ct state established,related accept', 'udp dport { 53, 9000 } accept').replace(
        'policy accept',
        'policy drop',
      ),
      null,
    ],
    [firewall('jump ufw-user-input').replace('policy accept', 'policy drop'), null],
    [firewall('udp dport 9000 drop').replace('hook input', 'hook output'), null],
    [firewall('udp dport 9000 drop').replace('inet filter', 'inet vps_test_wall_s_1_a'), null],
    ['', null],
    ['} {{ table', null],
  ])('%s', (text, rule) => {
    const seen = droppedBy(text, 'udp', 9000)
    if (rule === null) expect(seen).toBeNull()
    else expect(seen).toContain(rule)
  })
})

describe('what the program said', () => {
  const panic = [
    'starting',
    "thread 'main' panicked at src/main.rs:3:5:",
    'no config found in /etc/echo',
    'note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace',
  ]
  test('of a panic its first lines, else the last ones', () => {
    expect(lastWords({ said: panic })).toBe(
      "; it said: thread 'main' panicked at src/main.rs:3:5: | no config found in /etc/echo",
    )
    expect([lastWords({ said: ['a', 'b', 'c'] }), lastWords({ said: [] })]).toEqual(['; it said: b | c', ''])
  })
  test('each section is read; the last is the program’s, whatever stands in it', () => {
    const text = [
      'vps-test-section unit',
      'ActiveState=failed',
      'Result=oom-kill',
      '',
      'vps-test-section disk /opt/peer',
      '100 200 300 40 rw,noexec',
      '',
      'vps-test-section disk /var/lib/peer',
      '1 2 - - rw',
      '',
      'vps-test-section holder',
      '77',
      'squatter ',
      '-',
      '-',
      '-',
      '',
      'vps-test-section firewall',
      firewall('udp dport 9000 drop'),
      'vps-test-section said',
      'first \u001b[31m',
      'vps-test-section holder',
      '1',
      '',
    ].join('\n')
    expect(parseDiagnosis(text, of)).toEqual({
      unit: 'peer',
      listens: { protocol: 'udp', port: 9000 },
      result: 'oom-kill',
      holder: holder(null),
      releases: { path: '/opt/peer', usedKiB: 100, freeKiB: 200, freeInodes: 300, ownKiB: 40, mount: ['rw', 'noexec'] },
      data: { path: '/var/lib/peer', usedKiB: 1, freeKiB: 2, freeInodes: null, ownKiB: null, mount: ['rw'] },
      firewall: expect.stringContaining('udp dport 9000 drop') as string,
      machine: {
        ...machineOf(() => ''),
        unit: {
          active: 'failed',
          sub: '',
          result: 'oom-kill',
          ended: null,
          status: null,
          restarts: 0,
          memoryBytes: null,
        },
      },
      said: [expect.stringMatching(/^first/) as string, 'vps-test-section holder', '1'],
    })
    expect(causeOf(parseDiagnosis('', of))).toBeNull()
  })
  test('a unit that systemd has just started again ended as systemd said last', () => {
    const told = (result: string, ...said: readonly string[]) =>
      parseDiagnosis(
        [
          'vps-test-section unit',
          'ActiveState=active',
          `Result=${result}`,
          '',
          'vps-test-section systemd',
          ...said,
          '',
        ].join('\n'),
        of,
      ).result
    const failed = (how: string) => `peer.service: Failed with result '${how}'.`
    expect(told('success', failed('exit-code'), failed('oom-kill'), 'Started peer.service.')).toBe('oom-kill')
    expect(told('exit-code', failed('oom-kill'))).toBe('exit-code')
    expect(told('success', 'Started peer.service.')).toBe('success')
  })
})
