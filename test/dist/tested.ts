/** Not a test: a runner with a ledger branch that a real plan job began, and what both files of steps ask of it. */
import { expect } from 'vitest'
import type { Writer } from '../../src/domain/writer.ts'
import { freshState } from '../loopback/github-state.ts'
import { openRunner, repository, type Runner, type StepEnd } from './runner.ts'
import { entriesOf, plant, writerOf, type Step } from './sessions.ts'

export const answers = { project: 'testnet', focus: 'connectivity', criteria: 'threshold', proof: 'logs' }

/** Annotations of the level error, as the runner would show them. */
export const errors = (end: StepEnd): readonly string[] => end.commands.filter((line) => line.startsWith('::error'))

export interface Tested {
  readonly runner: Runner
  /** A session as earlier jobs would have left it; its name. */
  put(steps: readonly Step[], writer?: Writer): string
  /** Its events. */
  path(session: string): Promise<readonly string[]>
  /** After each test: GitHub would have taken every request; and it forgets. */
  settled(): void
}

export async function openTested(): Promise<Tested> {
  const runner = await openRunner()
  // Of another commit than the sessions that are planted, to which it would be the newer one.
  const first = await runner.step('plan', { inputs: answers, run: '90', env: { GITHUB_SHA: 'f'.repeat(40) } })
  expect(first.code, first.out).toBe(0)
  const [begin] = await runner.entries(first.outputs['session'] ?? '')
  if (begin?.event !== 'begin') throw new Error('the plan job wrote no begin')
  const { plan } = begin.facts
  let planted = 0
  return {
    runner,
    put(steps, writer = writerOf('50')) {
      const id = `testnet-20260101-000000-${String(planted++).padStart(4, '0')}`
      plant(runner.remote, entriesOf(id, steps, plan, writer))
      return id
    },
    path: async (session) => (await runner.entries(session)).map((e) => e.event),
    settled() {
      expect(runner.api.faults()).toEqual([])
      Object.assign(runner.api.state, freshState(repository))
    },
  }
}
