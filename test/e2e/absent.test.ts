/** Nodes that are off, and nodes that somebody else holds. */
import { firingsOf } from '../../src/domain/recovery/firing.ts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { shellLine } from '../../src/adapters/ssh/line.ts'
import { acquireLease, releaseLease } from '../../src/commands/lease.ts'
import { exitLeaseLost, switchTo } from '../../src/commands/release.ts'
import { scratch } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Story } from './session.ts'
import { deployOnly, holderOn, installed, releasesOn, runningOn, service } from './subject.ts'

const place = scratch()
const id = 'e4'
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-8', 'saorsa-10']
let lab: Lab
const broken: (() => Promise<unknown>)[] = []
const session = (): Promise<Story> => story({ dir: place.dir, lab: id, nodes })

beforeAll(async () => {
  lab = await openLab(id)
  await deployOnly(await session())
})
afterEach(async () => {
  for (const repair of broken.splice(0).reverse()) await repair()
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

describe('a lease held by another session', () => {
  const other = {
    service,
    holder: 'other-session-1',
    who: 'mallory@elsewhere',
    why: 'test of something else',
    seconds: 600,
  }

  test('is refused: who holds it is named, nothing is touched, nobody else loses theirs', async () => {
    await lab.on('saorsa-8', shellLine(acquireLease(other)))
    broken.push(() => lab.on('saorsa-8', shellLine(releaseLease(service, other.holder))))
    const before = [await runningOn(lab, 'saorsa-8'), await releasesOn(lab, 'saorsa-8')]
    const s = await session()
    const end = await s.run()
    expect(end.answer.why).toMatch(
      /^saorsa-8: testnet-peer is leased by mallory@elsewhere \(session other-session-1, test of something else\) until \d{4}-/,
    )
    expect(end.answer).toMatchObject({ state: 'STOPPED', verdict: null })
    expect(end.code).toBe(10)
    expect((await s.entries()).map((e) => e.from)).toEqual(['IDLE', 'INTERVIEW', 'SETUP'])
    expect([await runningOn(lab, 'saorsa-8'), await releasesOn(lab, 'saorsa-8')]).toEqual(before)
    expect(await holderOn(lab, 'saorsa-8')).toBe('other-session-1')
    expect(await Promise.all(nodes.filter((n) => n !== 'saorsa-8').map((n) => holderOn(lab, n)))).toEqual([
      '-',
      '-',
      '-',
      '-',
      '-',
    ])
  })

  test('a holder whose time is over cannot switch any more, even when it comes back', async () => {
    const stale = await lab.on('saorsa-7', shellLine(acquireLease({ ...other, holder: 'stale-session', seconds: 0 })))
    const fence = Number(stale.split(' ')[1])
    const now = await lab.on('saorsa-7', shellLine(acquireLease(other)))
    broken.push(() => lab.on('saorsa-7', shellLine(releaseLease(service, other.holder))))
    expect(Number(now.split(' ')[1])).toBe(fence + 1)
    const release = { name: 'testnet-peer', installPath: installed, sha256: 'f'.repeat(64), bytes: 1 }
    const current = await lab.on('saorsa-7', `readlink ${installed}/current`)
    const attempt = (holder: string, number: number): Promise<string> =>
      lab.on('saorsa-7', shellLine(switchTo(release, { service, holder, fence: number })))
    await expect(attempt('stale-session', fence)).rejects.toMatchObject({
      code: exitLeaseLost,
      stderr: `lease lost: other-session-1 has ${fence + 1}\n`,
    })
    await expect(attempt('other-session-1', fence)).rejects.toMatchObject({ code: exitLeaseLost })
    expect(await lab.on('saorsa-7', `readlink ${installed}/current`)).toBe(current)
  })
})

describe('power', () => {
  test('two of five peers off: the rest goes on, what is not covered is listed, the coverage rule decides', async () => {
    for (const node of ['saorsa-8', 'saorsa-10']) {
      await lab.off(node)
      broken.push(() => lab.power(node))
    }
    const s = await session()
    const end = await s.run()
    const excluded = (await s.entries()).flatMap((e) =>
      e.from === 'SETUP' && 'excluded' in e.facts ? (e.facts.excluded ?? []) : [],
    )
    expect(excluded.map((e) => `${e.node} ${e.code}`).sort()).toEqual(['saorsa-10 T004', 'saorsa-8 T004'])
    const v = await s.verdict()
    expect(v.samples.map((j) => j.outcome)).toEqual(Array.from({ length: 6 }, () => 'success'))
    const pairs = v.notCovered.filter((n) => n.kind === 'subject')
    expect(pairs).toHaveLength(14)
    expect(
      pairs.every((n) =>
        /^saorsa-(8|10) was left out: saorsa-\1 cannot be reached|^saorsa-(8|10) was left out: saorsa-\2: cannot be reached/.test(
          n.why,
        ),
      ),
    ).toBe(true)
    expect(v.notCovered).toContainEqual({ kind: 'nat', nat: 'symmetric', why: 'saorsa-10 was not tried' })
    expect(v.reasons.map((r) => r.text)).toEqual([
      'direct: 4 of 12 pairs tried = 33.3 %, coverage asks for 80 %: needs 6 more pairs, about 15 s',
      'nat_traversed: 2 of 6 pairs tried = 33.3 %, coverage asks for 80 %: needs 3 more pairs, about 8 s',
      'relay: 0 counted attempts, the sample floor is 2: needs 2 more attempts, about 5 s',
      'relay: 0 of 2 pairs tried = 0 %, coverage asks for 80 %: needs 2 more pairs, about 5 s',
    ])
    expect(end.answer).toMatchObject({ state: 'STOPPED', verdict: 'inconclusive' })
    expect(end.code).toBe(30)
  })

  test('three of five off: stopped before anything is changed, with the reason', async () => {
    for (const node of ['saorsa-6', 'saorsa-8', 'saorsa-10']) {
      await lab.off(node)
      broken.push(() => lab.power(node))
    }
    const before = await runningOn(lab, 'saorsa-7')
    const s = await session()
    const end = await s.run()
    expect(end.answer).toMatchObject({
      state: 'STOPPED',
      verdict: null,
      why: expect.stringMatching(
        /^2 of 5 peers are available: fewer than 50 %: saorsa-6: cannot be reached.* \(3 nodes left out\)$/s,
      ) as string,
    })
    expect(end.code).toBe(10)
    const entries = await s.entries()
    expect(entries.filter((e) => e.event !== 'recovered').map((e) => e.from)).toEqual(['IDLE', 'INTERVIEW', 'SETUP'])
    const left = firingsOf(entries).filter((f) => f.rule === 'node-left-out')
    expect(left.map((f) => `${f.node} ${f.nth} of ${f.of}${f.usedUp ? ', used up' : ''}`)).toEqual([
      'saorsa-6 1 of 2',
      'saorsa-8 2 of 2',
      'saorsa-10 2 of 2, used up',
    ])
    expect(await runningOn(lab, 'saorsa-7')).toBe(before)
    expect(await holderOn(lab, 'saorsa-7')).toBe('-')
  })
})
