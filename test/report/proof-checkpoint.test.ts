/** The proof's section on a checkpoint: only there, whole, and closed to hostile words. */
import { describe, expect, test } from 'vitest'
import type { Taking } from '../../src/domain/session.ts'
import { manifestOf } from '../../src/domain/manifest.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { blocksMarkdown } from '../../src/report/markdown.ts'
import { matrixOf } from '../../src/report/suites/connectivity-matrix.ts'
import { blockText } from '../../src/report/plain.ts'
import { renderProof } from '../../src/report/proof.ts'
import { judged, nineNodes, run, type Changes } from '../domain/fixtures.ts'
import { planOf } from '../kit/plan.ts'

type Judged = Parameters<typeof matrixOf>[0]
const matrixText = (v: Judged): string => blockText(matrixOf(v))
const matrixMarkdown = (v: Judged): string => blocksMarkdown([matrixOf(v)])

const due = Date.UTC(2026, 0, 31, 9, 0, 0)
const taking = (latenessMs: number): Taking => ({ name: 'WAIT_1HR', dueAt: due, takenAt: due + latenessMs, latenessMs })

function page(changes: Changes, checkpoint: Taking | null = taking(245_000)): string {
  const input = run(changes)
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
  return renderProof({
    version: '0.1.0',
    session: 's1',
    startedAt: due,
    finishedAt: due,
    plan,
    input,
    verdict: verdict(input),
    entries: [],
    manifest: manifestOf([]),
    captures: [],
    logs: null,
    metrics: null,
    diagnosis: null,
    build: null,
    fixCommits: [],
    timings: [],
    recoveries: [],
    anchor: null,
    verifyCommand: 'verify',
    checkpoint,
  })
}

const soak: Changes = {
  checkpoint: {
    tolerance: 2.5,
    since: {
      'saorsa-8': { bootId: 'boot-before', pid: 9, startedAt: 1_600_000_000_000, exeSha256: 'aa'.repeat(32) },
      'saorsa-9': { restarts: 1 },
    },
  },
  attempts: {
    'saorsa-7→saorsa-2': { path: 'none' },
    'saorsa-7→saorsa-3': { path: 'none' },
    'saorsa-5→saorsa-6': { path: 'none' },
  },
  retries: { 'saorsa-7→saorsa-2': {}, 'saorsa-7→saorsa-3': { path: 'none' }, 'saorsa-5→saorsa-6': { fault: 'infra' } },
}

describe('a checkpoint', () => {
  const md = page(soak)
  test.each([
    ['due', '| Due | 2026-01-31T09:00:00.000Z |'],
    ['taken, and how late', '| Taken | 2026-01-31T09:04:05.000Z, 4 min 05 s late |'],
    ['which', '| Checkpoint | WAIT\\_1HR |'],
    ['the loss that is allowed', '| direct | 40/40 | 100 % | 39/40 | 97.5 % | −2.5 points |'],
    ['the loss that is not', '| nat\\_traversed | 30/30 | 100 % | 29/30 | 96.7 % | **−3.34 points** |'],
    [
      'no loss, and what would have been found',
      '| relay | 10/10 | 100 % | 10/10 | 100 % | 0 points | 100 % | 40 points |',
    ],
    ['how likely noise is', '**−3.34 points** | 50 % | '],
    ['the tolerance', 'The tolerance is 2.5 points.'],
    ['a recovered pair', '- saorsa-7 → saorsa-2: recovered, end-to-end \\(1 failed before\\)'],
    ['one that still fails', '- saorsa-7 → saorsa-3: **still fails**, expected end-to-end'],
    ['one that could not be tried', '- saorsa-5 → saorsa-6: not recovered, not counted: infra'],
    ['recovered in the criteria', '| direct | 39/40 \\(1 recovered on retry\\) | 97.5 % |'],
    ['recovered in the list of pairs', 'the program claimed failure; recovered on retry'],
    ['the matrix shows it as failed', '| **7** | X\\* | X | '],
    ['its legend', '* recovered on retry'],
    ['one process', '| saorsa-7 | same, `boot-saorsa-7` | same, 2023-11-14T21:56:40.000Z | 0 | same | one process |'],
    [
      'what changed',
      `| saorsa-8 | \`boot-before\` → \`boot-saorsa-8\` | 2020-09-13T12:26:40.000Z \\(pid 9\\) → 2023-11-14T21:56:40.000Z \\(pid 400\\) | 0 | changed, \`${'aa'.repeat(8)}\` → `,
    ],
    ['a reboot', '**the host was rebooted since the last test that passed**'],
    ['a count that fell', '| 1 → 0 |'],
  ])('%s', (_, part) => expect(md).toContain(part))
})

test.each([
  [-5, 'on time'],
  [999, 'on time'],
  [1000, '1 s late'],
  [44_000_000, '12 h 13 min late'],
])('%i ms: %s', (ms, words) => expect(page({ checkpoint: {} }, taking(ms))).toContain(`Z, ${words} |`))
test('nothing failed, nothing is known of before, a class is new, a class is better', () => {
  expect(page({ checkpoint: {} })).toContain('Nothing was tried again.')
  expect(
    page({
      checkpoint: { baseline: null, since: Object.fromEntries(nineNodes.nodes.map((n) => [n.name, 'missing'])) },
    }),
  ).toMatch(
    /The ledger holds no first test that passed\.[^]*\| direct \| – \| – \| 40\/40 \| 100 % \| – \|[^]*Nothing proves what ran then\./,
  )
  expect(
    page({
      checkpoint: {
        baseline: { connectivity: { direct: { attempts: 40, successes: 38, planned: 40, tried: 40, recovered: 0 } } },
      },
    }),
  ).toContain('| direct | 38/40 | 95 % | 40/40 | 100 % | +5 points |')
  expect(page({ checkpoint: {}, absent: { 'saorsa-9': 'x' } })).toContain(
    '| saorsa-9 | `boot-saorsa-9` | 2023-11-14T21:56:40.000Z | 0 | ',
  )
})
test('a test that took none has no such section, and no other matrix', () => {
  expect(page({}, null)).not.toMatch(/Checkpoint|recovered/)
  expect(page({})).not.toContain('## Checkpoint')
  expect(matrixText(judged(run({ attempts: { 'saorsa-7→saorsa-2': { path: 'none' } } })))).not.toContain('*')
})
test('of several attempts of a pair, all must be recovered for the mark', () => {
  const v = judged(
    run({
      checkpoint: {},
      attempts: { 'saorsa-6→saorsa-10': { path: 'none' } },
      retries: { 'saorsa-6→saorsa-10': {} },
    }),
  )
  expect(matrixText(v)).toContain('X* 0/5')
  expect(
    matrixMarkdown({
      ...v,
      samples: v.samples.map(({ recovered, ...j }, i, all) =>
        all.findIndex((x) => x.outcome === 'failed') === i || recovered === undefined ? j : { ...j, recovered },
      ),
    }),
  ).toContain('X 0/5')
})
test('hostile words stay words', () => {
  const evil = '|x|\n::error::owned\n# h1\n<script>alert(1)</script> @octocat `b` \u001b[2J'
  const md = page({
    checkpoint: { since: { 'saorsa-7': { bootId: evil } } },
    before: { 'saorsa-8': { unit: evil, restarts: 4, pid: 2 } },
    after: { 'saorsa-8': { unit: evil, restarts: 4, pid: 2 } },
  })
  expect(md).not.toMatch(/^\s*::|^# h1|\u001b/m)
  expect(md.replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')).not.toMatch(/<script|@octocat/)
  const cells = (line: string): number => line.replaceAll('\\\\', '').replaceAll('\\|', '').split('|').length
  const rows = (md.split('### Since the last test that passed')[1]?.split('\n## ')[0] ?? '')
    .split('\n')
    .filter((l) => l.startsWith('|'))
  expect(rows).toHaveLength(11)
  expect(new Set(rows.map(cells)).size).toBe(1)
})
