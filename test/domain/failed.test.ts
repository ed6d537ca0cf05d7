/** Planted symptoms beside the cause that is named first, and whose it is: a row for each row of the table. */
import { expect, test } from 'vitest'
import { causeRows } from '../../src/domain/failed/causes.ts'
import { diagnosed, symptomsOf } from '../../src/domain/failed/diagnosis.ts'
import { commonOf, commonText, pairsOf, sharedBy } from '../../src/domain/failed/shared.ts'
import type { FailedSubject, NewLines, NodeSymptoms, Symptoms } from '../../src/domain/failed/symptoms.ts'
import { fixRefusal } from '../../src/domain/fix/refusals.ts'
import { machineWell, nodeFound, nodeWell, unitWell } from '../kit/post-mortem.ts'

const pair = (from: string, to: string, more: Partial<FailedSubject> = {}): FailedSubject => ({
  suite: 'connectivity',
  group: 'direct',
  subject: `${from} → ${to}`,
  outcome: 'failed',
  from,
  to,
  node: null,
  times: 1,
  sentence: `${from} → ${to}: nothing arrived`,
  ...more,
})
const line = (template: string, more: Partial<NewLines> = {}): NewLines => ({
  level: 'error',
  template,
  count: 3,
  nodes: ['a'],
  change: 'new',
  before: 0,
  ...more,
})
const finding = (kind: string, message = `${kind} of a`, node: string | null = 'a') => ({ kind, message, node })
const oneCaller = [pair('a', 'b'), pair('a', 'c'), pair('a', 'd')]
const everywhere = [pair('a', 'b'), pair('c', 'd'), pair('e', 'f')]
const failing = (all: readonly FailedSubject[], nodes: readonly NodeSymptoms[] = []): Partial<Symptoms> => {
  const common = commonOf(all, [], nodes)
  return {
    failing: all,
    counted: 9,
    common,
    shared: common.map((c) => commonText(c, pairsOf(all).length)),
    nodes,
  }
}
const saying = (sentence: string) => failing(everywhere.map((f) => ({ ...f, sentence: `${f.subject}: ${sentence}` })))
const hindered = (message: string, more: Partial<FailedSubject> = {}): Partial<Symptoms> => ({
  hindered: [pair('a', 'b', { outcome: 'infra', sentence: `a → b: not counted: ${message}`, ...more })],
  uncounted: { infra: 1, harness: 0 },
})
const obstacle = (message: string): Partial<Symptoms> => ({
  ...hindered(message),
  findings: [finding('network-obstacle', message, null)],
})
const out = (code: string, why: string, stage: Symptoms['stage'] = 'DEPLOY'): Partial<Symptoms> => ({
  stage,
  leftOut: [{ node: 'a', code, why }],
})
/** All failing pairs have the node that told this. */
const told = (...of: Parameters<typeof nodeFound> extends [string, ...infer Rest] ? Rest : never): Partial<Symptoms> =>
  failing(oneCaller, [nodeFound('a', ...of), nodeFound('b'), nodeFound('c'), nodeFound('d')])
const exited = (code: string) => ({ systemd: [`peer.service: Main process exited, code=${code}`] })
const killed = (name: string, rss: number): string =>
  `[ 12.5] Out of memory: Killed process 77 (${name}) total-vm:9000000kB, anon-rss:${rss}kB, file-rss:0kB`
const full = (own: number) => ({
  path: '/var/lib/peer',
  usedKiB: 100_000,
  freeKiB: 3,
  freeInodes: 9,
  ownKiB: own,
  mount: ['rw'],
})

const planted: readonly (readonly [cause: string, owner: string, of: Partial<Symptoms>])[] = [
  ['controls', 'harness', { reasons: [{ kind: 'invalid', text: 'the open control did not get through' }] }],
  [
    'own-fault',
    'harness',
    { stage: 'DEPLOY', code: 'H021', why: 'the binary to deploy is not the one that was built' },
  ],
  ['own-fault', 'harness', hindered('harness: no answer', { outcome: 'harness' })],
  ['does-not-compile', 'product', { stage: 'BUILD', buildFaults: [{ file: 'a.rs', line: 3, message: 'E0308' }] }],
  ['does-not-compile', 'product', { stage: 'BUILD', code: 'P301' }],
  ['cannot-be-built', 'infra', { stage: 'BUILD', code: 'I302', why: 'the build did not end in time' }],
  ['cannot-be-built', 'infra', { stage: 'BUILD', code: 'I304', why: 'cargo is not installed' }],
  ['port-taken', 'infra', out('I154', 'udp 9000 is held by squatter')],
  [
    'port-taken',
    'infra',
    {
      ...hindered('self test'),
      nodes: [nodeFound('a', {}, { holder: { pid: 7, program: 'squatter', unit: null, owner: null } })],
    },
  ],
  ['disk-full', 'infra', out('I150', 'no space')],
  ['disk-full', 'infra', { ...hindered('self test'), nodes: [nodeFound('a', {}, { data: full(10) })] }],
  ['not-mounted-for-it', 'infra', out('I157', 'mounted noexec')],
  ['firewall', 'infra', out('I159', 'drops udp 9000')],
  ['container', 'infra', out('I160', 'cannot be entered')],
  ['another-machine', 'infra', out('I140', 'needs glibc 2.38, the node has 2.31')],
  [
    'library-missing',
    'infra',
    told({
      ended: ['./peer: error while loading shared libraries: libfoo.so.1: cannot open shared object file'],
      ...exited('exited, status=127/n/a'),
    }),
  ],
  [
    'library-missing',
    'infra',
    told({ ended: ["./peer: /lib/libc.so.6: version `GLIBC_2.38' not found (required by ./peer)"] }),
  ],
  ['host-key', 'infra', out('T011', 'the host key is another', 'SETUP')],
  ['held', 'infra', { stage: 'SETUP', code: 'B010', why: 'another session holds a' }],
  ['unreachable', 'infra', out('T004', 'no answer', 'SETUP')],
  [
    'unreachable',
    'infra',
    {
      ...hindered('infra: the connection was lost'),
      nodes: [nodeFound('a', {}, {}, { found: null, silent: 'timed out' })],
    },
  ],
  ['conntrack-full', 'infra', told({ kernel: ['[ 99.1] nf_conntrack: nf_conntrack: table full, dropping packet'] })],
  ['conntrack-full', 'infra', told({ conntrack: { count: 65_530, most: 65_536 } })],
  [
    'memory-short',
    'infra',
    told({
      kernel: [killed('backup', 3_500_000)],
      memory: { totalKiB: 4_000_000, availableKiB: 9000, swapFreeKiB: 0 },
    }),
  ],
  [
    'memory-short',
    'infra',
    told({ kernel: [killed('peer', 20_000)], systemd: ["peer.service: Failed with result 'oom-kill'."] }),
  ],
  ['name-unknown', 'infra', told({ ended: ['failed to lookup address information: Name or service not known'] })],
  ['name-unknown', 'infra', told({ unknownNames: ['registry.example'] })],
  ['name-unknown', 'infra', out('T004', 'getaddrinfo ENOTFOUND a.example', 'SETUP')],
  ['no-route', 'infra', told({ route: false })],
  ['clock', 'infra', { findings: [finding('skewed-clock')] }],
  ['changed-from-outside', 'infra', { ...hindered('wrong binary on a'), findings: [finding('wrong-binary')] }],
  [
    'changed-from-outside',
    'infra',
    {
      reasons: [{ kind: 'inconclusive', text: 'a: the host was rebooted' }],
      findings: [finding('rebooted', 'a: the host was rebooted')],
    },
  ],
  ['overloaded', 'infra', { nodes: [nodeFound('a', { load: 40 })] }],
  ['machine', 'infra', out('I126', 'a program cannot be started')],
  ['nodes-left-out', 'infra', { leftOut: [{ node: 'a', code: null, why: 'it does not answer' }] }],
  ['fragments-lost', 'infra', obstacle('4096-byte datagrams do not pass a → b: fragments are dropped')],
  ['large-lost', 'infra', obstacle('1200-byte datagrams do not pass a → b, and smaller ones do')],
  ['one-way-network', 'infra', obstacle('no UDP of ours passes a → b')],
  [
    'no-udp',
    'infra',
    {
      ...hindered('no UDP of ours passes a → b'),
      findings: ['a → b', 'b → a'].map((way) => finding('network-obstacle', `no UDP of ours passes ${way}`, null)),
    },
  ],
  ['port-shut', 'infra', obstacle('udp 9000 of a is not reached from b, another port of it is')],
  ['no-ipv6', 'infra', obstacle('a has no IPv6 address')],
  [
    'outage',
    'infra',
    hindered(
      'the network of a failed meanwhile: of 9 packets of our own prober to b 9 were not answered, for 3.0 s on end',
    ),
  ],
  ['slow-link', 'infra', hindered('the bare link carries 0.6 Mbit/s, less than 2: 0.4 to 0.5 Mbit/s')],
  [
    'nat-changed',
    'infra',
    {
      ...hindered('the NAT of a changed'),
      reasons: [{ kind: 'inconclusive', text: 'the NAT of a changed: its attempts do not count' }],
      findings: [finding('nat-changed', 'the NAT of a changed')],
    },
  ],
  ['nat-mislabelled', 'infra', { findings: [finding('mislabelled-nat', 'a: declared symmetric, measured full-cone')] }],
  [
    'one-place',
    'infra',
    {
      ...failing(
        [pair('a', 'x'), pair('b', 'y'), pair('y', 'a')],
        [
          ...['a', 'b'].map((n) => nodeFound(n, {}, {}, { provider: 'vultr', region: n })),
          ...['x', 'y'].map((n) => nodeFound(n, {}, {}, { region: n })),
        ],
      ),
      common: commonOf(
        [pair('a', 'x', { group: 'nat_traversed' }), pair('b', 'y'), pair('y', 'a')],
        [],
        [
          ...['a', 'b'].map((n) => nodeFound(n, {}, {}, { provider: 'vultr', region: n })),
          ...['x', 'y'].map((n) => nodeFound(n, {}, {}, { region: n })),
        ],
      ),
    },
  ],
  ['crashed', 'product', told(exited('dumped, status=11/SEGV'))],
  ['crashed', 'product', out('P011', 'peer does not run')],
  [
    'panicked',
    'product',
    told({
      ended: ["thread 'main' panicked at src/receiver.rs:42:9:", 'index out of bounds'],
      ...exited('exited, status=101/n/a'),
    }),
  ],
  ['panicked', 'product', { ...failing(oneCaller), lines: [line("thread 'main' panicked at src/main.rs:<n>")] }],
  ['out-of-files', 'product', told({ ended: ['accept: Too many open files (os error 24)'] })],
  ['out-of-files', 'product', told({ process: { openFiles: 1000, mostFiles: 1024, residentKiB: 1, sockets: [] } })],
  [
    'out-of-memory',
    'product',
    told({ kernel: [killed('peer', 3_500_000)], systemd: ["peer.service: Failed with result 'oom-kill'."] }),
  ],
  [
    'out-of-memory',
    'product',
    told({ kernel: [killed('peer', 9000).replace('Out of memory', 'Memory cgroup out of memory')] }),
  ],
  ['filled-disk', 'product', told({}, { data: full(90_000) })],
  ['ended', 'product', told(exited('exited, status=3/n/a'))],
  [
    'died',
    'product',
    {
      ...failing(oneCaller),
      findings: [finding('restarted', 'a: peer died and was restarted 1 times during the test')],
    },
  ],
  ['not-listening', 'product', { ...failing(oneCaller), findings: [finding('port-closed')] }],
  ['not-listening', 'product', out('P011', 'peer does not listen on udp 9000')],
  ['not-registered', 'product', out('P012', 'not registered within 30 s')],
  ['does-not-run', 'product', out('P011', 'it ended')],
  ['datagrams-overflow', 'product', { nodes: [nodeFound('a', { receiveOverflows: 5000 })] }],
  ['new-errors', 'product', { ...failing([pair('a', 'b')]), lines: [line('cannot bind <address>')] }],
  ['not-recorded', 'product', saying("end-to-end, but the receiver's record is missing")],
  ['changed-on-the-way', 'product', saying("end-to-end, but the receiver's record has the wrong hash")],
  ['denied', 'product', saying('end-to-end, but the program claimed failure')],
  ['by-relay', 'product', saying('expected end-to-end (open × open), delivered only by relay through c')],
  [
    'not-punched',
    'product',
    saying("expected end-to-end, saw nothing delivered; 14 packets stopped at the callee's NAT"),
  ],
  ['no-relay', 'product', saying('expected relayed, saw nothing delivered; the program claimed failure')],
  [
    'too-slow',
    'product',
    saying('0.4 to 0.5 Mbit/s, less than 2; our own datagrams went at 4.0 Mbit/s before and 4.1 Mbit/s after'),
  ],
  [
    'claims-refuted',
    'product',
    {
      ...saying('expected end-to-end, saw nothing delivered; the program claimed success'),
      findings: [finding('claim-without-delivery')],
    },
  ],
  ['connection-lost', 'product', saying('connection lost: the process that kept it ended')],
  ['messages-lost', 'product', saying('message 3: sent, and not in the record of b 5 s after the last one')],
  [
    'own-check',
    'product',
    failing([
      pair('', '', {
        suite: 'command',
        group: 'health',
        subject: 'a',
        from: null,
        to: null,
        node: 'a',
        sentence: 'a: exit 3',
      }),
    ]),
  ],
  ['one-node', 'product', failing(oneCaller)],
  ['one-node', 'product', failing([pair('b', 'a'), pair('c', 'a')])],
  [
    'one-nat',
    'product',
    failing(
      [pair('x', 'a'), pair('y', 'b', { group: 'relay' })],
      [
        ...['a', 'b'].map((n) => nodeFound(n, {}, {}, { nat: 'symmetric' })),
        ...['x', 'y'].map((n) => nodeFound(n, {}, {}, { nat: n === 'x' ? 'no NAT' : 'full-cone' })),
      ],
    ),
  ],
  ['nothing-works', 'product', { ...failing(everywhere), counted: 3 }],
  ['one-class', 'product', failing(everywhere.map((f) => ({ ...f, group: 'relay' })))],
  [
    'one-direction',
    'product',
    (() => {
      const some = [pair('a', 'b'), pair('c', 'd', { group: 'relay' })]
      const common = commonOf(some, [
        ['b', 'a'],
        ['d', 'c'],
      ])
      return { failing: some, counted: 9, common, shared: common.map((c) => commonText(c, 2)) }
    })(),
  ],
  ['unknown', 'product', {}],
]

/** A deploy that failed and of which the node told something. */
const withNodes = (cause: string, of: Partial<Symptoms>): Partial<Symptoms> =>
  cause === 'crashed' && of.stage === 'DEPLOY'
    ? { ...of, nodes: [nodeFound('a', exited('killed, status=6/ABRT'))] }
    : of

test.each(planted)('%s (%s)', (cause, owner, of) => {
  const diagnosis = diagnosed(symptomsOf({ stage: 'TEST', why: 'it failed', ...withNodes(cause, of) }))
  const [first] = diagnosis.causes
  expect(first).toMatchObject({ id: cause, owner })
  expect(first?.evidence.length).toBeGreaterThan(0)
  expect(first?.evidence.every((e) => e.file !== '' && e.text !== '')).toBe(true)
  expect(first?.look).toMatch(/^(?:vps-test|cargo) /)
  // Whatever is the machine's or ours starts no fix.
  const refused = fixRefusal({
    plan: { source: { kind: 'build', workspace: '.', revision: 'a'.repeat(40) } },
    config: {
      command: 'x',
      paths: [],
      tests: [],
      maxAttempts: 3,
      timeoutMinutes: 1,
      memoryMb: 1,
      outputMb: 1,
      network: false,
      env: [],
      workflows: false,
      publish: null,
    },
    diagnosis,
    entries: [],
    able: true,
  })
  expect(refused?.reason ?? 'tried').toBe(owner === 'product' ? 'tried' : 'not the program')
})

test('no row is untested', () => {
  expect(new Set(planted.map(([cause]) => cause))).toEqual(new Set(causeRows.map((r) => r.id)))
  expect(new Set(causeRows.map((r) => r.id)).size).toBe(causeRows.length)
})

test('what the network takes away from others explains no failure of the program', () => {
  const of = { ...failing(oneCaller), findings: [finding('network-obstacle', 'no UDP of ours passes e → f', null)] }
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...of }))
  expect(causes.map((c) => c.id)).toEqual(['one-node', 'one-class', 'one-way-network'])
})

test("one pair that failed for no known cause is the program's, whatever else was odd", () => {
  const odd = [finding('network-obstacle', 'no UDP of ours passes e → f', null), finding('skewed-clock')]
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...failing([pair('a', 'b')]), findings: odd }))
  expect(causes.map((c) => c.id)).toEqual(['unknown', 'clock', 'one-way-network'])
})

test('a cause explains as much as the failing pairs that have its node, and all that lean on it', () => {
  const crash = exited('dumped, status=11/SEGV')
  const explains = (nodes: readonly NodeSymptoms[]): number | undefined =>
    diagnosed(symptomsOf({ stage: 'TEST', why: '', ...failing(everywhere, nodes) })).causes.find(
      (c) => c.id === 'crashed',
    )?.explains
  expect(explains([nodeFound('a', crash)])).toBe(0.333)
  expect(explains([nodeFound('a', crash), nodeFound('c', crash)])).toBe(0.667)
  expect(explains([nodeFound('r', crash, {}, { role: 'registry' })])).toBe(1)
  const natted = nodeFound('c', {}, {}, { nat: 'symmetric' })
  expect(explains([nodeFound('z', crash, {}, { role: 'bootstrap' }), natted])).toBe(0.333)
})

test('a service that somebody stopped, or that we killed on purpose, has not crashed', () => {
  for (const end of [
    'killed, status=15/TERM',
    'killed, status=9/KILL',
    'exited, status=0/SUCCESS',
    'exited, status=203/EXEC',
  ]) {
    const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...told(exited(end)) }))
    expect(causes.map((c) => c.id)).toEqual(['one-node', 'one-class'])
  }
})

test('what a node shows more plainly is named before what the pairs share', () => {
  const { causes } = diagnosed(
    symptomsOf({
      stage: 'TEST',
      why: '',
      ...told({ unit: { ...unitWell, restarts: 4 }, ...exited('killed, status=11/SEGV') }),
    }),
  )
  expect(causes.map((c) => c.id)).toEqual(['crashed', 'one-node', 'one-class'])
  expect(causes[0]).toMatchObject({
    what: 'the program crashed on a: signal SEGV',
    look: 'vps-test diagnose a --fleet fleet',
  })
})

test('a panic is named by its place', () => {
  const ended = [
    "thread 'tokio-7' panicked at crates/peer/src/io.rs:77:13:",
    'called `Option::unwrap()` on a `None` value',
  ]
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...told({ ended }) }))
  expect(causes[0]?.what).toBe('the program panicked at crates/peer/src/io.rs:77:13 on a')
  expect(causes[0]?.evidence[0]?.text).toContain('called `Option::unwrap()`')
})

test('what failing pairs share is said in the narrowest way', () => {
  const some = [['a', 'e']] as const
  expect(sharedBy(oneCaller, some)).toEqual(['all 3 failing pairs have a as caller', 'all that fails is of direct'])
  expect(sharedBy(oneCaller, [])[0]).toBe('all 3 failing pairs have a as caller, and no pair with it there succeeded')
  expect(sharedBy([pair('a', 'b'), pair('c', 'a')], some)[0]).toBe('all 2 failing pairs have a at one end')
  expect(sharedBy([pair('b', 'a'), pair('c', 'a')], some)[0]).toContain('a as callee')
  expect(sharedBy([pair('a', 'b')], [])).toEqual([])
})

test('one NAT type, one provider and one direction are said where they are more than one node', () => {
  const nodes = [
    ...['a', 'b'].map((node) => ({ node, nat: 'symmetric', provider: 'vultr', region: node })),
    ...['x', 'y'].map((node) => ({ node, nat: 'no NAT', provider: 'hetzner', region: node })),
  ]
  const some = [pair('x', 'a'), pair('y', 'b', { group: 'relay' })]
  expect(sharedBy(some, [], nodes)).toEqual([
    'all 2 failing pairs have NAT type symmetric as callee, and no pair with that there succeeded',
    'all 2 failing pairs have provider hetzner as caller, and no pair with that there succeeded',
  ])
  expect(
    sharedBy(
      some,
      [
        ['x', 'y'],
        ['a', 'x'],
        ['b', 'y'],
      ],
      nodes,
    ),
  ).toEqual([
    'all 2 failing pairs have NAT type symmetric as callee, and no pair with that there succeeded',
    'all 2 failing pairs have provider hetzner as caller',
    'all 2 failing pairs succeed the other way round',
  ])
})

test('a row that breaks on what was told takes nothing else away', () => {
  const broken = { ...nodeFound('a'), found: { ...nodeWell, machine: { ...machineWell, systemd: null as never } } }
  const { causes } = diagnosed(symptomsOf({ stage: 'TEST', why: '', ...failing(oneCaller, [broken]) }))
  expect(causes.map((c) => c.id)).toContain('one-node')
})
