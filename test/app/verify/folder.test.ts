/** What `verify` makes of a folder as it lies there: each file once, regular ones alone, and nothing beside the list. */
import { copyFile, mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { check, type CheckWish } from '../../../src/app/evidence.ts'
import { chain, type Entry } from '../../../src/domain/ledger.ts'
import { manifestOf } from '../../../src/domain/manifest.ts'
import { ctrfOf } from '../../../src/report/ctrf.ts'
import { junitOf } from '../../../src/report/junit.ts'
import { sealedTest, sealedVersion, type SealedTest } from '../../kit/sealed.ts'

const open: SealedTest[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.remove()))
})
async function fresh(): Promise<SealedTest> {
  const one = await sealedTest()
  open.push(one)
  return one
}
const named = (entries: readonly Entry[], name = 'the branch') => ({
  name,
  read: async () => ({ kind: 'entries' as const, entries }),
})
const judged = async (one: SealedTest, wish: Partial<CheckWish> = {}) =>
  (await check(one.folder, { version: sealedVersion, ledgers: [named(one.ledger)], ...wish })).result

test('the whole folder and its ledger: valid, anchored, and what became of the session', async () => {
  const one = await fresh()
  expect(await judged(one)).toMatchObject({
    faults: [],
    verdict: 'passed',
    anchored: true,
    anchor: expect.stringMatching(/^anchored in the branch, session s1, entry 6 /) as string,
    session: [
      expect.stringMatching(/^session s1 is COMPLETE since /),
      expect.stringMatching(/^test-1: passed \(entry 6, .*, this one$/),
    ],
  })
})

describe('nothing lies in it unnoticed', () => {
  test.each<[string, (folder: string) => Promise<unknown>, string]>([
    ['a page of the old name', (f) => writeFile(join(f, 'proof.md'), '# passed'), '"proof.md" is no part'],
    ['a second proof page', (f) => writeFile(join(f, 'proof-2026.md'), '# passed'), '"proof-2026.md" is no part'],
    ['a page of another case', (f) => writeFile(join(f, 'Proof-2026.md'), '# passed'), '"Proof-2026.md" is no part'],
    ['a verdict beside the manifest', (f) => writeFile(join(f, 'verdict.json'), '{}'), '"verdict.json" is no part'],
    ['a JUnit file of other results', (f) => writeFile(join(f, 'junit.xml'), '<testsuites/>'), 'junit.xml does not'],
    ['a CTRF file of other results', (f) => writeFile(join(f, 'ctrf.json'), '{}'), 'ctrf.json does not'],
    [
      'logs beside the evidence',
      async (f) => {
        await mkdir(join(f, 'logs'))
        await writeFile(join(f, 'logs', 'a.log'), 'all is well')
      },
      '"logs/a.log" is no part',
    ],
    ['an empty folder', (f) => mkdir(join(f, 'evidence', 'more')), '"evidence/more" is an empty folder'],
    ['an empty folder at the top', (f) => mkdir(join(f, 'logs')), '"logs" is an empty folder'],
    ['a file that nobody sealed', (f) => writeFile(join(f, 'evidence', 'x'), ''), '"evidence/x" is not listed'],
  ])('%s', async (_, change, fault) => {
    const one = await fresh()
    await change(one.folder)
    const { faults, anchored } = await judged(one)
    expect(faults).toContainEqual(expect.stringContaining(fault))
    expect(anchored).toBe(true)
  })
  test('the JUnit and CTRF files that an artifact has beside it are made again', async () => {
    const one = await fresh()
    await writeFile(join(one.folder, 'junit.xml'), junitOf(one.bundle, one.verdict))
    await writeFile(join(one.folder, 'ctrf.json'), ctrfOf(one.bundle, one.verdict))
    expect((await judged(one)).faults).toEqual([])
  })
})

test('evidence that the list leaves out is judged all the same, and at fault', async () => {
  const one = await fresh()
  await writeFile(join(one.folder, 'manifest.json'), `${JSON.stringify(manifestOf([]), null, 1)}\n`)
  const { faults, verdict } = await judged(one)
  expect(verdict).toBe('passed')
  expect(faults).toContain('"evidence/plan.json" is not listed')
})

describe('only regular files', () => {
  test('a link in the place of a file, and of the whole evidence', async () => {
    const one = await fresh()
    const plan = join(one.folder, 'evidence', 'plan.json')
    await rename(plan, join(one.folder, '..', 'elsewhere'))
    await symlink(join(one.folder, '..', 'elsewhere'), plan)
    expect((await judged(one)).faults).toContainEqual(expect.stringContaining('"evidence/plan.json" is a link'))
    const other = await fresh()
    await rename(join(other.folder, 'evidence'), join(other.folder, '..', 'evidence'))
    await symlink(join(other.folder, '..', 'evidence'), join(other.folder, 'evidence'))
    expect((await judged(other)).faults).toContainEqual(expect.stringContaining('"evidence" is a link'))
  })
  test('the folder itself may be named by a link', async () => {
    const one = await fresh()
    const at = join(one.folder, '..', 'latest')
    await symlink(one.folder, at)
    expect(await judged({ ...one, folder: at })).toMatchObject({ faults: [], anchored: true })
  })
})

describe('a value has one spelling', () => {
  test.each<[string, string, (text: string) => string]>([
    ['a key twice', 'facts.json', (t) => t.replace('"test": 1,', '"test": 2,\n "test": 1,')],
    ['a number spelled in another way', 'running.json', (t) => t.replace('"restarts": 0', '"restarts": 0.0')],
    ['a byte order mark', 'plan.json', (t) => `\ufeff${t}`],
    ['a line end more', 'ledger.jsonl', (t) => `${t}\n`],
  ])('%s', async (_, name, change) => {
    const one = await fresh()
    const file = join(one.folder, 'evidence', name)
    await writeFile(file, change(await readFile(file, 'utf8')))
    expect((await judged(one, { ledgers: [] })).faults.join()).toMatch(
      new RegExp(`${name}: not written as it was sealed|cannot be read`),
    )
  })
})

describe('an anchor is a ledger that the person named', () => {
  test('none: valid, unanchored, and it says so', async () => {
    expect(await judged(await fresh(), { ledgers: [] })).toMatchObject({
      faults: [],
      verdict: 'passed',
      anchored: false,
      anchor: 'consistent, unanchored: no ledger was named',
      session: [],
    })
  })
  test('two that hold it and go on in two ways are no anchor; one that is behind the other is', async () => {
    const one = await fresh()
    const last = one.ledger.at(-1) as Entry
    const goesOn = (why: string) => [...one.ledger, chain(one.ledger, { ...last, why })]
    expect(
      await judged(one, { ledgers: [named(goesOn('by A'), 'a'), named(one.ledger, 'b'), named(goesOn('by B'), 'c')] }),
    ).toMatchObject({
      anchored: false,
      faults: ['a and c go on in two ways: one history of this session was written anew'],
    })
    expect(await judged(one, { ledgers: [named(one.ledger, 'a'), named(goesOn('by A'), 'b')] })).toMatchObject({
      anchored: true,
      faults: [],
    })
  })
  test('two that hold it, and one of two that does not', async () => {
    const one = await fresh()
    expect(await judged(one, { ledgers: [named(one.ledger, 'a'), named(one.ledger, 'b')] })).toMatchObject({
      anchored: true,
      anchor: expect.stringMatching(/^anchored in a, .*; anchored in b, /) as string,
    })
    expect(await judged(one, { ledgers: [named(one.ledger, 'a'), named(one.bundle.entries, 'b')] })).toMatchObject({
      anchored: false,
      faults: [expect.stringContaining('the ledger does not hold this test')],
    })
  })
})

test('a page of another version that this one words in another way is named, and is no proof', async () => {
  const one = await fresh()
  expect(await judged(one, { version: '9.9.9' })).toMatchObject({ faults: [], anchored: true })
  const name = one.sealed.proofPath.replace(/.*\//, '')
  await copyFile(join(one.folder, 'evidence', 'plan.json'), join(one.folder, name))
  expect((await judged(one, { version: '9.9.9', ledgers: [] })).faults).toEqual([
    `${name} does not follow from the evidence: it says that vps-test 1.2.3 wrote it, and this is 9.9.9; verify it with that version`,
  ])
})

test('of faults beyond number the first are told and the rest are counted', async () => {
  const one = await fresh()
  const path = join(one.folder, 'evidence', 'suites', 'connectivity.jsonl')
  const lines = await readFile(path, 'utf8')
  const rounds = lines.split('\n').length - 1
  await writeFile(path, lines.repeat(1 + Math.ceil(300 / rounds)))
  const { faults } = await judged(one)
  expect(faults.length).toBeGreaterThan(100)
  // The hundred, and one for each file that follows from the lines, the diagnosis among them.
  expect(faults.length).toBeLessThan(111)
  expect(faults).toContainEqual(expect.stringMatching(/^… and [1-9]\d* more of this kind$/))
  expect(faults.at(-1)).toContain('the ledger')
})
