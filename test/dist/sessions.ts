/** Not a test: sessions as earlier jobs would have left them on the ledger branch, written by the real state machine. */
import { execFileSync } from 'node:child_process'
import { nameOf } from '../../src/adapters/git/store.ts'
import { canonical, type Entry, type Json } from '../../src/domain/ledger.ts'
import { fold, next } from '../../src/domain/session.ts'
import { commit, repository } from './runner.ts'

export const hour = 3_600_000
type Facts = Readonly<Record<string, Json>>
/** `ago`: milliseconds before now. */
export type Step = string | readonly [event: string, facts?: Facts, why?: string, ago?: number]

export const writerOf = (run: string): Json => ({ kind: 'run', repository, run, attempt: 1, url: '' })
export const counts = {
  connectivity: {
    direct: { attempts: 40, successes: 40, planned: 20, tried: 20, recovered: 0 },
    relay: { attempts: 10, successes: 9, planned: 5, tried: 5, recovered: 0 },
  },
}
export const testFacts = (verdict: string, more: Facts = {}): Facts => ({
  verdict,
  reasons: verdict === 'passed' ? [] : ['relay: 9/10 = 90 %, target 100 %'],
  counts,
  folder: 'test-1',
  evidenceRoot: 'a'.repeat(64),
  proof: 'test-1/proof-x.md',
  proofSha256: 'b'.repeat(64),
  artifact: null,
  running: [],
  checkpoint: null,
  ...more,
})

const soaking: Step = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'], proof: 'logs' }]
const plain: Step = ['confirmed', { soak: [], proof: 'logs' }]
const built = (confirmed: Step): readonly Step[] => ['begin', confirmed, 'ready', 'built', 'deployed']
const toApproval: readonly Step[] = [
  ...built(['confirmed', { soak: [], proof: 'manual-verify' }]),
  ['passed', testFacts('passed')],
]

export const stories = {
  passed: [...built(plain), ['passed', testFacts('passed')]],
  waiting: [...built(soaking), ['passed', testFacts('passed'), 'every class met its target']],
  due: [...built(soaking), ['passed', testFacts('passed'), '', 2 * hour]],
  late: [...built(soaking), ['passed', testFacts('passed'), '', 30 * hour]],
  missed: [...built(soaking), ['passed', testFacts('passed'), '', 30 * hour], ['missed', {}, 'nobody took it']],
  inconclusive: [
    ...built(plain),
    ['inconclusive', testFacts('inconclusive')],
    ['inconclusive', testFacts('inconclusive')],
  ],
  failed: [...built(plain), ['failed', testFacts('failed')], 'no-fix-command'],
  fix: [...built(plain), ['failed', testFacts('failed')]],
  compile: [
    'begin',
    plain,
    'ready',
    [
      'failed',
      { code: 'P201', faults: [{ file: 'src/lib.rs', line: 7, message: 'mismatched types ::error::x' }] },
      'it does not compile',
    ],
  ],
  queued: [
    'begin',
    plain,
    [
      'queued',
      { holder: 'other-1', who: 'bob run 9', until: Date.now() + hour },
      'saorsa-2: testnet-peer is leased by bob run 9',
    ],
  ],
  superseded: ['begin', plain, 'ready', ['superseded', {}, 'by testnet-2']],
  lost: ['begin', plain, ['unrecoverable', { code: 'T004' }, 'no quorum: 2 of 10 nodes answered']],
  misused: ['begin', plain, 'ready', ['unrecoverable', { code: 'U302' }, 'no such asset']],
  approving: toApproval,
  interrupted: ['begin', plain],
} satisfies Readonly<Record<string, readonly Step[]>>

export type Story = keyof typeof stories

/** `plan`: facts of a `begin` that a real plan job wrote. */
export function entriesOf(session: string, steps: readonly Step[], plan: Facts, writer: Json): readonly Entry[] {
  const base = Date.now() - 60_000
  return steps.reduce<readonly Entry[]>((entries, step) => {
    const [event, facts = {}, why = event, ago] = typeof step === 'string' ? [step] : step
    const more =
      event === 'begin'
        ? { ...plan, origin: { repository, branch: 'main', commit, event: 'workflow_dispatch', actor: 'alice' } }
        : event === 'confirmed'
          ? { planDigest: plan['planDigest'] ?? null }
          : {}
    const entry = next(
      entries,
      fold(session, entries),
      { event, why, facts: { ...more, ...facts, by: writer } },
      ago === undefined ? base + entries.length : Date.now() - ago,
    )
    if (entry === undefined) throw new Error(`no ${event} in ${fold(session, entries).state}`)
    return [...entries, entry]
  }, [])
}

/** A whole session in one commit, which the ledger reads like any other: an append for each entry would take most of the tests' time. */
export function plant(remote: string, entries: readonly Entry[]): void {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
  const files = entries.map(
    (e) => `M 100644 inline sessions/${e.session}/${nameOf(e)}\n${data(`${canonical(e as unknown as Json)}\n`)}`,
  )
  const input = `commit refs/heads/vps-test-ledger\ncommitter t <t@lab.invalid> ${Math.floor(Date.now() / 1000)} +0000\n${data('planted')}from refs/heads/vps-test-ledger^0\n${files.join('')}`
  execFileSync('git', ['--git-dir', remote, 'fast-import', '--quiet'], { input })
}
