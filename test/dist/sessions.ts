/**
 * Not a test: sessions as earlier jobs would have left them on the ledger branch, written by the real state machine.
 */
import { execFileSync } from 'node:child_process'
import { nameOf } from '../../src/adapters/git/store.ts'
import { canonical, type Entry } from '../../src/domain/ledger.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Writer } from '../../src/domain/writer.ts'
import { runWriter, story, type Step } from '../kit/session.ts'

export type { Step }
import { commit, repository } from './runner.ts'

export const hour = 3_600_000
export { counts } from '../kit/facts.ts'
/** `ago`: milliseconds before now. */
export const ago = (ms: number) => ({ at: Date.now() - ms })

export const writerOf = (run: string): Writer => runWriter(run, repository)

const soaking: Step = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'], proof: 'logs' }]
const plain: Step = ['confirmed', { soak: [], proof: 'logs' }]
const built = (confirmed: Step): readonly Step[] => ['begin', confirmed, 'ready', 'built', 'deployed']
const toApproval: readonly Step[] = [...built(['confirmed', { soak: [], proof: 'manual-verify' }]), 'passed']

export const stories = {
  passed: [...built(plain), 'passed'],
  waiting: [...built(soaking), ['passed', {}, { why: 'every class met its target' }]],
  due: [...built(soaking), ['passed', {}, ago(2 * hour)]],
  late: [...built(soaking), ['passed', {}, ago(30 * hour)]],
  missed: [...built(soaking), ['passed', {}, ago(30 * hour)], ['missed', {}, { why: 'nobody took it' }]],
  inconclusive: [...built(plain), 'inconclusive', 'inconclusive'],
  failed: [...built(plain), 'failed', 'no-fix-command'],
  fix: [...built(plain), 'failed'],
  compile: [
    'begin',
    plain,
    'ready',
    [
      'failed',
      { code: 'P201', faults: [{ file: 'src/lib.rs', line: 7, message: 'mismatched types ::error::x' }] },
      { why: 'it does not compile' },
    ],
  ],
  queued: [
    'begin',
    plain,
    [
      'queued',
      { holder: 'other-1', who: 'bob run 9', until: Date.now() + hour },
      { why: 'saorsa-2: testnet-peer is leased by bob run 9' },
    ],
  ],
  superseded: ['begin', plain, 'ready', ['superseded', {}, { why: 'by testnet-2' }]],
  lost: ['begin', plain, ['unrecoverable', { code: 'T004' }, { why: 'no quorum: 2 of 10 nodes answered' }]],
  misused: ['begin', plain, 'ready', ['unrecoverable', { code: 'U302' }, { why: 'no such asset' }]],
  approving: toApproval,
  interrupted: ['begin', plain],
} satisfies Readonly<Record<string, readonly Step[]>>

export type Story = keyof typeof stories

/** `plan`: the one that a real plan job wrote. */
export function entriesOf(session: string, steps: readonly Step[], plan: Plan, writer: Writer): readonly Entry[] {
  const base = Date.now() - 60_000
  const own = { repository, branch: 'main', commit, event: 'workflow_dispatch', actor: 'alice' }
  return story(
    steps.map((step): Step => {
      if (step === 'begin') return ['begin', { origin: own }]
      return typeof step !== 'string' && step[0] === 'begin'
        ? ['begin', { origin: own, ...step[1] }, step[2] ?? {}]
        : step
    }),
    { session, plan, by: writer, at: (seq) => base + seq },
  )
}

/**
 * A whole session in one commit, which the ledger reads like any other: an append for each entry would take most of the
 * tests' time.
 */
export function plant(remote: string, entries: readonly Entry[]): void {
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
  const files = entries.map((e) => `M 100644 inline sessions/${e.session}/${nameOf(e)}\n${data(`${canonical(e)}\n`)}`)
  const input = `commit refs/heads/vps-test-ledger\ncommitter t <t@lab.invalid> ${Math.floor(Date.now() / 1000)} +0000\n${data('planted')}from refs/heads/vps-test-ledger^0\n${files.join('')}`
  execFileSync('git', ['--git-dir', remote, 'fast-import', '--quiet'], { input })
}
