/** A start of a newer commit goes on with the session that waits for one; anything else begins another. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, test, expect } from 'vitest'
import { readSource } from '../../src/adapters/build/source.ts'
import { systemClock, thisProcess } from '../../src/adapters/system.ts'
import { pushedOnto } from '../../src/app/waiting-session.ts'
import type { Context } from '../../src/app/context.ts'
import type { Plan } from '../../src/domain/plan.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { fold } from '../../src/domain/session.ts'
import type { Origin } from '../../src/domain/writer.ts'
import type { Ledger } from '../../src/ports.ts'
import { git, never } from '../build/world.ts'
import { planOf } from '../kit/plan.ts'
import { story, type Step } from '../kit/session.ts'

const waits: readonly Step[] = ['confirmed', 'ready', 'built', 'deployed', 'failed', 'no-fix-command']
const planAt = (revision: string | null, more: Partial<Plan> = {}): Plan =>
  planOf({ more: { source: { kind: 'build', workspace: '.', revision }, ...more } })

function scene(steps: readonly Step[] = waits) {
  const dir = mkdtempSync(join(tmpdir(), 'vps-test-waiting-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  git(dir, 'init', '--quiet', '--initial-branch', 'main')
  git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'tested')
  const commit = git(dir, 'rev-parse', 'HEAD')
  const origin: Origin = { repository: null, branch: 'main', commit, event: 'cli', actor: 'ann' }
  const plan = planAt(commit)
  const entries: Entry[] = [...story([['begin', { plan, origin }], ...steps], { plan })]
  const ledger: Ledger = {
    sessions: async () => ['s'],
    read: async () => entries,
    all: async () => [{ id: 's', entries }],
    append: async (_, entry) => void entries.push(entry),
  }
  const said: string[] = []
  const c = { signal: never, terminal: { info: (line: string) => void said.push(line) } }
  const start = async (made?: Plan): Promise<string | null> => {
    const source = await readSource(dir, never)
    if (source.kind === 'none') throw new Error(source.why)
    const { commit: head, branch } = source
    return pushedOnto(
      c as Context,
      { ledger, clock: systemClock, writer: thisProcess(), clockShift: 0 },
      made ?? planAt(head),
      { ...origin, branch, commit: head },
      source,
    )
  }
  const more = (): string => {
    git(dir, 'commit', '--quiet', '--allow-empty', '--message', 'mended')
    return git(dir, 'rev-parse', 'HEAD')
  }
  return { dir, commit, said, start, more, state: () => fold('s', entries) }
}

test('a commit on top of the tested one, on its branch, continues the session at BUILD by its own plan', async () => {
  const { start, more, state, said } = scene()
  const newer = more()
  expect(await start()).toBe('s')
  expect(state()).toMatchObject({ state: 'BUILD', origin: { commit: newer }, failedBuildsInARow: 0 })
  expect(said.join()).toContain('s waited for a push onto main and goes on at BUILD')
})

test('the same commit once more is another session', async () => {
  const { start, state } = scene()
  expect(await start()).toBeNull()
  expect(state().state).toBe('AWAIT_PUSH')
})

test('a commit that is not on top of it is another session, and the old one is told with how to end it', async () => {
  const { dir, start, said, state } = scene()
  git(dir, 'commit', '--quiet', '--allow-empty', '--amend', '--message', 'another')
  expect(await start()).toBeNull()
  expect(state().state).toBe('AWAIT_PUSH')
  expect(said.join()).toContain('vps-test stop p --session s')
})

test('nor do another branch, other answers, other nodes, changes that no commit holds, or a session that does not wait', async () => {
  const { dir, more, start, commit } = scene()
  const newer = more()
  const { answers } = planAt(newer)
  const others: readonly Partial<Plan>[] = [
    { answers: { ...answers, focus: { value: 'throughput', from: 'parameter' } } },
    { nodes: ['registry', 'a'] },
  ]
  for (const other of others) expect(await start(planAt(newer, other))).toBeNull()
  expect(await start(planAt(`${newer}+0123456789ab`))).toBeNull()
  expect(await start(planOf({ more: { source: { kind: 'file', path: '/p', sha256: commit } } }))).toBeNull()
  git(dir, 'switch', '--quiet', '--create', 'side')
  writeFileSync(join(dir, 'ignored'), '')
  expect(await start()).toBeNull()
  const stopped = scene([...waits, 'stop'])
  stopped.more()
  expect(await stopped.start()).toBeNull()
})
