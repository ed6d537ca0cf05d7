/** Job summary, pull request comment and dashboard: complete, within GitHub's limits, and hostile words stay words. */
import { connectivityPart, targets } from '../domain/fixtures.ts'
import { describe, expect, test } from 'vitest'
import type { BuildRecord } from '../../src/domain/build.ts'
import { sha256, type Entry } from '../../src/domain/ledger.ts'
import type { Writer } from '../../src/domain/writer.ts'
import { nineNodes } from '../domain/fixtures.ts'
import { buildRecord } from '../kit/facts.ts'
import { planOf } from '../kit/plan.ts'
import { foreignEntry } from '../kit/session.ts'
import { fold } from '../../src/domain/session.ts'
import { compare } from '../../src/report/comparison.ts'
import { dashboard } from '../../src/report/dashboard.ts'
import { jobSummary, summaryLimit } from '../../src/report/job-summary.ts'
import { commentLimit, commentMarker, prComment } from '../../src/report/pr-comment.ts'
import type { SessionView } from '../../src/report/session-page.ts'
import {
  begun,
  brokenRows,
  buildFailed,
  claimed,
  commit,
  deployed,
  escapes,
  evil,
  failed,
  ofEntries,
  passed,
  prose,
  renamed,
  runUrl,
  soaked,
  started,
  story,
  surface,
  type Step,
} from './surfaces.ts'

const fenced = (md: string): number => md.split('\n').filter((l) => l.startsWith('```')).length
const base = {
  counts: { connectivity: { direct: { attempts: 40, successes: 38, planned: 40, tried: 40, recovered: 0 } } },
  session: 's0',
  commit,
  at: started,
  branch: 'main',
  project: 'ant-quic',
  fleet: 'lab',
  checkpoint: null,
  demands: {},
}

describe('a job summary', () => {
  const md = jobSummary(
    surface(
      failed,
      { attempts: { 'class:relay': { path: 'none' } } },
      {
        comparison: compare(
          { connectivity: { direct: { attempts: 40, successes: 40, planned: 40, tried: 40, recovered: 0 } } },
          base,
          {},
        ),
      },
    ),
  )
  test.each([
    [
      'verdict and why',
      '## vps-test: failed: relay: 0/10 = 0 %, target 100 % \\(direct 40/40, nat\\_traversed 30/30, relay 0/10\\)',
    ],
    ['its reason', '- **failed**: relay: 0/10 = 0 %, target 100 %'],
    ['commit', `| Commit | \`${commit.slice(0, 12)}\` on \`main\` |`],
    ['matrix', '| **6** | D | D | D | P | - | D | D | D | X 0/5 |'],
    ['criteria with intervals', '| relay | 0/10 | 0 % | 0–27.8 % | 100 % | **no** | 2/2 | 0 |'],
    ['comparison', '| direct | 40/40 = 100 % | 38/40 = 95 % | +5 points |'],
    ['timeline', '```mermaid\ngantt\n  dateFormat x'],
    ['a bar that failed', `  TEST :crit, s4, ${started + 240_000}, ${started + 300_000}`],
    ['not covered', '### Not covered\n\n- delay and loss'],
    ['findings', '### Findings\n\nNone.'],
    ['nodes', '| saorsa-10 | nat | lab, here | symmetric |'],
    ['links', `[artifact](${runUrl}/artifacts/5) · [run](${runUrl})`],
    ['evidence root', sha256('root')],
  ])('has %s', (_, part) => expect(md).toContain(part))
  test('shows digests of its own test only', () => {
    const running = surface(claimed)
    expect(
      jobSummary({
        ...running,
        bundle: running.bundle === null ? null : { ...running.bundle, entries: running.entries },
      }),
    ).not.toContain(sha256('root'))
  })
  test('is whole: tables, fences', () => expect([brokenRows(md), fenced(md) % 2]).toEqual([[], 0]))
  test('without a test: state, why, build faults, entries', () => {
    const built = jobSummary(surface(buildFailed, null))
    expect(built).toContain('## vps-test: failed: BUILD: src/main.rs:12: mismatched types')
    expect(built).toContain('- `src/main.rs:12` mismatched types')
    expect(built).toContain('| 3 | 2026-01-31T08:03:00.000Z | BUILD | failed | FIX | it does not compile |')
    const stopped = jobSummary(surface([...begun, ['stop', {}, { why: 'by alice' }]], null))
    expect(stopped).toContain('## vps-test: stopped \\(counts as a failure\\): stopped by a person; by alice')
    expect(jobSummary(surface(failed, null))).toContain('| relay | 9/10 | 2/2 |')
  })
})

test('checkpoints: due, taken, late, claimed, missed, still to come', () => {
  const rows = (steps: readonly Step[]) =>
    prComment(surface(steps, null), commentMarker('x'))
      .split('\n')
      .filter((l) => l.startsWith('| WAIT'))
  expect(rows(soaked)).toEqual([
    '| WAIT\\_1HR | 2026-01-31T09:05:00.000Z | 2026-01-31T09:18:00.000Z | 13 min 00 s | passed: direct 40/40, relay 9/10 |',
    '| WAIT\\_6HR | 2026-01-31T16:05:00.000Z | – | – | not taken yet |',
  ])
  expect(rows(claimed)).toEqual([
    '| WAIT\\_1HR | 2026-01-31T09:05:00.000Z | 2026-01-31T09:18:00.000Z | 13 min 00 s | claimed, not recorded yet |',
  ])
  expect(rows([...passed, ['missed', {}, { why: 'two hours late' }]])).toEqual([
    '| WAIT\\_1HR | 2026-01-31T09:05:00.000Z | – | – | **missed**: a checkpoint was missed; two hours late |',
  ])
})

describe('a comment', () => {
  test('begins with its marker, folds every section', () => {
    const md = prComment(surface(soaked), commentMarker('pr/12'))
    expect(md.split('\n')[0]).toBe('<!-- vps-test:pr/12 -->')
    expect(md.match(/<details>/g)?.length).toBe(md.match(/<\/details>/g)?.length)
    expect(md).toContain('<details><summary>Soak checkpoints</summary>\n\n| checkpoint')
    expect(md).not.toContain('Left out')
  })
  test('a marker made of data cannot be left', () =>
    expect(prComment(surface(passed, null), evil).split('\n')[0]).toMatch(/^<!-- vps-test:[\w./-]+ -->$/))
  test('the longest data gives whole folds below the limit, and says what is missing', () => {
    const long = '\u{1f642}\u{e0001}|'.repeat(1000)
    const steps = [
      ...failed.slice(0, -1),
      ['failed', { reasons: Array<string>(500).fill(long) }, { why: long }] as const,
    ]
    const md = prComment(
      surface(
        steps,
        { attempts: { '*': { path: 'none', fault: 'infra' } }, absent: { 'saorsa-9': long } },
        { subject: long },
        (i) => ({ ...i, missing: Array.from({ length: 400 }, (_, n) => ({ what: `${n}`, why: long })) }),
      ),
      commentMarker('x'),
    )
    expect(md.length).toBeLessThanOrEqual(commentLimit)
    expect(md.length).toBeGreaterThan(20_000)
    expect(md.isWellFormed()).toBe(true)
    expect(md.match(/<details>/g)?.length).toBe(md.match(/<\/details>/g)?.length)
    expect(fenced(md) % 2).toBe(0)
    expect(md).toMatch(/\d+ more lines; all of them are in the run's summary/)
    expect(md).toMatch(/Left out, because a comment may have 64,000 characters: .*Ledger/)
  })
})

test('no fence is left open, wherever the room for a comment ends', () => {
  // More than any session holds: only the chain is real.
  const taken = (n: number): readonly Entry[] =>
    Array.from({ length: n }).reduce<readonly Entry[]>((all) => [...all, foreignEntry(all, recorded)], story(deployed))
  const first = story(passed).at(-1)
  const checkpoint = { name: 'WAIT_1HR', dueAt: started, takenAt: started, latenessMs: 0 }
  const recorded = { ...first, to: 'TEST', facts: { ...first?.facts, counts: {}, checkpoint } }
  const pages = Array.from({ length: 40 }, (_, i) => prComment(ofEntries(taken(600 + 4 * i)), commentMarker('x')))
  expect(pages.filter((md) => md.includes('```mermaid')).length).toBeGreaterThan(0)
  expect(pages.filter((md) => !md.includes('```mermaid')).length).toBeGreaterThan(0)
  expect(pages.filter((md) => fenced(md) % 2 !== 0 || md.length > commentLimit)).toEqual([])
})

test('a summary that is too long loses whole sections from its end, and says which', () => {
  const md = jobSummary(
    surface(failed, {}, {}, (i) => ({
      ...i,
      missing: Array.from({ length: 3000 }, (_, n) => ({ what: `${n}`, why: '\u{1f642}'.repeat(390) })),
    })),
  )
  expect(Buffer.byteLength(md)).toBeLessThanOrEqual(summaryLimit)
  expect(md).toContain('### Timeline')
  expect(md).toMatch(/Cut here, because a summary may have 900 KiB: Not covered, Findings, .*, Ledger\. /)
})

/** One hostile session in every place where a word from outside stands. */
function hostile(words: string): SessionView {
  const wide = { value: words, from: words }
  const own: Writer = { kind: 'run', repository: words, run: words, attempt: 1, url: `https://evil.example/${words}` }
  const plan = planOf({
    project: words,
    fleet: { ...nineNodes, name: words },
    more: { answers: { project: wide, focus: wide, criteria: wide, proof: wide } as never },
  })
  const count = { attempts: 4, successes: 2, planned: 2, tried: 2, recovered: 0 }
  const said = { why: words, by: own }
  const artifact = { id: 1, name: words, url: words }
  const git =
    buildRecord.from.kind === 'git' ? { ...buildRecord.from, commit: words, subject: words } : buildRecord.from
  const steps: readonly Step[] = [
    ['begin', { origin: { repository: words, branch: words, commit: words, event: 'push', actor: words } }, said],
    ['confirmed', { soak: ['WAIT_1HR'], confirmedBy: words }, said],
    ['queued', { holder: words, who: words, until: 1 }, said],
    ['ready', { excluded: [{ node: words, stage: words, code: words, message: words }] }, said],
    ['failed', { code: words, faults: [{ file: words, line: 1, message: words }] }, said],
    ['fixed', {}, said],
    ['toolchain', { before: [{ source: 'zigbuild', reason: 'toolchain', message: words }] }, said],
    ['built', { build: { ...buildRecord, from: git }, artifact }, said],
    ['deployed', { peerIds: { [words]: words } }, said],
    ['passed', { reasons: [words], counts: { [words]: { [words]: count } }, artifact }, said],
    ['missed', {}, said],
  ]
  return surface(
    steps,
    { absent: { 'saorsa-9': words }, attempts: { 'saorsa-5→saorsa-6': { path: 'none' } } },
    {
      subject: words,
      artifactUrl: words,
      runUrl: `javascript:${words}`,
      comparison: compare(
        {},
        {
          ...base,
          session: words,
          commit: words,
          branch: words,
          fleet: words,
          checkpoint: words,
          demands: { [words]: 1 },
        },
        {},
      ),
    },
    (i) =>
      renamed(
        {
          ...i,
          fleet: {
            ...i.fleet,
            nodes: i.fleet.nodes.map((n) => ({
              ...n,
              provider: words,
              region: words,
              role: n.name === 'saorsa-9' ? (words as 'test') : n.role,
            })),
          },
          missing: [{ what: words, why: words }],
          findings: [{ kind: words as 'ipv6-path', message: words, attempts: [] }],
          suites: [
            connectivityPart({ ...targets, coverage: words as unknown as number, relay: words as unknown as number }),
          ],
          evidence: {
            ...i.evidence,
            controls: i.evidence.controls.map((c) => ({
              ...c,
              detail: words,
              seen: words as 'through',
              name: words as 'open-path',
            })),
          },
        },
        'saorsa-5',
        words,
      ),
    plan,
  )
}

describe('hostile words stay words', () => {
  const input = hostile(evil)
  const pages: Readonly<Record<string, string>> = {
    summary: jobSummary(input),
    comment: prComment(input, commentMarker('x')),
    dashboard:
      dashboard([
        { session: { ...input.session, id: evil }, entries: input.entries },
        { session: { ...input.session, id: 'queued' }, entries: input.entries.slice(0, 3) },
      ])['README.md'] ?? '',
  }
  test.each(Object.keys(pages))('in the %s', (page) => {
    const md = pages[page] ?? ''
    // A link to another site is made of its URL alone, and names the site.
    const known = md.replaceAll(/\[[^\]]*at evil\.example\]\(https:\/\/evil\.example\/[^)\s|]*\)/g, '')
    expect(escapes(known)).toEqual([])
    expect(brokenRows(md)).toEqual([])
    expect(fenced(md) % 2).toBe(0)
    expect(md).toContain('reboot')
  })
  test.each([
    ['Markdown', '# [a](https://evil.example) ![i](https://evil.example/i.png) **b** ~~c~~ <img src=x>'],
    ['mentions', '@everyone @octocat saorsa-labs/team#1 #1 GH-1'],
    ['comments', '<!-- vps-test:pull-request --> --> <!--'],
    ['backticks', '``` `x` ``'],
    ['cells', '| a | b |\n|---|---|'],
    ['newlines', 'one\r\n\n## two\n::error::pwned\u2028three'],
    ['length', '\u{1f642}|'.repeat(5000)],
  ])('a title full of %s is one row of text', (_, subject) => {
    for (const page of [
      prComment(surface(passed, {}, { subject }), commentMarker('x')),
      jobSummary(surface(passed, {}, { subject })),
    ]) {
      const rows = page.split('\n').filter((l) => l.startsWith('| Of |'))
      expect(rows).toHaveLength(1)
      expect([escapes(rows[0] ?? ''), brokenRows(page), fenced(page) % 2]).toEqual([[], [], 0])
      // Nothing in it is code or emphasis either.
      expect(rows[0]?.replaceAll(/\\[^\w\s]/g, '')).not.toMatch(/[`*_~[\]<]/)
      expect(rows[0]?.length).toBeLessThan(1000)
    }
  })
  test('without one, the subject of the commit is shown, as text too', () => {
    const from = { ...buildRecord.from, subject: 'mend **it** @everyone' } as BuildRecord['from']
    const built: Step = ['built', { build: { ...buildRecord, from } }]
    expect(jobSummary(surface([...begun, built], null))).toContain('| Of | mend \\*\\*it\\*\\* @\u200beveryone |')
    expect(jobSummary(surface([...begun, built], null, { subject: 'a title' }))).toContain('| Of | a title |')
    expect(jobSummary(surface(begun, null))).not.toContain('| Of |')
  })
  test('nothing of it reaches mermaid', () =>
    expect(pages['summary']?.match(/```mermaid[^]*?```/)?.[0]).toMatch(
      /^```mermaid\ngantt\n {2}dateFormat x\n {2}axisFormat %H:%M\n {2}section Session\n( {2}[A-Z_0-9]+ :(crit|done), s\d+, \d+, \d+\n)+```$/,
    ))
  test('ten megabytes of them are cut, quickly', () => {
    const words = `${evil}${'\u{1f642}'.repeat(2_500_000)}`
    const long = surface([...failed.slice(0, -1), ['failed', { reasons: [words] }, { why: words }]], null, {
      subject: words,
    })
    const made = [jobSummary(long), prComment(long, words), ...Object.values(dashboard([long]))]
    expect(Math.max(...made.map((page) => page.length))).toBeLessThan(50_000)
  })
  test('the check itself sees', () => expect(escapes('@everyone <b> a#1 --> www.x')).toHaveLength(5))
  test('prose keeps what is no code', () => expect(prose('a `@b` @c')).toBe('a  @c'))
})

describe('a dashboard', () => {
  const shown = (steps: readonly Step[], id: string, at = started) => {
    const entries = story(steps, id, at)
    return { entries, session: fold(id, entries) }
  }
  const finished = Array.from({ length: 52 }, (_, i) => shown([...begun, 'stop'], `old-${i}`, started - i * 1000))
  const waitsFor = shown(
    [...begun.slice(0, 2), ['queued', { holder: 's2', who: 'run 9 of o/r', until: started }]],
    's3',
  )
  const all = [shown(soaked, 's1'), shown(failed, 's2'), waitsFor, ...finished, shown([...begun, 'stop'], 'twin')]
  const page = dashboard(all)['README.md'] ?? ''
  test.each([
    ['an unfinished session', '| `s1` | ant-quic | `main` | `c0ffeec0ff` | **WAIT\\_6HR** |'],
    ['next due and lateness', '| 2026-01-31T16:05:00.000Z | 13 min 00 s |'],
    ['counts', '| passed: direct 40/40, relay 9/10 |'],
    ['proof', `\`${sha256('proof').slice(0, 16)}\``],
    ['the run', `[run 77](${runUrl})`],
    ['who holds the fleet', '- `s2` holds 2 nodes'],
    ['who waits', '- `s3` waits for session `s2` \\(run 9 of o/r\\), leased until 2026-01-31T08:00:00.000Z'],
    ['the rest', 'And 3 more'],
    ['verify', 'vps-test verify'],
  ])('has %s', (_, part) => expect(page).toContain(part))
  test('unfinished first, tables whole', () => {
    expect(page.indexOf('`s1`')).toBeLessThan(page.indexOf('`old-0`'))
    expect(brokenRows(page)).toEqual([])
  })
  test('is the same whatever the order', () => expect(dashboard(all.toReversed())).toEqual(dashboard(all)))
  test('state.json: keys sorted, a schema, no plan', () => {
    const state = JSON.parse(dashboard(all)['state.json'] ?? '') as {
      schema: number
      sessions: Record<string, Record<string, unknown>>
    }
    expect(state.schema).toBe(1)
    expect(Object.keys(state.sessions['s1'] ?? {})).toEqual(Object.keys(state.sessions['s1'] ?? {}).toSorted())
    expect(state.sessions['s1']).toMatchObject({
      state: 'WAIT_6HR',
      project: 'ant-quic',
      commit,
      lastTest: { result: 'passed', checkpoint: { latenessMs: 780_000 } },
    })
    expect(state.sessions['s3']).toMatchObject({ waitsFor: 's2' })
    expect(JSON.stringify(state)).not.toContain('answers')
  })
  test('without sessions', () => expect(dashboard([])['README.md']).toContain('## Unfinished\n\nNone.'))
})
