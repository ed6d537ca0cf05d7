/** The proof page: everything that spec §8 lists is in it, and nothing hostile gets out of its place. */
import { describe, expect, test } from 'vitest'
import { sha256 } from '../../src/domain/ledger.ts'
import { planOf } from '../kit/plan.ts'
import { story } from '../kit/session.ts'
import { manifestOf } from '../../src/domain/manifest.ts'
import { verdict } from '../../src/domain/verdict.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import type { ProofInput } from '../../src/report/proof-input.ts'
import { proofName, renderProof } from '../../src/report/proof.ts'
import { binary, nineNodes, peers, run, withAttempts, type Changes } from '../domain/fixtures.ts'
import { duration, iso } from '../../src/domain/text.ts'

const started = Date.UTC(2026, 0, 31, 8, 0, 0)
const entries = story(['begin', ['confirmed', {}, { why: 'all four answers | given' }]], {
  session: 's1',
  at: () => started,
})

function page(
  changes: Changes = {},
  more: Partial<ProofInput> = {},
  edit: (i: VerdictInput) => VerdictInput = (i) => i,
): string {
  const input = edit(run(changes))
  const answer = <const T>(value: T) => ({ value, from: 'parameter' as const })
  const plan = planOf({
    fleet: nineNodes,
    more: {
      answers: {
        project: answer('ant-quic'),
        focus: answer('connectivity'),
        criteria: answer('threshold'),
        proof: answer('all-evidence'),
      },
      source: { kind: 'build', workspace: 'examples/testnet', revision: null },
    },
  })
  const manifest = manifestOf([
    { path: 'attempts.jsonl', bytes: 12, sha256: sha256('a') },
    { path: 'logs/saorsa-7.log', bytes: 5, sha256: sha256('b') },
  ])
  return renderProof({
    version: '0.1.0',
    session: 's1',
    startedAt: started,
    finishedAt: started + 423_000,
    plan,
    input,
    verdict: verdict(input),
    entries,
    manifest,
    captures: [],
    logs: null,
    metrics: null,
    diagnosis: null,
    build: {
      how: 'cargo zigbuild on the runner',
      toolchain: 'rustc 1.63.0',
      commit: 'c0ffee'.repeat(6),
      subject: 'mend **it**',
      dirty: true,
      uncommitted: { count: 2, paths: ['../shared/lib.rs', 'src/<made>.rs'] },
      sha256: binary,
      bytes: 400_000,
    },
    fixCommits: [],
    timings: [{ stage: 'BUILD', ms: 12_300 }],
    recoveries: [],
    anchor: { kind: 'ledger', where: 'refs/heads/vps-test/s1', digest: manifest.root },
    verifyCommand: 'vps-test verify evidence',
    ...more,
  })
}

describe('a good run', () => {
  const md = page()
  test.each([
    ['project', '# Test proof: ant-quic'],
    ['result', '| Result | **passed; rests on grade A: the payload itself, found with the receiver** · '],
    [
      'what the words mean, in the version that wrote them',
      '(https://github.com/saorsa-labs/vps-test/blob/v0.1.0/docs/verdict.md)',
    ],
    ['date', '| Date | 2026-01-31T08:07:03.000Z |'],
    ['duration', '| Duration | 7 min 03 s |'],
    ['measured and target', '| direct | 40/40 | 100 % | 91.2–100 % | 99 % | yes | 40/40 | 0 |'],
    ['the relay class', '| relay | 10/10 | 100 % | 72.2–100 % | 100 % | yes | 2/2 | 0 |'],
    ['sample floor and coverage', 'at least 10 of them and 80 % of the pairs'],
    ['matrix', '| **6** | D | D | D | P | - | D | D | D | R 5/5 |'],
    [
      'why not end to end',
      '- saorsa-6 → saorsa-10: expected relayed \\(port-restricted × symmetric: no path end to end\\); relayed through saorsa-2 \\(5 attempts\\)',
    ],
    ['time to connect', 'p50 120 ms · p95 120 ms · max 120 ms \\(80 successes\\)'],
    ['upgrades', '| Relay-to-direct upgrades | 0 claimed, 0 witnessed |'],
    ['grades', 'A 80 · B 0 · C 0 · D 0 · none 0'],
    ['families', '| IPv4 / IPv6 | 80 / 0 |'],
    ['shortest pause', '| Shortest pause of the same two peers | 8200 ms; at least the 3000 ms asked for |'],
    ['mixed versions', '| Mixed-version pairs | none |'],
    [
      'NAT notes with expected rate',
      '| saorsa-10 | nat | lab, here | symmetric | symmetric | APDM+APDF | 12/12 = 100 % | 12/12 = 100 % | \\~70 % |',
    ],
    ['compressed NAT timeouts', "divided by 4: RFC 4787 REQ-5's 120 s become 30 s"],
    ['shaping', 'Delay and loss: not covered.'],
    ['not covered', '- delay and loss: the lab does not shape its links'],
    ['controls', '| open-path | saorsa-7 → saorsa-2 | through | through | agrees | yes |'],
    ['findings', '## Findings\n\nNone.'],
    ['commit, its subject and its dirt', '` mend \\*\\*it\\*\\* **with changes that no commit holds**'],
    ['fix commits', 'Fix commits: none.'],
    ['what ran', '| saorsa-7 | testnet-peer.service | 400 |'],
    ['recovery', '## Recovery rules that fired\n\nNone.'],
    ['timings', '| BUILD | 12 s |'],
    ['ledger', '2 entries, the chain is whole'],
    ['evidence with digest', `| \`logs/saorsa-7.log\` | 5 | \`${sha256('b')}\` |`],
    ['anchor', '| Anchor | ledger refs/heads/vps-test/s1'],
  ])('%s', (_, part) => expect(md).toContain(part))
  test('tables are whole: every row has as many cells as its header', () => expect(brokenRows(md)).toEqual([]))
})

test.each([
  [
    'every node but one could not be reached',
    { absent: Object.fromEntries(peers.slice(1).map((n) => [n.name, 'gone'])) },
  ],
  ['nothing was begun', {}],
])('where no attempt was made (%s), nothing is said to have been delivered', (_, changes) => {
  const md = page(changes, {}, (input) => withAttempts(input, []))
  expect(md).toContain('| Result | **inconclusive')
  expect(md).toContain('No attempt was made.')
  expect(md).not.toMatch(/every (?:attempt|pair) was delivered/i)
  expect(page()).not.toContain('No attempt was made.')
})

test('a failed run leads with the reasons that decided', () => {
  const md = page({
    attempts: { 'class:relay': { path: 'none', claims: 'relayed' } },
    absent: { 'saorsa-8': 'no route' },
  })
  expect(md).toContain('## Why failed\n\n- **failed**: relay: 0/10 = 0 %, target 100 %\n- inconclusive: ')
  expect(md).toContain('| relay | 0/10 | 0 % | 0–27.8 % | 100 % | **no** | 2/2 | 0 |')
  expect(md).toContain(
    '- **claim-without-delivery** saorsa-6 → saorsa-10: claimed success \\(relayed\\), nothing was delivered \\(5 attempts\\)',
  )
  expect(md).toContain('- 16 pairs, saorsa-8 was left out: no route: saorsa-2 → saorsa-8')
  expect(md).toContain('left out: no route')
})

test('the sentence on criteria names the numbers that were used', () => {
  expect(page({ targets: { sampleFloor: 7, coverage: 60, strict: true } })).toContain(
    'Criteria threshold: the lower bound of the interval is compared with the target, over counted attempts, with at least 7 of them and 60 % of the pairs',
  )
  expect(page({ promises: { record: false, payload: 'opaque', kept: false } })).toContain(
    'Success needs volume both ways that no handshake reaches',
  )
})

test('without an anchor it says so; with another digest it says so loudly', () => {
  expect(page({}, { anchor: null })).toContain('| Anchor | none: consistent, unanchored |')
  expect(page({}, { anchor: { kind: 'ledger', where: 'x', digest: sha256('other') } })).toContain(
    '**is another digest than the evidence root**',
  )
})

test('a broken ledger is called broken', () => {
  expect(page({}, { entries: entries.map((e, i) => (i === 0 ? { ...e, why: 'changed' } : e)) })).toContain(
    '- **broken**: entry 0 was changed after it was written',
  )
})

test('hostile words from nodes, logs and names stay words', () => {
  const evil = '|x|\n::error::owned\n# h1\n<script>alert(1)</script> @octocat [a](http://e) `b` \u001b[2J'
  const md = page(
    {
      absent: { 'saorsa-9': evil },
      controls: { 'large-datagram': { detail: evil } },
      before: { 'saorsa-7': { version: evil, unit: evil, capEff: evil, startedAt: 1e300 } },
      after: { 'saorsa-7': { version: evil, unit: evil, capEff: evil, restarts: 2 } },
    },
    {
      session: evil,
      fixCommits: [{ sha: evil, message: evil, at: started }],
      recoveries: [
        {
          rule: 'disk-full',
          node: evil,
          recognised: evil,
          done: evil,
          nth: 1,
          of: 1,
          usedUp: false,
          at: started,
        },
      ],
      timings: [{ stage: evil, ms: 1 }],
      verifyCommand: evil,
    },
  )
  expect(brokenRows(md)).toEqual([])
  expect(md).not.toMatch(/^\s*::|^# h1|\u001b/m)
  // Outside code spans nothing of it is markup.
  const prose = md.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
  expect(prose).not.toMatch(/<script|@octocat|(?<!\\)\[a|http:\/\//)
})

test('the file name sorts by time', () =>
  expect(proofName(Date.UTC(2026, 0, 31, 8, 5, 9))).toBe('proof-2026-01-31T08-05-09Z.md'))
test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [60_000, '1 min 00 s'],
  [3_600_000, '1 h 00 min'],
  [25_500_000, '7 h 05 min'],
])('%i ms: %s', (ms, shown) => expect(duration(ms)).toBe(shown))
test('a date that does not exist', () => expect([iso(1e300), iso(NaN)]).toEqual(['?', '?']))

/** Rows of a table whose number of cells is not the header's. */
function brokenRows(md: string): string[] {
  const cells = (line: string): number => line.replaceAll('\\\\', '').replaceAll('\\|', '').split('|').length
  let header: number | undefined
  return md.split('\n').filter((line) => {
    if (!line.startsWith('|')) {
      header = undefined
      return false
    }
    header ??= cells(line)
    return cells(line) !== header
  })
}

describe('what breaks while the page is made is text on it, and the rest stands', () => {
  const broken = (): never => {
    throw new TypeError('no | such **field**')
  }
  test('a section', () => {
    const md = page({}, { timings: { map: broken } as never })
    expect(md).toContain('section timings broke: TypeError: no \\| such')
    expect(md).toContain('## Success criteria')
    expect(md).toContain('## Evidence')
  })
  test("a suite's page", () => {
    const good = verdict(run())
    const connectivity = { ...good.suites.connectivity, figures: { nodes: { map: broken } } } as never
    const md = page({}, { verdict: { ...good, suites: { connectivity } } })
    expect(md).toContain('the page of suite connectivity broke: TypeError: no')
    expect(md).toContain('## Evidence')
  })
})
