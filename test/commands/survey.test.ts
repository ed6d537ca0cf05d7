/** What a node says about itself, from this machine, and from nodes that say odd things. */
import { expect, test } from 'vitest'
import { refuseUnfit } from '../../src/instruments/fitness.ts'
import { labFleet } from '../kit/plan.ts'
import { failureOf } from '../inputs/read.ts'
import { isRoot, needsRoot, sandbox } from './sandbox.ts'
import { localRemote } from '../../src/adapters/local.ts'
import { parseSurvey, parseUnfit, survey, whoThere } from '../../src/commands/survey.ts'

const here = { runtime: { kind: 'systemd' } } as const

test('this machine', async () => {
  const began = Date.now()
  const result = await localRemote('here', []).run(survey("/opt/it's not there/peer", here), {
    timeoutMs: 60_000,
    signal: AbortSignal.timeout(60_000),
  })
  const took = Date.now() - began
  const facts = parseSurvey(result.stdout, began)
  expect(result.code).toBe(0)
  expect(facts.freeBytes).toBeGreaterThan(1 << 20)
  expect(facts.bootId).toMatch(/^[0-9a-f-]{36}$/)
  // However long the command took: the clock was read somewhere within it.
  expect(Math.abs(facts.clockSkewMs)).toBeLessThan(2000 + took)
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

test.skipIf(!isRoot)(
  `a place where nothing can be executed is named before anything is put there${needsRoot}`,
  async () => {
    const box = sandbox()
    try {
      const on = `mkdir -p ${box.dir}/opt; mount --bind ${box.dir}/opt ${box.dir}/opt; mount -o remount,bind,noexec ${box.dir}/opt; `
      const asked = survey(`${box.dir}/opt/not/there`, here)
      const plain = await box.run(asked)
      expect(parseUnfit(plain.stdout)).toEqual({ user: 'root', uid: 0, sudo: false, noexec: [], place: null })
      const odd = await box.run({ ...asked, kind: 'script', text: `${on}${asked.kind === 'script' ? asked.text : ''}` })
      expect(parseUnfit(odd.stdout).noexec).toEqual([`${box.dir}/opt`])
    } finally {
      box.close()
    }
  },
)

test('who we are there', async () => {
  const said = await localRemote('here', []).run(whoThere(here), {
    timeoutMs: 60_000,
    signal: AbortSignal.timeout(60_000),
  })
  expect(parseUnfit(said.stdout).uid).toBe(process.getuid?.())
})

test.each([
  ['uid 1000\nuser deploy\nsudo yes\n', 'I132', 'user deploy is not root (uid 1000); it may use sudo'],
  ['uid 1000\nuser deploy\n', 'I132', 'user deploy is not root (uid 1000)'],
  ['uid x\n', 'I132', '(uid unknown)'],
  ['', 'I132', '(uid unknown)'],
  ['uid 0\nuser root\nnoexec /opt\n', 'I157', 'nothing below /opt can be executed'],
] as const)('a node that says %j is refused', (said, code, text) => {
  const failure = failureOf(() => {
    refuseUnfit(labFleet(['a']), 'a', parseUnfit(said))
  })
  expect(failure?.facts.code).toBe(code)
  expect(failure?.message).toContain(text)
})
test('root with room to execute is let in, also under another name', () => {
  refuseUnfit(labFleet(['a']), 'a', parseUnfit('uid 0\nuser toor\n'))
})
