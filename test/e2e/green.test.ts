/** The whole main job on a small lab, and what `verify` says of its evidence afterwards. */
import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import pkg from '../../package.json' with { type: 'json' }
import type { Context } from '../../src/app/context.ts'
import type { VerifyResult } from '../../src/app/evidence.ts'
import { verify as verifyVerb } from '../../src/cli/verify.ts'
import { cli, scratch, type Ended } from './cli.ts'
import { openLab, type Lab } from './lab.ts'
import { story, type Answer, type Story } from './session.ts'

const place = scratch()
const nodes = ['saorsa-1', 'saorsa-2', 'saorsa-6', 'saorsa-7', 'saorsa-8', 'saorsa-10']
let lab: Lab
let run: Story
let end: Ended & { readonly answer: Answer }

beforeAll(async () => {
  lab = await openLab('e1')
  run = await story({
    dir: place.dir,
    lab: 'e1',
    nodes,
    custom: [
      {
        name: 'own address',
        command: 'id -u; ip -4 -o address show scope global; exit 3',
        success_pattern: '^65534\\n(?s:.)*inet (198\\.1[89]|192\\.168)\\.',
        expected_exit: 3,
      },
    ],
  })
  end = await run.run()
})
afterAll(async () => {
  await lab.down()
  place.remove()
})

describe('a good program on a good fleet', () => {
  test('passes, and the session is complete', async () => {
    expect(end.answer).toMatchObject({ state: 'COMPLETE', verdict: 'passed', exitCode: 0 })
    expect(end.code).toBe(0)
    expect((await run.entries()).map((e) => `${e.from} ${e.to}`)).toEqual([
      'IDLE INTERVIEW',
      'INTERVIEW SETUP',
      'SETUP BUILD',
      'BUILD DEPLOY',
      'DEPLOY TEST',
      'TEST TEST',
      'TEST COMPLETE',
    ])
  })
  test('tries each of the 20 ordered pairs once, each with the full grade', async () => {
    const v = await run.verdict()
    expect(v.samples.map((j) => `${j.outcome} ${String(j.grade)}`)).toEqual(
      Array.from({ length: 20 }, () => 'success A'),
    )
    expect(new Set(v.samples.map((j) => `${j.subject.pair.from} ${j.subject.pair.to}`)).size).toBe(20)
    expect(
      Object.fromEntries(Object.entries(v.classes).map(([c, r]) => [c, [r.planned, r.attempts, r.successes]])),
    ).toEqual({ direct: [12, 12, 12], nat_traversed: [6, 6, 6], relay: [2, 2, 2] })
    expect(v.findings).toEqual([])
    expect(v.reasons).toEqual([])
  })
  test("runs the configuration's command on each peer, as nobody and in the service's own namespace", async () => {
    const { suites } = await run.verdict()
    expect(suites.command?.samples.map((s) => s.sentence)).toEqual(
      nodes.slice(1).map((n) => `${n}: own address: exit 3, and its output matches`),
    )
    expect(suites.command?.groups).toMatchObject([
      { name: 'own address', planned: 5, attempts: 5, successes: 5, target: 100, met: true },
    ])
  })
  test('relays exactly where physics asks for it, through the bootstrap node', async () => {
    const v = await run.verdict()
    expect(
      v.samples
        .filter((j) => j.path === 'relayed')
        .map((j) => `${j.subject.pair.from} ${j.subject.pair.to} ${String(j.relayVia)}`)
        .sort(),
    ).toEqual(['saorsa-10 saorsa-6 saorsa-2', 'saorsa-6 saorsa-10 saorsa-2'])
    expect(
      v.samples
        .filter((j) => j.punched)
        .map((j) => j.subject.pair.to)
        .sort(),
    ).toEqual(['saorsa-10', 'saorsa-10', 'saorsa-10', 'saorsa-6', 'saorsa-6', 'saorsa-6'])
  })
  test('gives the leases back', async () => {
    expect(await lab.on('saorsa-7', 'sed -n 3p /var/lib/vps-test/leases/testnet-peer')).toBe('-\n')
  })
})

describe('verify', () => {
  const verify = async (
    folder: string,
    ...more: readonly string[]
  ): Promise<{ readonly code: number | null; readonly result: VerifyResult }> => {
    const ended = await cli(['verify', folder, '--json', ...more], run.home)
    return { code: ended.code, result: JSON.parse(ended.out) as VerifyResult }
  }
  const copy = async (): Promise<string> => {
    const to = join(scratchCopy(), 'evidence-copy')
    cpSync(await run.folder(), to, { recursive: true })
    return to
  }
  /** The same verb without a process of its own. */
  const judge = async (folder: string): Promise<{ readonly code: number; readonly result: VerifyResult }> => {
    const said: string[] = []
    const surroundings = {
      cwd: folder,
      version: pkg.version,
      terminal: {
        print: (text: string) => {
          said.push(text)
        },
      },
    } as unknown as Context
    const code = await verifyVerb(surroundings, folder, { json: true })
    return { code, result: JSON.parse(said.join('')) as VerifyResult }
  }
  let copies = 0
  const scratchCopy = (): string => join(place.dir, `copy-${copies++}`)

  test('finds the evidence valid, and anchored in the ledger', async () => {
    const { code, result } = await verify(await run.folder(), '--ledger', join(run.home, 'testnet/ledger.git'))
    expect(result).toMatchObject({
      faults: [],
      verdict: 'passed',
      anchored: true,
      anchor: expect.stringMatching(/^anchored in .*, entry 6 \(/) as string,
    })
    expect(code).toBe(0)
    // The one beside it came by the same hand.
    expect(await verify(await run.folder())).toMatchObject({ code: 31, result: { faults: [], anchored: false } })
  })
  test('says of a copy elsewhere: consistent, unanchored', async () => {
    const { code, result } = await verify(await copy())
    expect(result).toMatchObject({
      faults: [],
      verdict: 'passed',
      anchor: 'consistent, unanchored: no ledger was named',
    })
    expect(code).toBe(31)
  })
  test('takes the ledger it is given, and refuses that of another session', async () => {
    expect(await verify(await copy(), '--ledger', join(run.home, 'testnet/ledger.git'))).toMatchObject({
      code: 0,
      result: { anchor: expect.stringMatching(/^anchored in /) as string },
    })
    const other = await story({ dir: place.dir, lab: 'e1', nodes })
    await other.runInto('SETUP')
    const { code, result } = await verify(await copy(), '--ledger', join(other.home, 'testnet/ledger.git'))
    expect(result.faults).toEqual([expect.stringMatching(/^the ledger does not hold this test/) as string])
    expect(code).toBe(20)
  })
  test.each([
    ['evidence/suites/connectivity.jsonl', '"evidence/suites/connectivity.jsonl" was changed'],
    ['evidence/suites/command.jsonl', '"evidence/suites/command.jsonl" was changed'],
    ['evidence/logs/saorsa-7.log', '"evidence/logs/saorsa-7.log" was changed'],
    ['evidence/registry/api-peers.json', '"evidence/registry/api-peers.json" was changed'],
    ['evidence/verdict.json', '"evidence/verdict.json" was changed'],
    ['evidence/plan.json', '"evidence/plan.json" was changed'],
    ['evidence/ledger.jsonl', '"evidence/ledger.jsonl" was changed'],
    ['manifest.json', 'manifest.json: the root digest does not follow'],
    ['proof', 'does not follow from the evidence'],
  ])('fails when one byte of %s is changed, and names the file', async (kind, fault) => {
    const folder = await copy()
    const name = kind === 'proof' ? (readdirSync(folder).find((f) => f.startsWith('proof-')) ?? '') : kind
    const bytes = readFileSync(join(folder, name))
    // A digit becomes another digit: the file stays readable.
    const at = bytes.findLastIndex((b) => b >= 0x30 && b <= 0x38)
    bytes[at] = (bytes[at] ?? 0) + 1
    writeFileSync(join(folder, name), bytes)
    const { code, result } = await judge(folder)
    expect(result.faults).toContainEqual(expect.stringContaining(kind === 'proof' ? `${name} ${fault}` : fault))
    expect(code).toBe(20)
  })
  test('fails when a byte between the values of manifest.json is changed', async () => {
    const folder = await copy()
    const file = join(folder, 'manifest.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('\n ', '\n\t'))
    expect(await judge(folder)).toMatchObject({
      code: 20,
      result: { faults: ['manifest.json: not written as it was sealed'] },
    })
  })
  test('fails when a file is added or taken away', async () => {
    const folder = await copy()
    rmSync(join(folder, 'evidence/logs/saorsa-8.log'))
    writeFileSync(join(folder, 'evidence/logs/saorsa-99.log'), '')
    expect(await judge(folder)).toMatchObject({
      code: 20,
      result: { faults: ['"evidence/logs/saorsa-8.log" is missing', '"evidence/logs/saorsa-99.log" is not listed'] },
    })
  })
})

/** Last: the newest session is then another. */
describe('what a person asks of the same fleet by hand', () => {
  const onLab = ['--fleet', 'lab', '--lab', 'e1']
  test('one pair once more, by the program that lies there: never a pass', async () => {
    const [session = ''] = await run.sessions()
    const ended = await cli(['test', '--session', session, '--pair', 'saorsa-2:saorsa-8', '--yes', '--json'], run.home)
    const answer = JSON.parse(ended.out.trim().split('\n').at(-1) ?? '') as Answer
    expect(answer, ended.err).toMatchObject({ state: 'STOPPED', verdict: 'inconclusive', exitCode: 30 })
    const { samples } = await run.verdict()
    expect(samples.map(({ subject: { pair } }) => `${pair.from} ${pair.to}`)).toEqual(['saorsa-2 saorsa-8'])
  })
  test('diagnose looks at one node', async () => {
    const { code, out, err } = await cli(['diagnose', 'saorsa-8', ...onLab], place.dir)
    expect([code, out], err).toEqual([0, expect.stringContaining('saorsa-8')])
    expect(out).toContain('testnet-peer')
  })
  test('nodes trust pins the key that a node shows', async () => {
    const text = readFileSync('/var/lib/vps-test/lab-e1/fleet.yaml', 'utf8')
    const [pinned, key = ''] = /^    host_keys:\n      - (ssh-ed25519 \S+)\n/m.exec(text) ?? []
    const file = join(place.dir, 'untrusted.yaml')
    writeFileSync(file, text.replace(pinned ?? '', ''))
    const { code, out, err } = await cli(['nodes', 'trust', '--fleet', file, '--yes'], place.dir)
    expect([code, out], err).toEqual([0, expect.stringContaining('saorsa-1  ssh-ed25519')])
    expect(readFileSync(file, 'utf8')).toContain(key)
  })
})
