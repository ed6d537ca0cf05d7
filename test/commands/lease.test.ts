/** The lease by real shells: who holds it, until when, and a number that never goes down. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import {
  acquireLease,
  breakLease,
  fenced,
  listLeases,
  parseLease,
  parseLeases,
  releaseLease,
  renewLease,
  type LeaseAnswer,
} from '../../src/commands/lease.ts'
import { sh } from '../../src/commands/quote.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from './sandbox.ts'

const boxes: Sandbox[] = []
afterAll(() => {
  boxes.forEach((b) => {
    b.close()
  })
})

describe.skipIf(!isRoot)(`a lease on a node${needsRoot}`, () => {
  let box: Sandbox
  beforeEach(() => {
    box = sandbox()
    boxes.push(box)
  })
  const take = async (
    holder: string,
    seconds = 600,
    service = 'svc',
  ): Promise<LeaseAnswer & { code: number | null }> => {
    const result = await box.run(
      acquireLease({ service, holder, who: `${holder}@here`, why: 'it\'s a "test"', seconds }),
    )
    return { ...parseLease(result.stdout), code: result.code }
  }
  const guard = (holder: string, fence: number) =>
    box.run({
      kind: 'script',
      why: 'guarded',
      idempotent: false,
      text: sh`${fenced('svc', holder, fence)}
    echo done`,
    })
  const file = (): string => join(box.dir, 'lib/vps-test/leases/svc')
  const expire = (): void => {
    const [fence, , ...rest] = readFileSync(file(), 'utf8').split('\n')
    writeFileSync(file(), [fence, '1000', ...rest].join('\n'))
  }

  test('is taken, kept by its holder with the same number, and refused to others with who, why and until when', async () => {
    const now = Math.floor(Date.now() / 1000)
    const first = await take('s1')
    expect(first).toMatchObject({ kind: 'acquired', fence: 1, code: 0 })
    expect(first.kind === 'acquired' && Math.abs(first.until - now - 600)).toBeLessThan(10)
    expect(await take('s1', 900)).toMatchObject({ kind: 'acquired', fence: 1 })
    expect(await take('s2')).toMatchObject({
      kind: 'held',
      fence: 1,
      holder: 's1',
      who: 's1@here',
      why: 'it\'s a "test"',
      code: 75,
    })
    expect(await take('s2', 600, 'another')).toMatchObject({ kind: 'acquired', fence: 1 })
  })
  test('goes to the next with a higher number after it expired, and after it was given back', async () => {
    await take('s1')
    expire()
    expect(await take('s2')).toMatchObject({ kind: 'acquired', fence: 2 })
    expect((await box.run(releaseLease('svc', 's2'))).code).toBe(0)
    expect(await take('s3')).toMatchObject({ kind: 'acquired', fence: 3 })
    expire()
    expect(await take('s3')).toMatchObject({ kind: 'acquired', fence: 4 })
  })
  const until = (): number => Number(readFileSync(file(), 'utf8').split('\n')[1])
  test('lasts as long as its holder asked for last; given back, it is free at once', async () => {
    const long = await take('s1', 90_000)
    const again = await take('s1', 300)
    expect(again).toMatchObject({ kind: 'acquired', fence: 1, code: 0 })
    expect(long.kind === 'acquired' && again.kind === 'acquired' && long.until - again.until).toBeGreaterThan(89_000)
    await box.run(releaseLease('svc', 's1'))
    expect(await take('s2', 600)).toMatchObject({ kind: 'acquired', fence: 2 })
  })
  test('is renewed by its holder with its number, also after it ran out, and never shortened so', async () => {
    await take('s1', 900)
    const before = until()
    expect((await box.run(renewLease('svc', 's1', 1, 300))).code).toBe(0)
    expect(until()).toBe(before)
    expire()
    expect((await box.run(renewLease('svc', 's1', 1, 300))).code).toBe(0)
    expect(until()).toBeGreaterThan(before - 900)
    expect(await take('s2')).toMatchObject({ kind: 'held', holder: 's1', who: 's1@here' })
  })
  test('is not renewed for whom it was taken from: by the next, or by a person who broke it', async () => {
    await take('s1')
    expire()
    await take('s2')
    expect(await box.run(renewLease('svc', 's1', 1, 300))).toMatchObject({ code: 76 })
    expect((await box.run(breakLease('svc'))).code).toBe(0)
    expect(await box.run(renewLease('svc', 's2', 2, 300))).toMatchObject({ code: 76 })
    expect(await guard('s2', 2)).toMatchObject({ code: 76 })
    expect(await take('s2')).toMatchObject({ kind: 'acquired', fence: 4 })
  })
  test('is listed with its holder and how long it lasts; what was given back or ran out is not', async () => {
    await take('s1', 600)
    await take('s2', 90, 'other')
    await take('s3', 90, 'third')
    await box.run(releaseLease('third', 's3'))
    const seen = parseLeases((await box.run(listLeases)).stdout)
    expect(seen.map(({ service, holder, who, why, fence }) => [service, holder, who, why, fence])).toEqual([
      ['other', 's2', 's2@here', 'it\'s a "test"', 1],
      ['svc', 's1', 's1@here', 'it\'s a "test"', 1],
    ])
    expect(seen.every((l) => l.secondsLeft > 80 && l.secondsLeft <= 600)).toBe(true)
    expire()
    expect(parseLeases((await box.run(listLeases)).stdout).map((l) => l.service)).toEqual(['other'])
  })
  test.each([
    ['words', 'abc', '4000000000'],
    ['what a shell would compute', 'a[$(touch computed)]', '4000000000'],
    ['an octal number', '08', '4000000000'],
    ['a number beyond all', '7', '99999999999999'],
    ['less than none', '-3', '4000000000'],
    ['a file that lost its end', '', ''],
  ])(
    'a file that no run wrote (%s) is nobody’s: listed by none, taken and broken by anybody',
    async (_, fence, until) => {
      await take('s1')
      const written = [fence, until, 's1', 'e30='].join('\n')
      writeFileSync(file(), `${written}\n`)
      expect(parseLeases((await box.run(listLeases)).stdout)).toEqual([])
      expect((await guard('s1', 1)).code).toBe(76)
      const now = Math.floor(Date.now() / 1000)
      const taken = await take('s2')
      expect(taken).toMatchObject({ kind: 'acquired', code: 0 })
      // Higher than whatever it was: its holder changes nothing any more.
      if (fence !== '7') expect('fence' in taken ? taken.fence : 0).toBeGreaterThanOrEqual(now)
      writeFileSync(file(), `${written}\n`)
      expect((await box.run(breakLease('svc'))).code).toBe(0)
      expect(await take('s3')).toMatchObject({ kind: 'acquired', code: 0 })
    },
  )
  test('is not given back by another', async () => {
    await take('s1')
    expect((await box.run(releaseLease('svc', 's2'))).code).toBe(0)
    expect(await take('s2')).toMatchObject({ kind: 'held', holder: 's1' })
  })
  test('of ten at once, one gets it', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => take(`s${i}`)))
    expect(answers.filter((a) => a.kind === 'acquired')).toHaveLength(1)
    expect(answers.filter((a) => a.kind === 'held')).toHaveLength(9)
  })
  test('guards a script: only its holder, with its number, before it expires', async () => {
    await take('s1')
    expect(await guard('s1', 1)).toMatchObject({ code: 0, stdout: 'done\n' })
    expect(await guard('s1', 2)).toMatchObject({ code: 76, stdout: '', stderr: 'lease lost: s1 has 1\n' })
    expect(await guard('s2', 1)).toMatchObject({ code: 76, stdout: '' })
    expire()
    expect(await guard('s1', 1)).toMatchObject({ code: 76, stdout: '' })
    await box.run(releaseLease('svc', 's1'))
    expect(await guard('s1', 1)).toMatchObject({ code: 76, stdout: '' })
  })
  test("an empty or torn file is nobody's", async () => {
    await take('s1')
    writeFileSync(file(), '')
    expect(await take('s2')).toMatchObject({ kind: 'acquired', fence: 1 })
    writeFileSync(file(), '7\n9')
    expect(await take('s3')).toMatchObject({ kind: 'acquired', fence: 8 })
  })
})

test('who and why are one word, whatever is in them; the lease is synced before it counts', () => {
  const command = acquireLease({ service: 'svc', holder: 's', who: '$(reboot) \'"', why: '\n`id`', seconds: 5 })
  expect(command).toMatchObject({ kind: 'script', idempotent: true })
  expect(command.kind === 'script' && command.text).not.toMatch(/reboot|`id`/)
  expect(command.kind === 'script' && command.text).toMatch(/sync "\$d\/\$s.new"; mv/)
})

test.each([
  ['acquired 3 1700000000', { kind: 'acquired', fence: 3, until: 1_700_000_000 }],
  [
    'noise\nheld 3 1700000000 s1 eyJ3aG8iOiJtZSIsIndoeSI6Im15IHdheSJ9\n',
    { kind: 'held', fence: 3, until: 1_700_000_000, holder: 's1', who: 'me', why: 'my way' },
  ],
  ['held 3 1700000000 s1 !!!', { kind: 'held', fence: 3, until: 1_700_000_000, holder: 's1', who: '', why: '' }],
  ['held 3 9999999999999999 s1 x', { kind: 'unreadable', text: 'held 3 9999999999999999 s1 x' }],
  ['held x y s1', { kind: 'unreadable', text: 'held x y s1' }],
  ['acquired', { kind: 'unreadable', text: 'acquired' }],
  ['', { kind: 'unreadable', text: '' }],
])('reads %j', (text, answer) => {
  expect(parseLease(text)).toEqual(answer)
})
