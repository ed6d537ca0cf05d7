/** Not a test: the files of an evidence folder that is read and judged, as JSON, to be changed and written. */
import { itemsFile, layout, toLines, type Bundle } from '../../src/domain/bundle.ts'
import { sha256, type Json } from '../../src/domain/ledger.ts'
import { notRead } from '../../src/domain/evidence.ts'
import { capturedEnd, packet, pairCapture } from '../kit/captures.ts'
import { planOf as wholePlan } from '../kit/plan.ts'
import { claimed, surface } from './surfaces.ts'

const names = { ...layout, attempts: itemsFile('connectivity') }
type Part = keyof Omit<typeof names, 'verdict' | 'diagnosis'>
export type Files = Readonly<Record<Part, Json>>

const build = {
  source: 'zigbuild',
  name: 'p',
  sha256: sha256('b'),
  bytes: 9,
  elf: {
    bits: 64,
    endian: 'little',
    machine: 'x86_64',
    type: 'shared',
    isProgram: true,
    interpreter: null,
    isStatic: false,
    needed: [],
    glibc: null,
  },
  from: {
    kind: 'git',
    root: '/w',
    subdir: '',
    commit: sha256('c').slice(0, 40),
    tree: null,
    subject: 's',
    time: 1,
    branch: 'main',
    dirty: null,
  },
  uncommitted: null,
  toolchain: { rustc: '1', cargo: '1', zigbuild: null, zig: null },
  glibc: null,
  argv: ['cargo'],
  seconds: 1,
  sandbox: null,
  before: [{ source: 'zigbuild', reason: 'toolchain', message: 'm' }],
}
const preflight = {
  nodes: [{ node: 'saorsa-7', askedAt: 1_700_000_000_000, answeredAt: 1_700_000_000_010, text: '1700000000005 9.5\n' }],
  paths: [
    {
      from: 'saorsa-7',
      to: 'saorsa-2',
      family: 4,
      event: { event: 'reach', trials: [{ bytes: 600, whole: false, sent: 1, acked: true, echoed: true }] },
      servicePort: 9000,
      delivered: { kind: 'there', value: [] },
    },
  ],
}
const postMortems = [
  {
    node: 'saorsa-7',
    of: { unit: 'p', listens: { protocol: 'udp', port: 9000 }, releases: '/opt/p', data: '/var/lib/p' },
    sinceSeconds: 60,
    lines: [
      'vps-test-section unit',
      'ActiveState=active',
      'vps-test-section systemd',
      'p.service: Main process exited, code=dumped, status=11/SEGV',
      'vps-test-section ended',
      "| thread 'main' panicked at src/main.rs:3:5:",
      'vps-test-section said',
      'listening',
    ],
    why: null,
  },
]
const given = surface(claimed, { absent: { 'saorsa-9': 'no route' } }).bundle as Bundle
const { answers, nodes, suites } = given.plan
const callee = { node: 'saorsa-9', addresses: ['198.18.9.10'] }
const caller = { node: 'saorsa-7', addresses: ['198.18.7.10'] }
const about = { proto: 17, src: '198.18.7.10', dst: '198.18.9.10', sport: 4001, dport: 9000 }
const captures = [
  pairCapture([
    capturedEnd(
      'saorsa-7',
      [callee],
      [
        packet('out', '198.18.7.10:4001', '198.18.9.10:9000', { offset: 0, more: true }),
        packet('in', '198.18.9.10:0', '198.18.7.10:0', { proto: 1, type: 3, code: 4, mtu: 1300, about }),
        packet('out', '198.18.7.10:4001', '198.18.9.10:9000', { proto: 6, flags: 2, dev: 'lo' }),
      ],
    ),
    { node: 'saorsa-9', peers: [caller], seen: notRead('no packet socket') },
  ]),
]
const fleet = { ...given.plan.fleet, lab: { natTimeoutFactor: 4, shaping: 'netem' } } as const
export const good = JSON.parse(
  JSON.stringify({
    plan: { ...wholePlan({ project: 'ant-quic', fleet }), answers, nodes, suites },
    entries: given.entries,
    nat: given.measurements,
    preflight,
    controls: given.controls,
    captures,
    postMortems,
    running: given.running,
    logs: given.logs,
    metrics: given.metrics,
    soak: given.soak,
    attempts: given.items.connectivity?.slice(0, 10),
    facts: {
      ...given.facts,
      build,
      notes: [{ what: 'w', why: 'y' }],
      findings: [{ kind: 'skewed-clock', message: 'm', node: 'saorsa-1', attempts: [] }],
    },
  }),
) as Files

/** By file name, as they lie in `evidence`. */
export const contents = (files: Files): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (Object.keys(good) as Part[]).map((part) => [
      names[part],
      part === 'entries' || part === 'attempts' || part === 'captures'
        ? toLines(files[part] as readonly Json[])
        : JSON.stringify(files[part]),
    ]),
  )
