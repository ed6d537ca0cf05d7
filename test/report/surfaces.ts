/** Sessions as the ledger holds them, evidence to go with them, and words that try to be more than words. */
import { evidenceFormat, type Bundle } from '../../src/domain/bundle.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import type { Writer } from '../../src/domain/writer.ts'
import { planOf as kitPlan } from '../kit/plan.ts'
import * as kit from '../kit/session.ts'
import type { Step } from '../kit/session.ts'
import { noLogs } from '../../src/domain/log-templates.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { fold } from '../../src/domain/session.ts'
import { verdict } from '../../src/domain/verdict.ts'
import type { VerdictInput } from '../../src/domain/verdict-input.ts'
import type { SessionView } from '../../src/report/session-page.ts'
import { nineNodes, run, type Changes } from '../domain/fixtures.ts'

export const evil =
  '$(reboot) |x| `b` ``` ::error::pwned\n::error::pwned\n# h1\n</details><script>alert(1)</script> --> @everyone #1 saorsa-labs/x#1 GH-1 [a](http://e.example) https://evil.example www.evil.example ![i](x) \u001b[2J\u202e\ud800 ]]> \ufffe & "q" \'s\''

export type { Step }
export { commit } from '../kit/facts.ts'
export const started = Date.UTC(2026, 0, 31, 8, 0, 0)
export const runUrl = 'https://github.com/saorsa-labs/saorsa-testnet/actions/runs/77'
export const by: Writer = {
  kind: 'run',
  repository: 'saorsa-labs/saorsa-testnet',
  run: '77',
  attempt: 1,
  url: runUrl,
}
const minute = 60_000

/** A session of ant-quic on the lab, one step a minute. */
export const story = (
  steps: readonly Step[],
  session = 's1',
  at = started,
  plan = kitPlan({ project: 'ant-quic', fleet: nineNodes }),
): readonly Entry[] => kit.story(steps, { session, plan, by, at: (seq) => at + seq * minute })

export const begun: readonly Step[] = [
  'begin',
  ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'], proof: 'all-evidence' }],
  ['ready', { fences: { 'saorsa-1': 3, 'saorsa-2': 4 } }],
]
export const deployed: readonly Step[] = [...begun, 'built', 'deployed']
const due = started + 5 * minute + 60 * minute
export const passed: readonly Step[] = [...deployed, 'passed']
export const claimed: readonly Step[] = [...passed, ['due', {}, { at: due + 780_000 }]]
export const soaked: readonly Step[] = [...claimed, ['passed', {}, { at: due + 60 * minute }]]
export const failed: readonly Step[] = [...deployed, 'failed']
export const buildFailed: readonly Step[] = [
  ...begun,
  [
    'failed',
    {
      code: 'P201',
      faults: [
        { file: 'src/main.rs', line: 12, message: 'mismatched types' },
        { file: '../../etc/passwd', line: 3, message: 'out' },
        { file: 'Cargo.toml', line: 0, message: 'no place' },
      ],
    },
    { why: 'it does not compile' },
  ],
]

const answer = <T>(value: T) => ({ value, from: 'parameter' })
/** Only the parts that pages read. */
export const planOf = (input: VerdictInput): Plan =>
  ({
    expression: null,
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
    profile: { record: { kind: 'jsonl' }, payload: { kind: 'given', kept: null }, suites: {} },
    fleet: input.fleet,
    nodes: input.planned,
    source: { kind: 'build', workspace: '.', revision: null },
    suites: input.suites,
    unsupported: [],
    soak: [],
    steps: [],
    estimate: { seconds: 1, uploadBytes: null, attempts: 1 },
  }) as unknown as Plan

/** A session without evidence. */
export const ofEntries = (entries: readonly Entry[]): SessionView => ({
  session: fold('s1', entries),
  entries,
  bundle: null,
  verdict: null,
  artifactUrl: null,
  runUrl,
  comparison: null,
})

export function surface(
  steps: readonly Step[],
  changes: Changes | null = {},
  more: Partial<SessionView> = {},
  edit: (i: VerdictInput) => VerdictInput = (i) => i,
  plan?: Plan,
): SessionView {
  const entries = story(steps, 's1', started, plan)
  const session = fold('s1', entries)
  if (changes === null) return { ...ofEntries(entries), ...more }
  const input = edit(run(changes))
  const bundle = {
    plan: planOf(input),
    entries: entries.slice(0, -1),
    measurements: input.measurements,
    controls: input.evidence.controls,
    postMortems: [],
    logs: noLogs,
    metrics: null,
    soak: null,
    running: { before: input.evidence.runningBefore, after: input.evidence.runningAfter },
    items: input.items,
    facts: {
      format: evidenceFormat,
      version: '0',
      session: 's1',
      test: 1,
      seed: '5'.repeat(64),
      sessionStartedAt: started,
      testStartedAt: started,
      testEndedAt: started,
      clock: Object.fromEntries(
        ['began', 'looked', 'looking', 'ended'].map((m) => [m, { wallMs: started, monotonicMs: 0 }]),
      ),
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

/**
 * What is left of a page for GitHub to read as markup: code, which it does not look into, and links of ours taken out.
 */
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
