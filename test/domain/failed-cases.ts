/** Not a test: symptoms beside the cause that they must be taken for, for the test of each row and for the table of planted causes. */
import { commonOf, commonText, pairsOf } from '../../src/domain/failed/shared.ts'
import type { FailedSubject, NewLines, NodeSymptoms, Symptoms } from '../../src/domain/failed/symptoms.ts'
import { nodeFound } from '../kit/post-mortem.ts'

export const pair = (from: string, to: string, more: Partial<FailedSubject> = {}): FailedSubject => ({
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
export const finding = (kind: string, message = `${kind} of a`, node: string | null = 'a') => ({ kind, message, node })
export const oneCaller = [pair('a', 'b'), pair('a', 'c'), pair('a', 'd')]
export const everywhere = [pair('a', 'b'), pair('c', 'd'), pair('e', 'f')]
export const failing = (all: readonly FailedSubject[], nodes: readonly NodeSymptoms[] = []): Partial<Symptoms> => {
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
export const told = (
  ...of: Parameters<typeof nodeFound> extends [string, ...infer Rest] ? Rest : never
): Partial<Symptoms> => failing(oneCaller, [nodeFound('a', ...of), nodeFound('b'), nodeFound('c'), nodeFound('d')])
export const exited = (code: string) => ({ systemd: [`peer.service: Main process exited, code=${code}`] })
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

export const planted: readonly (readonly [cause: string, owner: string, of: Partial<Symptoms>])[] = [
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
      ...out('I154', 'udp 9000 is held by squatter', 'TEST'),
      reasons: ['open-path', 'closed-path'].map((c) => ({
        kind: 'invalid',
        text: `invalid run: control ${c} did not run`,
      })),
    },
  ],
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
  [
    'no-relay',
    'product',
    saying(
      "expected relayed, saw nothing delivered; the program claimed failure; 9 packets stopped at the callee's NAT",
    ),
  ],
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

/** With what the node told, of a deploy that failed. */
export const withNodes = (cause: string, of: Partial<Symptoms>): Partial<Symptoms> =>
  cause === 'crashed' && of.stage === 'DEPLOY'
    ? { ...of, nodes: [nodeFound('a', exited('killed, status=6/ABRT'))] }
    : of
