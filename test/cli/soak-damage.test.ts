/**
 * Damaged and odd sessions, and a clock that was moved, by the real command line: nobody else is hindered, and a person
 * is told what to do.
 */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { labFleet, planOf } from '../kit/plan.ts'
import { foreignEntry, story } from '../kit/session.ts'
import { tamper } from '../contract/ledger.kit.ts'
import { madeKey } from '../made-key.ts'
import { clean, cli, cliWith, home, scratch } from './cli.ts'

afterAll(clean)
const hour = 3_600_000
const id = (name: string): string => `${name}-20260101-000000-0001`
const { lab: _, ...labless } = labFleet([], 'saorsa')
const plan = planOf({ fleet: labless, nodes: [] })

/** Its test was so long ago; the checkpoint an hour after it was not taken. */
async function waiting(
  dir: string,
  name: string,
  ago: number,
  proof: 'logs' | 'manual-verify' = 'logs',
): Promise<readonly Entry[]> {
  const ledger = await openGitLedger(dir)
  const soak = proof === 'logs' ? (['WAIT_1HR'] as const) : []
  const entries = story(['begin', ['confirmed', { soak, proof }], 'ready', 'built', 'deployed', 'passed'], {
    session: id(name),
    plan,
    by: { kind: 'process', host: 'elsewhere', pid: 1 },
    at: () => Date.now() - ago,
  })
  for (const entry of entries) await ledger.append(id(name), entry)
  return entries
}
const events = async (dir: string, name: string): Promise<readonly string[]> =>
  (await (await openGitLedger(dir)).read(id(name))).map((e) => e.event).slice(5)
/**
 * One whose file nobody can read, and one that is chained as it should be but says nothing that could be followed; both
 * were due.
 */
async function damage(dir: string): Promise<void> {
  const odd = await waiting(dir, 'odd', 2 * hour)
  await waiting(dir, 'torn', 2 * hour)
  const last = odd.at(-1)
  if (last === undefined) throw new Error('no entry')
  tamper(dir, (files) => {
    files.set(`sessions/${id('torn')}/0006-WAIT_1HR-TEST.json`, '{"seq":6')
    files.set(
      `sessions/${id('odd')}/0006-WAIT_1HR-TEST.json`,
      JSON.stringify(
        foreignEntry(odd, {
          session: last.session,
          at: last.at,
          from: 'WAIT_1HR',
          event: 'due',
          to: 'TEST',
          why: '',
          facts: null,
        }),
      ),
    )
  })
}

test.each(['here', 'on a branch'])(
  '%s: the good session is recorded, each bad one is told with its remedy, and the end is not good',
  async (where) => {
    const dir = where === 'here' ? join(home, 'p', 'ledger.git') : join(scratch, 'remote.git')
    if (where !== 'here') execFileSync('git', ['init', '-q', '--bare', dir])
    const at = where === 'here' ? [] : ['--remote', dir]
    await waiting(dir, 'good', 30 * hour)
    await damage(dir)
    const first = await cli('soak', '--json', ...at)
    expect(JSON.parse(first.stdout)).toMatchObject([{ session: id('good'), state: 'STOPPED', exitCode: 30 }])
    expect([first.code, await events(dir, 'good')]).toEqual([30, ['passed', 'missed']])
    for (const name of ['torn', 'odd'])
      expect(first.stderr).toMatch(
        new RegExp(
          `H010: the ledger of session ${id(name)} is damaged: .*\ntry: git clone -q -b vps-test-ledger ${dir} ledger && git -C ledger --literal-pathspecs rm -rq sessions/${id(name)} && `,
        ),
      )
    if (where === 'here') return
    expect((await cli('soak', ...at)).code).toBe(1)
    const status = await cli('status', ...at)
    expect([status.code, status.stdout, status.stderr]).toEqual([
      0,
      expect.stringContaining(id('good')),
      expect.stringMatching(/torn[^]*try: git clone/),
    ])
    expect(await cli('soak', ...at, '--session', id('torn'))).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('H010') as string,
    })
    expect(await cli('soak', ...at, '--session', id('good'))).toMatchObject({ code: 0 })
    const page = execFileSync('git', ['--git-dir', dir, 'show', 'vps-test-ledger:README.md'], { encoding: 'utf8' })
    expect(page).toMatch(
      new RegExp(
        `## Damaged\n\n[^]*${id('odd')}.*entry 6\\.facts: .*git rm -r sessions/${id('odd')}[^]*## Finished[^]*${id('good')}`,
      ),
    )
    const state = JSON.parse(
      execFileSync('git', ['--git-dir', dir, 'show', 'vps-test-ledger:state.json'], { encoding: 'utf8' }),
    ) as { sessions: Record<string, object> }
    expect(state.sessions[id('torn')]).toEqual({ damage: expect.stringContaining('is no JSON') as string })
  },
)

test('a clock that was moved writes nothing on a real fleet: no checkpoint, no approval, no stop', async () => {
  const dir = join(home, 'moved', 'ledger.git')
  await waiting(dir, 'moved', hour / 2)
  await waiting(dir, 'asks', hour / 2, 'manual-verify')
  const file = join(scratch, 'key')
  writeFileSync(file, madeKey().private, { mode: 0o600 })
  const moved = { VPS_TEST_CLOCK_SHIFT_SECONDS: '3700' }
  for (const args of [
    ['soak', '--session', id('moved'), '--key', file],
    ['approve', '--session', id('asks')],
    ['stop', 'moved', '--session', id('moved')],
  ]) {
    const { code, stderr } = await cliWith(moved, ...args)
    expect([code, stderr]).toEqual([2, expect.stringContaining('U058: the clock is moved by 3700 s')])
  }
  expect([await events(dir, 'moved'), await events(dir, 'asks')]).toEqual([['passed'], ['passed']])
})
