/** What a node tells after a failure, read by its sections: whole, cut off, and where a program writes what looks like ours. */
import { expect, test } from 'vitest'
import { killedItself } from '../../src/domain/post-mortem/killed.ts'
import { parseDiagnosis, readPostMortem } from '../../src/domain/post-mortem/read.ts'
import { toldLines, mostTold, postMortemShape, type PostMortem } from '../../src/domain/post-mortem/told.ts'

const of = {
  unit: 'peer',
  listens: { protocol: 'udp', port: 9000 },
  releases: '/opt/peer',
  data: '/var/lib/peer',
} as const

const told = (sections: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(sections)
    .map(([name, lines]) => `vps-test-section ${name}\n${lines.map((l) => `${l}\n`).join('')}\n`)
    .join('')

const whole = {
  unit: [
    'Result=signal',
    'ActiveState=activating',
    'SubState=auto-restart',
    'ExecMainCode=3',
    'ExecMainStatus=11',
    'NRestarts=4',
    'MainPID=0',
    'MemoryCurrent=[not set]',
  ],
  systemd: [
    'peer.service: Main process exited, code=dumped, status=11/SEGV',
    "peer.service: Failed with result 'core-dump'.",
  ],
  process: ['fds 14 1024', 'VmRSS 9000 kB', 'socket udp UNCONN 0 0 0.0.0.0:9000 0.0.0.0:* users:(("peer",pid=7,fd=3))'],
  memory: [
    'MemTotal:        4000000 kB',
    'MemAvailable:     100000 kB',
    'SwapTotal:             0 kB',
    'SwapFree:              0 kB',
    'load 8.00 2.00 1.00 4',
  ],
  kernel: ['[ 12.5] peer[77]: segfault at 0 ip 0000 sp 0000 error 6'],
  conntrack: ['65500', '65536', 'entries  clashres found'],
  udp: ['Udp: InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors SndbufErrors', 'Udp: 10 0 3 12 3 0'],
  route: ['default via 10.0.0.1 dev eth0'],
  names: ['resolves registry.example', 'unknown other.example'],
  clock: ['1790000000123 55.10 no'],
  ended: [
    '| thread main panicked at a.rs:1:2',
    '| vps-test-section kernel',
    '| [ 1.0] Killed process 1 (peer)',
    'no bar before it',
  ],
  said: ['up', 'vps-test-section names', 'unknown forged.example'],
}

test('every section is read, and no line of the program is one of ours', () => {
  const { machine, said, result } = parseDiagnosis(told(whole), of)
  expect(result).toBe('signal')
  expect(machine).toEqual({
    unit: {
      active: 'activating',
      sub: 'auto-restart',
      result: 'signal',
      ended: 'dumped',
      status: 11,
      restarts: 4,
      memoryBytes: null,
    },
    systemd: whole.systemd,
    process: { openFiles: 14, mostFiles: 1024, residentKiB: 9000, sockets: [whole.process[2]?.slice(7)] },
    memory: { totalKiB: 4_000_000, availableKiB: 100_000, swapFreeKiB: 0 },
    load: 2,
    kernel: whole.kernel,
    conntrack: { count: 65_500, most: 65_536 },
    receiveOverflows: 3,
    route: true,
    unknownNames: ['other.example'],
    clock: { wallMs: 1_790_000_000_123, synchronized: false },
    ended: ['thread main panicked at a.rs:1:2', 'vps-test-section kernel', '[ 1.0] Killed process 1 (peer)'],
  })
  expect(said).toEqual(['up', 'vps-test-section names', 'unknown forged.example'])
})

test('what was not told is not known, and nothing that was asked is taken for a no', () => {
  const { machine } = parseDiagnosis('', of)
  expect(machine).toMatchObject({
    unit: null,
    process: null,
    memory: null,
    load: null,
    kernel: null,
    route: null,
    clock: null,
  })
  expect(parseDiagnosis(told({ kernel: ['not-read'], route: [] }), of).machine).toMatchObject({
    kernel: null,
    route: false,
  })
  expect(parseDiagnosis(told({ kernel: [] }), of).machine.kernel).toEqual([])
})

test('a node says as much as it likes, and so much is kept', () => {
  const lines = toldLines(`${'x'.repeat(5000)}\n`.repeat(5000))
  expect(lines).toHaveLength(mostTold.lines)
  expect(lines[0]).toHaveLength(mostTold.characters)
  const kept: PostMortem = { node: 'a', of, sinceSeconds: 9, lines, why: null }
  expect(postMortemShape(1)([kept])).toBeNull()
  expect(postMortemShape(1)([{ ...kept, lines: [...lines, 'x'] }])).toContain('are allowed')
  expect(postMortemShape(1)([{ ...kept, of: { ...of, listens: { protocol: 'sctp', port: 1 } } }])).toContain('protocol')
  expect(readPostMortem({ ...kept, lines: null, why: 'no answer' })).toBeNull()
})

test.each([
  ['half of the memory', '[ 1.0] Out of memory: Killed process 7 (peer) total-vm:9kB, anon-rss:2000000kB', true],
  ['its group’s limit', '[ 1.0] Memory cgroup out of memory: Killed process 7 (peer) anon-rss:9000kB', true],
  ['a victim of others', '[ 1.0] Out of memory: Killed process 7 (peer) total-vm:9kB, anon-rss:9000kB', false],
  ['another program', '[ 1.0] Out of memory: Killed process 7 (backup) total-vm:9kB, anon-rss:3000000kB', false],
])('killed by its own hunger: %s', (_, line, own) => {
  expect(killedItself(line, 'peer', { totalKiB: 4_000_000 })).toBe(own)
})
