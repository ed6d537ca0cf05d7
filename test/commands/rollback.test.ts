/** Going back, stopping and dropping releases by real shells: what a second run of one that was cut off does. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { acquireLease } from '../../src/commands/lease.ts'
import { stopStarted } from '../../src/commands/halt.ts'
import { releaseDir, switchTo, type Release } from '../../src/commands/release.ts'
import { dropReleases, lookAtReleases, parseReleases, rollBack, type Back } from '../../src/commands/rollback.ts'
import { settleUnit } from '../../src/commands/service.ts'
import { marker } from '../../src/commands/unit-words.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from './sandbox.ts'

const boxes: Sandbox[] = []
afterAll(() => boxes.forEach((b) => b.close()))

describe.skipIf(!isRoot)(`on a node${needsRoot}`, () => {
  let box: Sandbox
  const lease = (holder: string, fence: number) => ({ service: 'svc', holder, fence })
  const take = (holder: string) =>
    box.run(acquireLease({ service: 'svc', holder, who: 'me', why: 'test', seconds: 600 }))
  const put = (data: string): Release => {
    const sha256 = createHash('sha256').update(data).digest('hex')
    const r = { name: 'peer', installPath: join(box.dir, 'opt'), sha256, bytes: data.length }
    mkdirSync(releaseDir(r), { recursive: true })
    writeFileSync(join(releaseDir(r), 'peer'), data, { mode: 0o755 })
    return r
  }
  const unitFile = (): string => join(box.dir, 'units/svc.service')
  const writeText = (text: string): void => writeFileSync(unitFile(), `${marker}\n${text}\n`)
  /** As a deploy does it. */
  async function deployed(data: string, session: string): Promise<Release> {
    const r = put(data)
    const fence = /acquired (\d+)/.exec((await take(session)).stdout)?.[1]
    writeText(`ExecStart=${data}`)
    expect((await box.run(switchTo(r, lease(session, Number(fence))))).code).toBe(0)
    expect((await box.run(settleUnit('svc', r))).code).toBe(0)
    await box.sh(`sed -i 2s/.*/0/ /var/lib/vps-test/leases/svc`)
    return r
  }
  const current = (): string => readlinkSync(join(box.dir, 'opt/current'))
  const calls = (): string => (existsSync(join(box.dir, 'calls')) ? readFileSync(join(box.dir, 'calls'), 'utf8') : '')
  async function back(how: Back, holder = 'by-hand'): Promise<string> {
    const fence = Number(/acquired (\d+)/.exec((await take(holder)).stdout)?.[1])
    const asked = { unit: 'svc', name: 'peer', installPath: join(box.dir, 'opt'), back: how }
    const { stdout, code, stderr } = await box.run(rollBack(asked, lease(holder, fence)))
    expect([code, stderr]).toEqual([0, ''])
    await box.sh(`sed -i 2s/.*/0/ /var/lib/vps-test/leases/svc`)
    return stdout.trim()
  }
  const seen = async () =>
    parseReleases(
      (await box.run(lookAtReleases('svc', join(box.dir, 'opt'), '/var/lib/vps-test/owners', '/var/lib/svc'))).stdout,
    )
  beforeEach(() => {
    box = sandbox()
    boxes.push(box)
    box.program('systemctl', `echo "$*" >>${box.dir}/calls; [ "$1" != cat ]`)
  })

  test('to the release before, with the unit it ran by; a second run goes no further back, and starts what does not run', async () => {
    const a = await deployed('a', 's1')
    const b = await deployed('b', 's2')
    expect(await back({ kind: 'before', by: null })).toBe(`runs ${a.sha256}`)
    expect([current(), readFileSync(unitFile(), 'utf8')]).toEqual([`releases/${a.sha256}`, `${marker}\nExecStart=a\n`])
    writeFileSync(join(box.dir, 'calls'), '')
    expect(await back({ kind: 'before', by: null })).toBe(`runs ${a.sha256}`)
    // Nothing runs here: one that was cut off before its restart left it so.
    expect(calls()).toContain('restart svc.service')
    expect(await back({ kind: 'to', sha256: b.sha256 })).toBe(`runs ${b.sha256}`)
    expect(readFileSync(unitFile(), 'utf8')).toBe(`${marker}\nExecStart=b\n`)
  })
  test('what runs already is not restarted', async () => {
    const a = await deployed('a', 's1')
    await deployed('b', 's2')
    box.program('systemctl', `echo "$*" >>${box.dir}/calls; case "$*" in *MainPID*) echo 4242;; esac`)
    box.program(
      'sha256sum',
      `case "$1" in /proc/4242/exe) echo "${a.sha256}  x";; *) exec /usr/bin/sha256sum "$@";; esac`,
    )
    await back({ kind: 'before', by: null })
    writeFileSync(join(box.dir, 'calls'), '')
    expect(await back({ kind: 'before', by: null })).toBe(`runs ${a.sha256}`)
    expect(calls()).not.toContain('restart')
  })
  test('a session takes back its own switch only', async () => {
    const a = await deployed('a', 's1')
    await deployed('b', 's2')
    expect(await back({ kind: 'before', by: 's1' })).toBe('found')
    expect(await back({ kind: 'before', by: 's2' }, 's2')).toBe(`runs ${a.sha256}`)
    expect(await back({ kind: 'before', by: 's2' }, 's2')).toBe(`runs ${a.sha256}`)
  })
  test('where nothing ran before, the service is stopped for good; where nothing is known, nothing moves', async () => {
    const a = await deployed('a', 's1')
    expect(await back({ kind: 'before', by: null })).toBe('none')
    expect(calls()).toContain('disable -q --now svc.service')
    const b = await deployed('b', 's2')
    for (const text of ['', 'nonsense', `s2 1 ${a.sha256} releases/x`, `s2 1 ${b.sha256}`]) {
      writeFileSync(join(box.dir, 'opt/.switched'), text)
      expect(await back({ kind: 'before', by: null })).toBe('unknown')
    }
    writeFileSync(join(box.dir, 'opt/.switched'), `s2 1 ${b.sha256} ../../etc`)
    expect(await back({ kind: 'before', by: null })).toBe('unknown')
    expect(await back({ kind: 'to', sha256: 'f'.repeat(64) })).toBe('missing')
    writeFileSync(join(releaseDir(a), 'peer'), 'another')
    expect(await back({ kind: 'to', sha256: a.sha256 })).toBe('damaged')
    expect(current()).toBe(`releases/${b.sha256}`)
  })
  test('a switch that is made again with a new lease still knows what was current before the first', async () => {
    const a = await deployed('a', 's1')
    const b = await deployed('b', 's2')
    await deployed('b', 's2')
    expect(await back({ kind: 'before', by: 's2' }, 's2')).toBe(`runs ${a.sha256}`)
    await deployed('b', 's3')
    // Another session's switch to what is current is a switch of its own.
    await deployed('b', 's4')
    expect(readFileSync(join(box.dir, 'opt/.switched'), 'utf8')).toMatch(new RegExp(`^s4 .* releases/${b.sha256}\\n$`))
  })
  test('where the same release ran before, nothing is stopped', async () => {
    await deployed('a', 's1')
    const a = await deployed('a', 's2')
    expect(await back({ kind: 'before', by: 's2' }, 's2')).toBe('unknown')
    expect(calls()).not.toContain('disable -q --now')
    expect(current()).toBe(`releases/${a.sha256}`)
  })
  test('a unit of somebody else is left alone, and so is everything without the lease', async () => {
    await deployed('a', 's1')
    const b = await deployed('b', 's2')
    const asked = { unit: 'svc', name: 'peer', installPath: join(box.dir, 'opt'), back: { kind: 'before', by: null } }
    expect((await box.run(rollBack(asked as never, lease('by-hand', 9)))).code).toBe(76)
    writeFileSync(unitFile(), 'by hand')
    expect(await back({ kind: 'before', by: null })).toBe('foreign')
    expect(current()).toBe(`releases/${b.sha256}`)
  })

  test('a session stops what it started, and not what it found', async () => {
    await deployed('a', 's1')
    const stop = async (session: string): Promise<string> => {
      const fence = Number(/acquired (\d+)/.exec((await take(session)).stdout)?.[1])
      const { stdout } = await box.run(stopStarted('svc', join(box.dir, 'opt'), session, lease(session, fence)))
      await box.sh(`sed -i 2s/.*/0/ /var/lib/vps-test/leases/svc`)
      return stdout.trim()
    }
    expect(await stop('s2')).toBe('found')
    expect(calls()).not.toContain('--now')
    expect(await stop('s1')).toBe('stopped')
    expect(calls()).toContain('disable -q --now svc.service')
    writeFileSync(unitFile(), 'by hand')
    expect(await stop('s1')).toBe('foreign')
  })

  test('old releases go; the current one and the one before it never, whatever is asked', async () => {
    const [a, b, c] = [await deployed('a', 's1'), await deployed('b', 's2'), await deployed('c', 's3')]
    utimesSync(releaseDir(a), 1000, 1000)
    expect(await seen()).toMatchObject({ unit: 'ours', running: null, current: c.sha256, before: b.sha256 })
    expect((await seen()).releases.map((r) => r.sha256).at(-1)).toBe(a.sha256)
    const fence = Number(/acquired (\d+)/.exec((await take('by-hand')).stdout)?.[1])
    const all = [a, b, c].map((r) => r.sha256)
    const dropped = await box.run(dropReleases(join(box.dir, 'opt'), [...all, '../..'], lease('by-hand', fence)))
    expect(dropped.stdout).toBe(`${a.sha256}\n`)
    expect((await seen()).releases.map((r) => r.sha256).toSorted()).toEqual([b.sha256, c.sha256].toSorted())
    expect(existsSync(join(box.dir, `opt/.units/${a.sha256}.svc`))).toBe(false)
  })
})

test('what a node says is read by its form', () => {
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)]
  expect(parseReleases(`current releases/${b}\nswitched ${b} releases/${a}\nrunning ${b}`)).toMatchObject({ before: a })
  // It was gone back already.
  expect(parseReleases(`current releases/${a}\nswitched ${b} releases/${a}`)).toMatchObject({ before: a })
  expect(parseReleases(`current releases/${b}\nswitched ${b} none`)).toMatchObject({ before: null })
  expect(parseReleases('nonsense\nrelease x y z\nrunning -\nproject $(x)\nunit odd')).toEqual({
    project: null,
    unit: 'absent',
    running: null,
    current: null,
    before: null,
    releases: [],
    dataKib: 0,
  })
})
