/** What a node says about itself, from this machine, and from nodes that say odd things. */
import { expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { parseSurvey, survey } from '../../src/commands/survey.ts'

test('this machine', async () => {
  const began = Date.now()
  const result = await localRemote('here', []).run(survey("/opt/it's not there/peer"), {
    timeoutMs: 10_000,
    signal: AbortSignal.timeout(10_000),
  })
  const facts = parseSurvey(result.stdout, began)
  expect(result.code).toBe(0)
  expect(facts.freeBytes).toBeGreaterThan(1 << 20)
  expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/)
  expect(Math.abs(facts.clockSkewMs)).toBeLessThan(5000)
  expect(facts.uptimeSeconds).toBeGreaterThan(0)
  expect(facts.missingTools.filter((t) => ['sha256sum', 'timeout', 'gzip'].includes(t))).toEqual([])
})

const good =
  'now 1700000005000\nfree 2048\nboot 11111111-2222-3333-4444-555555555555\nmachine x86_64\nglibc glibc 2.36\nuptime 12.5\nmissing nft\nmissing flock\n'
test('reads clock, disk, tools, library', () => {
  expect(parseSurvey(good, 1_700_000_000_000)).toEqual({
    freeBytes: 2 << 20,
    bootId: '11111111-2222-3333-4444-555555555555',
    clockSkewMs: 5000,
    missingTools: ['nft', 'flock'],
    machine: 'x86_64',
    glibc: '2.36',
    uptimeSeconds: 12.5,
  })
})
test.each([
  ['a date without milliseconds', good.replace('now 1700000005000', 'now 1700000005%3N'), { clockSkewMs: 0 }],
  ['no free space known', good.replace('free 2048', 'free '), { freeBytes: 0 }],
  [
    'text for a number',
    good.replace('free 2048', 'free lots').replace('uptime 12.5', 'uptime Infinity'),
    { freeBytes: 0, uptimeSeconds: 0 },
  ],
  ['musl', good.replace('glibc glibc 2.36', 'glibc '), { glibc: null }],
  [
    'nothing',
    '',
    { freeBytes: 0, bootId: '', clockSkewMs: 0, missingTools: [], machine: '', glibc: null, uptimeSeconds: 0 },
  ],
])('%s', (_, text, facts) => {
  expect(parseSurvey(text, 1_700_000_000_000)).toMatchObject(facts)
})
