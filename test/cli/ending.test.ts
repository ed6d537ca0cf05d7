/** The exit code of every way a session can end or rest, and the line that `modify` prints. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import type { Plan } from '../../src/domain/plan.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import * as kit from '../kit/session.ts'
import type { Step } from '../kit/session.ts'
import { fold } from '../../src/domain/session.ts'
import { stateNames, type Checkpoint, type State } from '../../src/domain/states.ts'
import { exitCode, settledCode } from '../../src/app/exit-code.ts'
import { startLine } from '../../src/cli/start-line.ts'

const story = (...steps: readonly Step[]): readonly Entry[] => kit.story(steps)

const soak = ['confirmed', { soak: ['WAIT_1HR', 'WAIT_6HR'], proof: 'logs' }] as const
const tested = ['begin', 'confirmed', 'ready', 'built', 'deployed'] as const
const soaked = ['begin', soak, 'ready', 'built', 'deployed'] as const
const rows: readonly (readonly [State, number, readonly Step[]])[] = [
  ['COMPLETE', 0, [...tested, 'passed']],
  ['WAIT_1HR', 0, [...soaked, 'passed']],
  ['WAIT_6HR', 0, [...soaked, 'passed', 'due', 'passed']],
  ['AWAIT_APPROVAL', 0, ['begin', ['confirmed', { proof: 'manual-verify' }], 'ready', 'built', 'deployed', 'passed']],
  ['AWAIT_PUSH', 20, [...tested, 'failed', 'no-fix-command']],
  ['AWAIT_PUSH', 20, ['begin', 'confirmed', 'ready', 'failed', 'no-fix-command']],
  ['RESTART', 20, [...soaked, 'passed', 'due', 'failed']],
  ['STOPPED', 20, ['begin', 'confirmed', 'ready', 'failed', 'fixed', 'failed', 'fixed', 'failed']],
  [
    'STOPPED',
    20,
    ['begin', ['confirmed', { proof: 'manual-verify' }], 'ready', 'built', 'deployed', 'passed', 'rejected'],
  ],
  ['STOPPED', 30, [...tested, 'inconclusive', 'inconclusive']],
  ['STOPPED', 30, [...tested, 'stop']],
  ['STOPPED', 10, ['begin', 'confirmed', 'unrecoverable']],
  ['STOPPED', 10, ['begin', 'confirmed', ['unrecoverable', { code: 'B002' }]]],
  ['STOPPED', 10, [...tested, ['unrecoverable', { code: 'T004' }]]],
  ['STOPPED', 2, ['begin', 'confirmed', 'ready', ['unrecoverable', { code: 'U302' }]]],
]

describe('exit codes', () => {
  test.each(rows)('%s: %d after %j', (state, code, steps) => {
    const entries = story(...steps)
    const session = fold('s', entries)
    expect([session.state, exitCode(session, entries)]).toEqual([state, code])
  })
  test('what a person must approve has not passed before he has, also while a checkpoint is waited for', () => {
    const codes = (...steps: readonly Step[]): readonly number[] => {
      const e = story(...steps)
      return [exitCode(fold('s', e), e), settledCode(fold('s', e), e)]
    }
    const manual = (...soak: readonly Checkpoint[]) =>
      ['begin', ['confirmed', { soak, proof: 'manual-verify' }], 'ready', 'built', 'deployed'] as const
    expect(codes(...manual(), 'passed')).toEqual([0, 30])
    expect(codes(...manual('WAIT_1HR'), 'passed')).toEqual([0, 30])
    expect(codes(...manual(), 'passed', 'approved')).toEqual([0, 0])
    expect(codes(...manual(), 'failed', 'no-fix-command')).toEqual([20, 20])
    expect(codes(...soaked, 'passed')).toEqual([0, 0])
  })
  test('every state in which a run can rest has one', () => {
    const acting: readonly State[] = ['IDLE', 'INTERVIEW', 'SETUP', 'BUILD', 'DEPLOY', 'TEST', 'FIX']
    expect(stateNames.filter((s) => !acting.includes(s)).sort()).toEqual([...new Set(rows.map(([s]) => s))].sort())
  })
})

describe('the line of modify', () => {
  const plan = {
    answers: Object.fromEntries(
      ['project', 'focus', 'criteria', 'proof'].map((k) => [k, { value: `${k} it's`, from: 'parameter' }]),
    ),
  } as unknown as Plan
  const words = (line: string): readonly string[] =>
    execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
  test('is read back by a shell word by word, with every flag that decides something', () => {
    const flags = {
      repo: 'my repo',
      fleet: '$(reboot)',
      config: 'a;b',
      lab: 'x',
      key: '~/.ssh/id',
      binary: 'b"b',
      release: 'o/r@v1:a',
      soak: 'off',
      yes: true,
      json: true,
    }
    expect(words(startLine(plan, flags))).toEqual([
      'vps-test',
      'start',
      "project it's",
      "focus it's",
      "criteria it's",
      "proof it's",
      '--binary',
      'b"b',
      '--release',
      'o/r@v1:a',
      '--soak',
      'off',
      '--repo',
      'my repo',
      '--config',
      'a;b',
      '--fleet',
      '$(reboot)',
      '--lab',
      'x',
      '--key',
      '~/.ssh/id',
    ])
  })
  test('leaves out what was not given, and never confirms by itself', () => {
    expect(words(startLine(plan, { repo: '.', fleet: 'lab', yes: true })).slice(6)).toEqual([
      '--repo',
      '.',
      '--fleet',
      'lab',
    ])
  })
})
