/** Sessions as the ledger holds them, evidence to go with them, and words that try to be more than words. */
import { evidenceFormat, type Bundle } from '../../src/domain/bundle.ts'
import { chain, sha256, type Entry, type Json } from '../../src/domain/ledger.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { fold } from '../../src/domain/session.ts'
import { verdict } from '../../src/domain/verdict.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import type { SessionView } from '../../src/report/session-page.ts'
import { nineNodes, run, type Changes } from '../domain/fixtures.ts'

export const evil =
  '$(reboot) |x| `b` ``` ::error::pwned\n::error::pwned\n# h1\n</details><script>alert(1)</script> --> @everyone #1 saorsa-labs/x#1 GH-1 [a](http://e.example) https://evil.example www.evil.example ![i](x) \u001b[2J\u202e\ud800 ]]> \ufffe & "q" \'s\''

export const commit = 'c0ffee'.repeat(6) + 'beef'
export const started = Date.UTC(2026, 0, 31, 8, 0, 0)
export const runUrl = 'https://github.com/saorsa-labs/saorsa-testnet/actions/runs/77'
export const by: Json = { kind: 'run', repository: 'saorsa-labs/saorsa-testnet', run: '77', attempt: 1, url: runUrl }
const origin: Json = { repository: 'saorsa-labs/saorsa-testnet', branch: 'main', commit, event: 'push', actor: 'alice' }
const answers: Json = { project: { value: 'ant-quic', from: 'default' } }

type Facts = Readonly<Record<string, Json>>
export interface Step {
  readonly from: string
  readonly event: string
  readonly to: string
  readonly why?: string
  readonly facts?: Facts
  readonly at?: number
}

export const story = (steps: readonly Step[], session = 's1', at = started): readonly Entry[] =>
  steps.reduce<readonly Entry[]>(
    (entries, s, i) => [
      ...entries,
      chain(entries, {
        session,
        at: s.at ?? at + i * 60_000,
        from: s.from,
        event: s.event,
        to: s.to,
        why: s.why ?? `because ${s.event}`,
        facts: { by, ...s.facts },
      }),
    ],
    [],
  )

export const counts = {
  connectivity: {
    direct: { attempts: 40, successes: 40, planned: 40, tried: 40, recovered: 0 },
    relay: { attempts: 10, successes: 9, planned: 2, tried: 2, recovered: 0 },
  },
}
export const begun: readonly Step[] = [
  { from: 'IDLE', event: 'begin', to: 'INTERVIEW', facts: { origin, planDigest: sha256('plan') } },
  {
    from: 'INTERVIEW',
    event: 'confirmed',
    to: 'SETUP',
    facts: { answers, soak: ['WAIT_1HR', 'WAIT_6HR'], proof: 'all-evidence' },
  },
  { from: 'SETUP', event: 'ready', to: 'BUILD', facts: { fences: { 'saorsa-1': 3, 'saorsa-2': 4 } } },
]
export const deployed: readonly Step[] = [
  ...begun,
  { from: 'BUILD', event: 'built', to: 'DEPLOY' },
  { from: 'DEPLOY', event: 'deployed', to: 'TEST' },
]
const due = started + 5 * 60_000 + 3_600_000
const testFacts = (result: string, more: Facts = {}): Facts => ({
  verdict: result,
  reasons: result === 'passed' ? [] : ['relay: 9/10 = 90 %, target 100 %'],
  counts,
  evidenceRoot: sha256('root'),
  proofSha256: sha256('proof'),
  proof: 'test-1/proof.md',
  ...more,
})
export const passed: readonly Step[] = [
  ...deployed,
  { from: 'TEST', event: 'passed', to: 'WAIT_1HR', facts: { ...testFacts('passed'), dueAt: due } },
]
const taking: Json = { name: 'WAIT_1HR', dueAt: due, takenAt: due + 780_000, latenessMs: 780_000 }
export const claimed: readonly Step[] = [
  ...passed,
  { from: 'WAIT_1HR', event: 'due', to: 'TEST', facts: { checkpoint: taking }, at: due + 780_000 },
]
export const soaked: readonly Step[] = [
  ...claimed,
  {
    from: 'TEST',
    event: 'passed',
    to: 'WAIT_6HR',
    facts: { ...testFacts('passed', { checkpoint: taking }), dueAt: due + 7 * 3_600_000 },
    at: due + 1_000_000,
  },
]
export const failed: readonly Step[] = [
  ...deployed,
  { from: 'TEST', event: 'failed', to: 'FIX', facts: testFacts('failed') },
]
export const buildFailed: readonly Step[] = [
  ...begun,
  {
    from: 'BUILD',
    event: 'failed',
    to: 'FIX',
    why: 'it does not compile',
    facts: {
      code: 'P201',
      faults: [
        { file: 'src/main.rs', line: 12, message: 'mismatched types' },
        { file: '../../etc/passwd', line: 3, message: 'out' },
        7,
        { line: 'x' },
        { file: 'Cargo.toml', line: 0, message: 'no place' },
      ],
    },
  },
]

const answer = <T>(value: T) => ({ value, from: 'parameter' })
/** Only the parts that pages read. */
export const planOf = (input: VerdictInput): Plan =>
  ({
    answers: {
      project: answer('ant-quic'),
      focus: answer('connectivity'),
      criteria: answer(input.criteria),
      proof: answer('all-evidence'),
    },
    config: {
      soak: { regressionTolerance: 5 },
      tests: {
        connectivity: { enabled: true, cooloffSeconds: 3 },
      },
    },
    profile: { record: { kind: 'jsonl' }, suites: {} },
    fleet: input.fleet,
    nodes: input.planned,
    source: { kind: 'build', workspace: '.', revision: null },
    suites: input.suites,
    unsupported: [],
    soak: [],
    steps: [],
    estimate: { seconds: 1, uploadBytes: null, attempts: 1 },
  }) as unknown as Plan

export function surface(
  steps: readonly Step[],
  changes: Changes | null = {},
  more: Partial<SessionView> = {},
  edit: (i: VerdictInput) => VerdictInput = (i) => i,
): SessionView {
  const entries = story(steps)
  const session = fold('s1', entries)
  if (changes === null)
    return { session, entries, bundle: null, verdict: null, artifactUrl: null, runUrl, comparison: null, ...more }
  const input = edit(run(changes))
  const bundle = {
    plan: planOf(input),
    entries: entries.slice(0, -1),
    measurements: input.measurements,
    controls: input.evidence.controls,
    running: { before: input.evidence.runningBefore, after: input.evidence.runningAfter },
    items: input.items,
    facts: {
      format: evidenceFormat,
      version: '0',
      session: 's1',
      test: 1,
      sessionStartedAt: started,
      testStartedAt: started,
      testEndedAt: started,
      excluded: input.excluded,
      deployed: input.deployed,
      notes: input.missing ?? [],
      findings: input.findings ?? [],
      build: null,
    },
  } as unknown as Bundle
  return {
    session,
    entries,
    bundle,
    verdict: verdict(input),
    artifactUrl: `${runUrl}/artifacts/5`,
    runUrl,
    comparison: null,
    ...more,
  }
}

/** Every name of a node, everywhere, is `name`. */
export const renamed = (i: VerdictInput, from: string, name: string): VerdictInput =>
  JSON.parse(
    JSON.stringify(i).replaceAll(`${JSON.stringify(from).slice(0, -1)}"`, JSON.stringify(name)),
  ) as VerdictInput

/** What is left of a page for GitHub to read as markup: code, which it does not look into, and links of ours taken out. */
export const prose = (md: string): string =>
  md
    .replaceAll(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '')
    .replaceAll(/\[[^\]\n]*\]\(https:\/\/github\.com\/[^)\s]*\)/g, '')
    .replaceAll(/<!-- vps-test:[\w./-]* -->|<\/?(?:details|summary)>/g, '')

/** Ways in which foreign words became markup, mentions, links or commands. */
export const escapes = (md: string): readonly string[] =>
  [
    /<\/?[a-z]/i,
    /-->/,
    /@[\w-]/,
    /(?<![\w&])#\d/,
    /\w#\d/,
    /GH-\d/,
    /https?:\/\//,
    /www\./,
    /(?<!\\)\[a\]/,
    /(?<!\\)!\[/,
    /^\s*::/m,
    /^# h1/m,
    /\u001b|\u202e|[\ud800-\udfff]/u,
  ]
    .filter((r) => r.test(prose(md)))
    .map(String)

/** Rows of a table whose number of cells is not the header's. */
export function brokenRows(md: string): readonly string[] {
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
export { nineNodes }
