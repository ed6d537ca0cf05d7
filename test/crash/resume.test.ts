/** A run that is killed goes on where it stood when the same command is given again, and comes to the same end. */
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { itemsFile } from '../../src/domain/bundle.ts'
import { chainFaults, type Entry } from '../../src/domain/ledger.ts'
import { cli, scratch, type Running } from '../e2e/cli.ts'
import { openLab, type Lab } from '../e2e/lab.ts'
import { story, type Story } from '../e2e/session.ts'
import { deployOnly, holderOn, runningOn } from '../e2e/subject.ts'
import { tipOf, until } from '../e2e/wait.ts'

const place = scratch()
const id = 'c1'
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-7', 'saorsa-8']
const peers = nodes.slice(1)
let lab: Lab

beforeAll(async () => {
  lab = await openLab(id)
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

const whole = ['IDLE INTERVIEW', 'INTERVIEW SETUP', 'SETUP BUILD', 'BUILD DEPLOY', 'DEPLOY TEST', 'TEST COMPLETE']
/** A run that goes on with a session writes that down first; nothing is done by it. */
const isClaim = (e: Entry | undefined): boolean => e?.event === 'claimed'
const isBegun = (e: Entry | undefined): boolean => e?.event === 'begun'
const transitions = (entries: readonly Entry[]): readonly string[] =>
  entries.filter((e) => !isClaim(e) && !isBegun(e) && e.event !== 'recovered').map((e) => `${e.from} ${e.to}`)

/** Waits for the condition while the command runs; false when the command ended first. */
async function during(running: Running, what: string, holds: () => boolean): Promise<boolean> {
  let over = false
  void running.ended.then(() => {
    over = true
  })
  let seen = false
  await until(
    what,
    () => {
      seen ||= holds()
      return seen || over
    },
    300_000,
    1,
  )
  return seen
}

const kill = async (running: Running): Promise<void> => {
  running.child.kill('SIGKILL')
  await running.ended
}

/** Lines of the newest test's attempts so far. */
function attemptsSoFar(s: Story, number: number): number {
  const sessions = join(s.home, 'testnet/sessions')
  try {
    const [session = ''] = readdirSync(sessions)
    return (
      readFileSync(join(sessions, session, `test-${number}/evidence`, itemsFile('connectivity')), 'utf8').split('\n')
        .length - 1
    )
  } catch {
    return 0
  }
}

/** A whole run, whatever happened on the way; but every test that was begun is told, and has what is left of it. */
async function wholeButTold(s: Story, cutOff: readonly number[], recordedBefore = 0): Promise<void> {
  expect(await s.sessions()).toHaveLength(1)
  const entries = await s.entries()
  const again = Array.from({ length: recordedBefore }, () => 'TEST TEST')
  expect(transitions(entries)).toEqual([...whole.slice(0, -1), ...again, ...whole.slice(-1)])
  expect(chainFaults(entries)).toEqual([])
  const v = await s.verdict()
  expect(v.result).toBe('passed')
  expect(
    v.samples.map((j) => `${j.subject.pair.from} ${j.subject.pair.to} ${j.outcome} ${String(j.grade)}`).sort(),
  ).toEqual(peers.flatMap((a) => peers.filter((b) => b !== a).map((b) => `${a} ${b} success A`)).sort())
  const story = entries[0]?.session ?? ''
  expect(v.findings.map((f) => f.message)).toEqual([
    `${cutOff.length === 1 ? '1 test' : `${cutOff.length} tests`} of this program begun before and not ended: ${cutOff.map((n) => `${story} test ${n}`).join(', ')}`,
  ])
  // What is left of each was sealed when the next one began.
  const sealed = entries.flatMap((e) => (e.event === 'begun' ? e.facts.interrupted : []))
  for (const n of cutOff) {
    const roots = new Set(sealed.flatMap((i) => (i.test === n ? [i.evidenceRoot] : [])))
    const left = join(s.home, 'testnet/sessions', story, `test-${n}`, 'manifest.json')
    expect([...roots]).toEqual([
      existsSync(left) ? (JSON.parse(readFileSync(left, 'utf8')) as { root: string }).root : null,
    ])
  }
  expect(await Promise.all(nodes.map((n) => holderOn(lab, n)))).toEqual(['-', '-', '-', '-'])
  const verified = await cli(['verify', await s.folder(), '--ledger', join(s.home, 'testnet', 'ledger.git')], s.home)
  expect(verified.out).toMatch(/^valid: passed; .*; anchored in /)
  expect(verified.code).toBe(0)
}

describe('SIGKILL', () => {
  test('right after every transition of the ledger, in turn; each run that goes on claims the session first', async () => {
    const s = await story({ dir: place.dir, lab: id, nodes })
    const project = join(s.home, 'testnet')
    mkdirSync(project, { recursive: true })
    const killedAt: string[] = []
    for (let over = false; !over && killedAt.length <= whole.length + 1;) {
      const tips = new Set([tipOf(project)])
      // A session that something acts in is claimed before it is gone on with.
      // And a test of which only the beginning is known is begun anew.
      const claims = (killedAt.length >= 2 ? 1 : 0) + (killedAt.includes('TEST TEST') ? 1 : 0)
      const running = await s.begin()
      const moved = await during(running, 'the next entry', () => tips.add(tipOf(project)).size > 1 + claims)
      if (!moved) throw new Error(`the command ended without an entry: ${(await running.ended).err.slice(-3000)}`)
      await kill(running)
      const last = (await s.entries()).at(-1)
      killedAt.push(`${String(last?.from)} ${String(last?.to)}`)
      over = last?.to === 'COMPLETE'
    }
    expect(killedAt).toEqual([...whole.slice(0, -1), 'TEST TEST', ...whole.slice(-1)])
    expect((await s.entries()).filter(isClaim)).toHaveLength(whole.length - 1)
    // The last one died with its leases in hand.
    const held = await Promise.all(nodes.map((n) => holderOn(lab, n)))
    expect(new Set(held)).toEqual(new Set([(await s.entries())[0]?.session]))
    const stopped = await cli(['stop', 'testnet'], s.home)
    expect(stopped.err).toContain('has ended already (COMPLETE)')
    expect(stopped.err).toContain(
      'testnet-peer was stopped, and stays so at the next boot, on saorsa-2, saorsa-7, saorsa-8\n',
    )
    expect(await Promise.all(peers.map((n) => lab.on(n, 'systemctl is-active testnet-peer || true')))).toEqual(
      peers.map(() => 'inactive\n'),
    )
    expect(stopped.code).toBe(0)
    await wholeButTold(s, [1])
  })

  test('in the middle of stages: during the deploy, after the first attempt, after the fourth', async () => {
    const s = await story({ dir: place.dir, lab: id, nodes })
    const binary = join(s.home, 'testnet/sessions')
    const uploading = await s.begin()
    // The binary is kept, so BUILD is nearly over: the kill falls between it and the deploy of the last node.
    expect(
      await during(uploading, 'the kept binary', () => {
        try {
          return readdirSync(binary).some((session) => readdirSync(join(binary, session)).includes('binary'))
        } catch {
          return false
        }
      }),
    ).toBe(true)
    await kill(uploading)
    for (const [i, k] of [1, 4].entries()) {
      const testing = await s.begin()
      expect(await during(testing, `attempt ${k}`, () => attemptsSoFar(s, i + 1) >= k)).toBe(true)
      await kill(testing)
    }
    const pids = await Promise.all(peers.map((n) => runningOn(lab, n)))
    const end = await s.run()
    expect(end.code).toBe(0)
    // Resuming a test restarts no service.
    expect(await Promise.all(peers.map((n) => runningOn(lab, n)))).toEqual(pids)
    await wholeButTold(s, [1, 2], 1)
  })
})

describe('Ctrl-C', () => {
  test('in the middle of the test: exit 130, leases given back, the next run completes', async () => {
    const s = await story({ dir: place.dir, lab: id, nodes })
    const testing = await s.begin({ group: true })
    expect(await during(testing, 'the second attempt', () => attemptsSoFar(s, 1) >= 2)).toBe(true)
    process.kill(-(testing.child.pid ?? NaN), 'SIGINT')
    const ended = await testing.ended
    expect([ended.code, ended.signal]).toEqual([130, null])
    expect(ended.err).toContain('interrupted; run the same command again to continue')
    expect(await Promise.all(nodes.map((n) => holderOn(lab, n)))).toEqual(['-', '-', '-', '-'])
    expect((await s.entries()).at(-1)?.to).toBe('TEST')
    expect((await s.run()).code).toBe(0)
    await wholeButTold(s, [1])
  })
})

describe('one fleet, many hands', () => {
  const fleet = ['--fleet', 'lab', '--lab', id]
  const lost = async (): Promise<Story> => {
    const s = await story({ dir: place.dir, lab: id, nodes })
    await s.runInto('TEST')
    return s
  }

  test('the home of an orchestrator is lost: its leases are listed and broken by hand, and another goes on at once', async () => {
    const [gone] = await (await lost()).sessions()
    const other = await story({ dir: place.dir, lab: id, nodes })
    const listed = await cli(['lease', '--json', ...fleet], other.home)
    expect(listed.code).toBe(0)
    type Row = Readonly<Record<'node' | 'service' | 'session', string>> & {
      readonly secondsLeft: number
      readonly odd: boolean
    }
    const rows = (JSON.parse(listed.out) as readonly Row[]).filter((r) => r.service === 'testnet-peer')
    expect(rows.map((r) => [r.node, r.session, r.odd])).toEqual(nodes.map((n) => [n, gone, false]))
    // Of a run at work: minutes.
    expect(Math.max(...rows.map((r) => r.secondsLeft))).toBeLessThanOrEqual(300)

    const unasked = await cli(['lease', 'break', '--all', ...fleet], other.home)
    expect([unasked.code, unasked.err]).toEqual([
      2,
      expect.stringMatching(/U054[^]*try: vps-test lease break --all .*--yes/),
    ])
    const broken = await cli(['lease', 'break', '--all', '--session', gone ?? '', ...fleet, '--yes'], other.home)
    expect([broken.code, broken.err]).toEqual([0, expect.stringContaining('testnet-peer on saorsa-1')])
    expect(await Promise.all(nodes.map((n) => holderOn(lab, n)))).toEqual(['-', '-', '-', '-'])
    expect((await cli(['lease', 'break', 'nowhere', ...fleet, '--yes'], other.home)).code).toBe(2)
    expect((await other.run()).answer).toMatchObject({ state: 'COMPLETE', verdict: 'passed' })
  })

  test('a port that another project’s service has is named with whose it is, and remove of that one frees it', async () => {
    const first = await story({ dir: place.dir, lab: id, nodes })
    await deployOnly(first)
    const [session = ''] = await first.sessions()
    const second = await story({ dir: place.dir, lab: id, nodes, project: 'other' })
    const refused = await second.run()
    const owner = `is project testnet's (session ${session}) on`
    expect([refused.code, refused.err]).toEqual([
      10,
      expect.stringContaining(`tcp 8080 (held by testnet-peer-registry.service) ${owner} saorsa-1; `),
    ])
    expect(refused.err).toContain(
      `udp 9000 (held by testnet-peer.service) ${owner} saorsa-2, saorsa-7, saorsa-8: give other a service_name`,
    )
    // Before anything is built or sent.
    expect((await second.entries()).map((e) => e.event)).toEqual(['begin', 'confirmed', 'unrecoverable'])
    // What takes another's service and data away is not for typing as printed.
    expect(refused.out).toContain('"remedy":"vps-test nodes --fleet ')
    const removed = await cli(['remove', 'testnet', '--yes'], first.home)
    expect([removed.code, removed.err]).toEqual([
      0,
      expect.stringContaining(
        'testnet-peer was removed, with its releases and its data, on saorsa-2, saorsa-7, saorsa-8',
      ),
    ])
    for (const node of nodes)
      expect(
        await lab.on(
          node,
          'systemctl list-units --all --plain --no-legend "testnet-peer*"; ls /opt /var/lib | grep testnet || true',
        ),
      ).toBe('')
    await second.runInto('TEST')
  })
})
