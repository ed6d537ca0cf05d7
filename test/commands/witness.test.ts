/** The packet witness with real nft, real UDP and real connection tracking; and its texts read from recorded output. */
import { execFile } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Command } from '../../src/commands/command.ts'
import { leaseDir } from '../../src/commands/lease.ts'
import { closePath, openPath } from '../../src/commands/probe.ts'
import { asNobody } from '../../src/commands/as-nobody.ts'
import { fileLines } from '../../src/commands/record.ts'
import { wallTable, type TableOwner } from '../../src/commands/tables.ts'
import { readBoxWitness, readNodeWitness, removeWitness, resetWitness } from '../../src/commands/witness.ts'
import { nobody, type Counters } from '../../src/domain/evidence.ts'
import { readLook } from '../../src/instruments/witness.ts'
import { parseBox, parseCounters, parseMappings } from '../../src/instruments/witness-reading.ts'
import { boxIp, insideIp, network, outsideIp, outsideIp6, type Network, type Place } from './network.ts'
import { isRoot, needsRoot } from './sandbox.ts'

const owner = { session: 'mine-20261126-1.a', fence: 3, node: 'n1' }

describe.skipIf(!isRoot)(`real packets${needsRoot}`, () => {
  let net: Network
  beforeAll(() => {
    net = network()
  })
  afterAll(() => {
    net.close()
  })
  const reset = async (place: Place, kind: 'node' | 'box' = 'node'): Promise<void> => {
    expect(await net.run(place, resetWitness(kind, owner))).toMatchObject({ code: 0, stderr: '' })
  }
  const read = async (place: Place): Promise<Counters | undefined> =>
    parseCounters((await net.run(place, readNodeWitness(owner, null))).stdout.split('\n')[0] ?? '')
  const nothing = { in: [], out: [], sent: [], fragmentsIn: { packets: 0, bytes: 0 }, overflow: false }

  test('are counted per remote endpoint and local port, at both ends, in both families', async () => {
    await reset('box')
    await reset('outside')
    await net.send('box', { ip: outsideIp, port: 9000, from: 5001, bytes: 100, count: 3 })
    await net.send('box', { ip: outsideIp, port: 9000, from: 5002, bytes: 50, count: 1 })
    await net.send('box', { ip: outsideIp6, port: 9000, from: 5003, bytes: 100, count: 2 })
    const [from, to] = [await read('box'), await read('outside')]
    const flow = (remote: string, remotePort: number, localPort: number, packets: number, bytes: number) => ({
      remote,
      remotePort,
      localPort,
      packets,
      bytes,
    })
    expect(from).toEqual({
      ...nothing,
      out: expect.arrayContaining([
        flow(outsideIp, 9000, 5001, 3, 384),
        flow(outsideIp, 9000, 5002, 1, 78),
        flow(outsideIp6, 9000, 5003, 2, 296),
      ]),
    })
    expect(to).toEqual({
      ...nothing,
      in: expect.arrayContaining([
        flow(boxIp, 5001, 9000, 3, 384),
        flow(boxIp, 5002, 9000, 1, 78),
        flow('fd09::1', 5003, 9000, 2, 296),
      ]),
    })
    expect([from?.out.length, to?.in.length]).toEqual([3, 3])
  })
  test('reading starts anew', async () => {
    await net.send('box', { ip: outsideIp, port: 9000, from: 5001, bytes: 100, count: 3 })
    expect((await read('outside'))?.in).toHaveLength(1)
    expect(await read('outside')).toEqual(nothing)
  })
  test.each([
    // Put together before the counters, or counted beside the flow that they cannot be credited to.
    [outsideIp, boxIp, { packets: 0, bytes: 0 }, 2 * 4124],
    [outsideIp6, 'fd09::1', { packets: 4, bytes: 5504 }, 2 * 1496],
  ])('a datagram in fragments to %s is one packet of its flow', async (ip, remote, fragmentsIn, bytes) => {
    await reset('box')
    await reset('outside')
    await net.send('box', { ip, port: 9000, from: 5004, bytes: 4096, count: 2 })
    const to = await read('outside')
    expect(to?.in).toEqual([{ remote, remotePort: 5004, localPort: 9000, packets: 2, bytes }])
    expect(to?.fragmentsIn).toEqual(fragmentsIn)
    expect((await read('box'))?.out).toMatchObject([
      { remote: ip, packets: 2, bytes: expect.toSatisfy((b: number) => b > 2 * 4096) },
    ])
  })
  test("what the node's own firewall drops was not delivered", async () => {
    await reset('outside')
    const wall = (rule: string) =>
      net.run('outside', { kind: 'argv', why: 'wall', idempotent: true, argv: ['nft', rule] })
    await wall(
      'table inet own_wall { chain w { type filter hook input priority 0; policy accept; udp dport 9102 drop; }; }',
    )
    for (const port of [9102, 9103]) await net.send('box', { ip: outsideIp, port, from: 5008, bytes: 10, count: 1 })
    expect((await read('outside'))?.in.map((f) => f.localPort)).toEqual([9103])
    await wall('delete table inet own_wall')
  })
  test('what each user but root sends is counted by address, protocol and port, in both families', async () => {
    await reset('box')
    const text = `for to in tcp/${outsideIp} udp/${outsideIp} udp/${outsideIp6}; do (exec 3>/dev/$to/9104 && printf hello >&3); done; :`
    const argv = [...asNobody, 'bash', '-c', text]
    expect(await net.run('box', { kind: 'argv', why: 'talk', idempotent: false, argv })).toMatchObject({ code: 0 })
    await net.send('box', { ip: outsideIp, port: 9105, from: 5011, bytes: 10, count: 1 })
    const seen = await read('box')
    expect(seen?.sent.map((f) => `${f.protocol} ${f.remote} ${f.uid} ${f.packets} ${f.bytes}`).sort()).toEqual([
      `tcp ${outsideIp} ${nobody} 1 60`,
      `udp ${outsideIp} ${nobody} 1 33`,
      `udp ${outsideIp6} ${nobody} 1 53`,
    ])
    const [ours] = seen?.out.filter((f) => f.bytes === 33) ?? []
    expect(seen?.sent.find((f) => f.protocol === 'udp' && f.remote === outsideIp)?.localPort).toBe(ours?.localPort)
    expect(seen?.out.map((f) => f.localPort)).toContain(5011)
  })
  test("the loopback is nobody's witness", async () => {
    await reset('outside')
    await net.send('outside', { ip: '127.0.0.1', port: 9000, from: 5001, bytes: 10, count: 1 })
    expect(await read('outside')).toEqual(nothing)
  })
  test('a closed path drops before the counters, in both families, and only one control’s own datagrams', async () => {
    await reset('outside')
    const close = () => net.run('outside', closePath([], owner, { from: 5005, to: 9100 }))
    expect([(await close()).code, (await close()).code]).toEqual([0, 0])
    for (const ip of [outsideIp, outsideIp6])
      for (const [from, port] of [
        [5005, 9100],
        [5005, 9101],
        [5008, 9100],
      ] as const)
        await net.send('box', { ip, port, from, bytes: 10, count: 2 })
    const seen = (await read('outside'))?.in.map((f) => `${f.remotePort}-${f.localPort} ${f.packets}`)
    expect(seen?.toSorted()).toEqual(['5005-9101 2', '5005-9101 2', '5008-9100 2', '5008-9100 2'])
    const open = () => net.run('outside', openPath([], owner))
    expect([(await open()).code, (await open()).code]).toEqual([0, 0])
    await net.send('box', { ip: outsideIp, port: 9100, from: 5005, bytes: 10, count: 1 })
    expect((await read('outside'))?.in.map((f) => f.localPort)).toEqual([9100])
  })
  test('a wall has a timer of the kernel’s own, so that it comes down whatever becomes of us', async () => {
    expect((await net.run('outside', closePath([], owner, { from: 1, to: 2 }))).code).toBe(0)
    const argv = ['nft', '-j', 'list', 'set', 'inet', wallTable(owner), 'closed']
    const listed = await net.run('outside', { kind: 'argv', why: 'list', idempotent: true, argv })
    const left = /"expires": (\d+)/.exec(listed.stdout)?.[1]
    expect(Number(left)).toBeGreaterThan(0)
    expect(Number(left)).toBeLessThanOrEqual(60)
    await net.run('outside', openPath([], owner))
  })
  describe('two sessions on one node', () => {
    const [mine, theirs] = [owner, { session: 'theirs-1.b', fence: 9, node: 'n1' }]
    /** With the leases of the two on the node, unless one is to be gone; in a /var/lib of its own. */
    const run = async (command: Command, speaking: readonly TableOwner[] = [mine, theirs]) => {
      if (command.kind !== 'script') return expect.fail()
      const lease = (o: TableOwner) =>
        `printf '%s\\n' ${o.fence} $(($(date +%s) + 60)) ${o.session} - >${leaseDir}/service-of-${o.session}`
      const text = ['mount -t tmpfs none /var/lib', `mkdir -p ${leaseDir}`, ...speaking.map(lease), command.text]
      return net.run('outside', { ...command, text: text.join('\n') })
    }
    const counted = async (o: TableOwner) =>
      parseCounters((await run(readNodeWitness(o, null))).stdout.split('\n')[0] ?? '')?.in.map((f) => f.packets)
    const send = (count: number) => net.send('box', { ip: outsideIp, port: 9000, from: 5011, bytes: 10, count })

    test('count beside each other, and neither resets the other’s counters', async () => {
      expect(await run(resetWitness('node', mine))).toMatchObject({ code: 0, stderr: '' })
      await send(2)
      expect(await run(resetWitness('node', theirs))).toMatchObject({ code: 0, stderr: '' })
      await send(1)
      expect(await counted(theirs)).toEqual([1])
      expect(await counted(mine)).toEqual([3])
    })
    test('neither removes the other’s, and a new fencing number reads nothing of the old', async () => {
      await run(resetWitness('node', mine))
      await run(removeWitness(theirs))
      await send(1)
      expect(await counted({ ...mine, fence: mine.fence + 1 })).toBeUndefined()
      expect(await counted(mine)).toEqual([1])
    })
    test('a session whose name begins or ends with another’s keeps its tables when that one’s are removed', async () => {
      const longer = [
        { ...mine, session: `${mine.session}_1` },
        { ...mine, session: `x_${mine.session}` },
      ]
      for (const o of longer) await run(resetWitness('node', o), [mine, ...longer])
      await run(resetWitness('node', mine), [mine, ...longer])
      await run(removeWitness(mine), [mine, ...longer])
      expect(await counted(mine)).toBeUndefined()
      expect(await Promise.all(longer.map(counted))).toEqual([[], []])
      for (const o of longer) await run(removeWitness(o), [mine, ...longer])
    })
    test('what no lease speaks for any more is swept away by the next that begins', async () => {
      await run(resetWitness('node', mine))
      await run(resetWitness('node', theirs), [theirs])
      expect(await counted(mine)).toBeUndefined()
      expect(await counted(theirs)).toEqual([])
      await run(resetWitness('node', { ...theirs, fence: 10 }), [{ ...theirs, fence: 10 }])
      expect(await counted(theirs)).toBeUndefined()
    })
  })
  test('a NAT box counts the outside of its translation, and tells its mappings', async () => {
    await reset('box', 'box')
    await reset('inside')
    await net.send('inside', { ip: outsideIp, port: 9000, from: 5007, bytes: 100, count: 3 })
    const result = await net.run('box', readBoxWitness(owner))
    const box = parseBox(result.stdout)
    const [mapping] = box?.mappings.filter((m) => m.insidePort === 5007) ?? []
    expect(mapping).toEqual({
      insideAddress: insideIp,
      insidePort: 5007,
      outsideAddress: boxIp,
      outsidePort: expect.toSatisfy((p: number) => p >= 40_000 && p <= 40_009),
      remote: outsideIp,
      remotePort: 9000,
    })
    expect(box?.counters.out).toEqual([
      { remote: outsideIp, remotePort: 9000, localPort: mapping?.outsidePort, packets: 3, bytes: 384 },
    ])
    expect((await read('inside'))?.out).toMatchObject([{ remote: outsideIp, localPort: 5007, packets: 3 }])
    // Unsolicited packets count where they arrive, though the NAT lets none of them in.
    await net.send('outside', { ip: boxIp, port: 41_000, from: 9000, bytes: 10, count: 2 })
    expect(parseBox((await net.run('box', readBoxWitness(owner))).stdout)?.counters).toMatchObject({
      in: [{ remote: outsideIp, remotePort: 9000, localPort: 41_000, packets: 2 }],
      out: [],
    })
    expect((await read('inside'))?.in).toEqual([])
  })
  test('a box without a way out says so', async () => {
    expect(await net.run('outside', resetWitness('box', owner))).toMatchObject({
      code: 69,
      stderr: 'no default route\n',
    })
  })
  test('a table that is gone is absent, no counters of zero, and is made again by the look that misses it', async () => {
    await reset('outside')
    const look = async () => readLook(await net.run('outside', readNodeWitness(owner, null)))
    expect((await look()).counters.kind).toBe('there')
    await net.run('outside', { kind: 'argv', why: 'test', idempotent: true, argv: ['nft', 'flush', 'ruleset'] })
    expect((await look()).counters).toEqual({ kind: 'absent' })
    expect((await look()).counters.kind).toBe('there')
    expect([
      (await net.run('outside', removeWitness(owner))).code,
      (await net.run('outside', removeWitness(owner))).code,
    ]).toEqual([0, 0])
    expect((await look()).counters).toEqual({ kind: 'absent' })
  })
  test('what runs is told beside it, before anything that another command prints', async () => {
    await reset('outside')
    const record = { kind: 'script', why: 'test', idempotent: true, text: 'echo "vps-test-processes x"' } as const
    const look = await net.run('outside', readNodeWitness(owner, record, { unit: 'no-such-unit', port: 9000 }))
    expect(readLook(look)).toMatchObject({
      processes: { kind: 'there', value: [] },
      lines: { kind: 'there', value: ['vps-test-processes x'] },
    })
  })
  test('where nft itself is broken nothing is read, and the record is read all the same', async () => {
    const record = { kind: 'script', why: 'test', idempotent: true, text: 'echo "{}"' } as const
    const command = readNodeWitness(owner, record)
    const text = command.kind === 'script' ? `nft() { echo broken >&2; return 1; }; ${command.text}` : ''
    const answer = await net.run('outside', { kind: 'script', why: 'test', idempotent: true, text })
    expect(readLook(answer)).toEqual({
      counters: { kind: 'not-read', why: expect.stringContaining('broken') as string },
      lines: { kind: 'there', value: ['{}'] },
      clock: { wallMs: expect.any(Number) as number, uptimeMs: expect.any(Number) as number },
      processes: { kind: 'not-read', why: 'what runs there was not told in full' },
    })
  })
  test('records that carry one of the nonces come along, from a path with anything in it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'records-'))
    const path = join(dir, `it's a "record" $(id)`)
    writeFileSync(path, ['{"nonce":"aa1"}', '{"nonce":"bb2"}', '{"nonce":"cc3"}', '-e'].join('\n'))
    await reset('outside')
    const lines = async (file: string, nonces: readonly string[]) =>
      readLook(await net.run('outside', readNodeWitness(owner, fileLines(file, 'no-such-unit', nonces)))).lines
    const there = (...value: readonly string[]) => ({ kind: 'there', value })
    expect(await lines(path, ['aa1', 'cc3'])).toEqual(there('{"nonce":"aa1"}', '{"nonce":"cc3"}'))
    expect(await lines(path, ['zz', 'b.2'])).toEqual(there())
    expect(await lines(join(dir, 'absent'), ['aa1'])).toEqual(there())
    // Rotated: what was written before is under the other name.
    renameSync(path, `${path}.1`)
    writeFileSync(path, '{"nonce":"dd4"}\n')
    expect(await lines(path, ['aa1', 'dd4'])).toEqual(there('{"nonce":"dd4"}', '{"nonce":"aa1"}'))
    // A pipe in its place holds nobody up, and is no record.
    const pipe = join(dir, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    expect(await lines(pipe, ['aa1'])).toEqual(there())
    rmSync(dir, { recursive: true })
  })
})

describe('recorded output', () => {
  const set = (name: string, elem = '') =>
    `{"set": {"family": "inet", "name": "${name}", "table": "vps_test_witness", "type": ["ipv4_addr", "inet_service", "inet_service"], "handle": 5, "size": 65535${elem}, "stmt": [{"counter": null}]}}`
  const listing = (...objects: readonly string[]) =>
    `{"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}}, ${objects.join(', ')}]}`
  const elem =
    ', "elem": [{"elem": {"val": {"concat": ["10.9.0.1", 5002, 9000]}, "counter": {"packets": 2, "bytes": 3000}}}]'
  const four = [set('in4', elem), set('out4'), set('in6'), set('out6')]

  test('of nft', () => {
    const counter =
      '{"counter": {"family": "inet", "name": "frag_in", "table": "vps_test_witness", "handle": 3, "packets": 10, "bytes": 13824}}'
    expect(parseCounters(listing(counter, ...four))).toEqual({
      in: [{ remote: '10.9.0.1', remotePort: 5002, localPort: 9000, packets: 2, bytes: 3000 }],
      out: [],
      sent: [],
      fragmentsIn: { packets: 10, bytes: 13_824 },
      overflow: false,
    })
  })
  test('a row that the kernel listed twice, because its set grew meanwhile, is one row: the later look at it', () => {
    const row = (concat: string, packets: number) =>
      `{"elem": {"val": {"concat": [${concat}]}, "counter": {"packets": ${packets}, "bytes": ${packets * 100}}}}`
    const rows = (concat: string) => `, "elem": [${row(concat, 2)}, ${row(concat, 3)}]`
    const sent = '"198.18.1.10", "tcp", 41176, 65534'
    const read = parseCounters(
      listing(set('in4', rows('"10.9.0.1", 5002, 9000')), ...four.slice(1), set('sent4', rows(sent))),
    )
    expect(read?.in).toEqual([{ remote: '10.9.0.1', remotePort: 5002, localPort: 9000, packets: 3, bytes: 300 }])
    expect(read?.sent).toEqual([
      { remote: '198.18.1.10', protocol: 'tcp', localPort: 41_176, uid: 65_534, packets: 3, bytes: 300 },
    ])
  })
  test('a full set is an overflow', () => {
    expect(parseCounters(listing(...four).replace('"size": 65535', '"size": 1'))?.overflow).toBe(true)
  })
  test.each([
    ['nothing', ''],
    ['a table without a set', listing(...four.slice(1))],
    ['a cut line', listing(...four).slice(0, -9)],
    ['another JSON', '[]'],
    ['null', 'null'],
    ['no list', '{"nftables": {}}'],
    ['an error', 'Error: No such file or directory'],
  ])('%s is no witness', (_, line) => {
    expect(parseCounters(line)).toBeUndefined()
  })
  test('elements that are none are dropped', () => {
    const odd =
      ', "elem": ["10.9.0.1", {"elem": {"val": "x"}}, {"elem": {"val": {"concat": ["10.9.0.1", "http", 9000]}}}, null]'
    expect(parseCounters(listing(set('in4', odd), ...four.slice(1)))?.in).toEqual([])
  })
  test('of conntrack, with and without answers, counters and marks', () => {
    expect(
      parseMappings([
        'ipv4     2 udp      17 29 src=192.168.77.2 dst=10.9.0.2 sport=5007 dport=9000 [UNREPLIED] src=10.9.0.2 dst=10.9.0.1 sport=9000 dport=40003 mark=0 use=1',
        'udp      17 118 src=192.168.77.2 dst=10.9.0.3 sport=5007 dport=9001 packets=3 bytes=384 src=10.9.0.3 dst=10.9.0.1 sport=9001 dport=40004 packets=1 bytes=40 [ASSURED] mark=0 use=1',
        'ipv4     2 tcp      6 118 TIME_WAIT src=1.2.3.4 dst=10.9.0.3 sport=5007 dport=22 src=10.9.0.3 dst=1.2.3.4 sport=22 dport=5007 [ASSURED]',
        'conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.',
        'udp 17 1 src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2',
        '',
      ]),
    ).toEqual([
      {
        insideAddress: '192.168.77.2',
        insidePort: 5007,
        outsideAddress: '10.9.0.1',
        outsidePort: 40003,
        remote: '10.9.0.2',
        remotePort: 9000,
      },
      {
        insideAddress: '192.168.77.2',
        insidePort: 5007,
        outsideAddress: '10.9.0.1',
        outsidePort: 40004,
        remote: '10.9.0.3',
        remotePort: 9001,
      },
    ])
  })
})
