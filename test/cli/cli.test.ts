/** The verbs that need no node, by the real command line: exit codes, what is missing, and JSON that parses. */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import { reachedEntries } from '../kit/reached.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { entryAfter, story } from '../kit/session.ts'
import { clean, cli, home, root, scratch } from './cli.ts'

afterAll(clean)
const example = ['--repo', 'examples/testnet', '--fleet', 'saorsa']
const answers = ['testnet', 'connectivity', 'threshold', 'logs']

const begin = (session: string, why: string, at = 5): Entry => entryAfter([], ['begin', {}, { why, at }], { session })

describe('start without a terminal', () => {
  test('names every missing answer at once, exits 2, touches nothing', async () => {
    const repo = join(scratch, 'unanswered')
    mkdirSync(repo, { recursive: true })
    const config = readFileSync(join(root, 'examples/testnet/vps-test.yaml'), 'utf8')
    writeFileSync(join(repo, 'vps-test.yaml'), config.slice(0, config.search(/^# For runs where nobody is asked/m)))
    const { code, stdout, stderr } = await cli('start', '--repo', repo, '--fleet', 'saorsa')
    expect([code, stdout]).toEqual([2, ''])
    for (const missing of ['focus', 'criteria', 'proof']) expect(stderr).toContain(`${missing} is missing`)
    expect(stderr).toContain('try: vps-test start')
    expect(existsSync(home)).toBe(false)
  })
  test('every answer given: still no confirmation, so exit 2; nothing is touched', async () => {
    const { code, stderr } = await cli('start', ...answers, ...example)
    expect(code).toBe(2)
    expect(stderr).toContain('U042')
    expect(stderr).toContain(
      'try: vps-test start testnet connectivity threshold logs --repo examples/testnet --fleet saorsa --yes\n',
    )
    expect(existsSync(home)).toBe(false)
  })
  test.each([
    [['start', 'testnet', 'conectivity', 'threshold', 'logs', ...example], /connectivity/],
    [['start', ...answers, '--repo', 'nowhere', '--fleet', 'saorsa'], /U034/],
    [['start', ...answers, '--repo', 'examples/testnet', '--fleet', 'nowhere'], /U032/],
    [['start', ...answers, '--repo', 'examples/testnet'], /U090: no fleet is named: by --fleet/],
    [['plan', ...answers, '--repo', 'examples/testnet'], /U090/],
    [['nodes'], /U090/],
    [['nodes', 'trust'], /U090/],
    [['diagnose', 'saorsa-1'], /U090/],
    [['start', ...answers, ...example, '--release', 'odd'], /U045/],
    [['start', ...answers, 'too-many', ...example], /too many arguments/],
    [['start', '--no-such-flag'], /unknown option/],
    [['launch'], /unknown command/],
    [['verify'], /missing required argument/],
    [['stop', 'nobody'], /U053/],
    [['logs', 'nobody'], /U053/],
  ])('%j exits 2 and says why', async (args, why) => {
    const { code, stderr } = await cli(...args)
    expect(stderr).toMatch(why)
    expect(code).toBe(2)
  })
})

test('a file in another encoding is told as that; a build that cannot run is refused by plan', async () => {
  const config = readFileSync(join(root, 'examples/testnet/vps-test.yaml'), 'utf8')
  const planned = async (name: string, bytes: Uint8Array | string, ...more: readonly string[]) => {
    const repo = join(scratch, name)
    mkdirSync(repo, { recursive: true })
    writeFileSync(join(repo, 'vps-test.yaml'), bytes)
    return cli('plan', ...answers, '--repo', repo, '--fleet', 'saorsa', ...more)
  }
  expect((await planned('utf16', Buffer.from(`\uFEFF${config}`, 'utf16le'))).stderr).toContain(
    'it is written in UTF-16',
  )
  expect((await planned('latin1', Buffer.from(`# für\n${config}`, 'latin1'))).stderr).toContain('not written in UTF-8')
  expect((await planned('mark', `\uFEFF${config.replaceAll('\n', '\r\n')}`)).code).toBe(0)
  const make = config.replace(/^( *build:).*$/m, '$1 make release')
  expect(await planned('make', make)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/U305: .*vps-test\.yaml.*must start with `cargo zigbuild`/),
  })
  expect((await planned('given', make, '--binary', '/bin/true')).code).toBe(0)
  const manifest = (enabled: string): void => {
    mkdirSync(join(scratch, 'features/peer/src'), { recursive: true })
    writeFileSync(join(scratch, 'features/peer/src/main.rs'), '')
    writeFileSync(join(scratch, 'features/Cargo.toml'), '[workspace]\nmembers = ["peer"]\n')
    writeFileSync(
      join(scratch, 'features/peer/Cargo.toml'),
      `[package]\nname = "p"\n[features]\ndefault = [${enabled}]\ncli = []\n[[bin]]\nname = "testnet-peer"\npath = "src/main.rs"\nrequired-features = ["cli"]\n`,
    )
  }
  manifest('')
  expect(await planned('features', config)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/U305: .*testnet-peer needs the feature cli .*add --features cli/),
  })
  manifest('"cli"')
  expect((await planned('features', config)).code).toBe(0)
})

describe('JSON', () => {
  const parsed = async (...args: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await cli(...args, '--json')
    expect([code, stderr]).toEqual([0, ''])
    return JSON.parse(stdout) as unknown
  }
  test('of a plan, twice the same digest', async () => {
    const plan = await parsed('plan', ...answers, ...example)
    expect(plan).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      nodes: expect.arrayContaining(['saorsa-1']),
      answers: { project: { value: 'testnet', from: 'parameter' } },
    })
    expect(await parsed('plan', ...answers, ...example)).toEqual(plan)
  })
  test('of no sessions, and of one', async () => {
    expect(await parsed('status')).toEqual([])
    const ledger = await openGitLedger(join(home, 'testnet', 'ledger.git'))
    const first = begin('testnet-1', 'odd \u001b[2J\n::error::x ##[error]y')
    await ledger.append('testnet-1', first)
    expect(await parsed('status')).toMatchObject([
      { project: 'testnet', id: 'testnet-1', state: 'INTERVIEW', why: first.why },
    ])
    expect(await parsed('logs', 'testnet', '--transitions')).toMatchObject([
      { from: 'IDLE', to: 'INTERVIEW', why: first.why } satisfies Partial<Entry>,
    ])
  })
  test('logs of one session, not of the newest; of one that nobody knows: said, and 2', async () => {
    const ledger = await openGitLedger(join(home, 'twice', 'ledger.git'))
    for (const [id, at, why] of [
      ['twice-1', 5, 'the old one'],
      ['twice-2', 6, 'the new one'],
    ] as const)
      await ledger.append(id, begin(id, why, at))
    expect(await parsed('logs', 'twice', '--transitions')).toMatchObject([{ why: 'the new one' }])
    expect(await parsed('logs', 'twice', '--transitions', '--session', 'twice-1')).toMatchObject([
      { why: 'the old one' },
    ])
    expect((await cli('logs', 'twice', '--transitions', '--session', 'twice-1')).stdout).toMatch(
      /IDLE → INTERVIEW: the old one/,
    )
    for (const verb of ['logs', 'stop'])
      expect(await cli(verb, 'twice', '--session', 'testnet-1')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(
          /U053: project twice has no session testnet-1; known are twice-2, twice-1\ntry: vps-test status/,
        ) as string,
      })
  })
  test('of two sessions and what is different, and of all that there were', async () => {
    const ledger = await openGitLedger(join(home, 'differ', 'ledger.git'))
    const tested = ['begin', ['confirmed', { soak: [], proof: 'logs' }], 'ready', 'built', 'deployed', 'begun'] as const
    for (const [session, last] of [
      ['differ-1', ['passed']],
      ['differ-2', ['failed', 'no-fix-command']],
    ] as const)
      for (const entry of story([...tested, ...last], { session })) await ledger.append(session, entry)
    const { code, stdout, stderr } = await cli('compare', 'differ-1', 'differ-2', '--json')
    expect([code, stderr]).toEqual([0, expect.stringContaining('the evidence of differ-1 is not read')])
    expect(JSON.parse(stdout)).toMatchObject({
      a: { session: 'differ-1', result: 'passed' },
      b: { session: 'differ-2', result: 'failed' },
    })
    expect(await parsed('history', 'differ')).toMatchObject([{ verdict: 'failed' }, { verdict: 'passed' }])
  })
  test('and why one failed: its causes, each with a command; of one that nobody knows: 2', async () => {
    const ledger = await openGitLedger(join(home, 'uncompiled', 'ledger.git'))
    const faults = [{ file: 'src/main.rs', line: 3, message: 'mismatched types' }]
    const steps = [
      'begin',
      ['confirmed', { soak: [], proof: 'logs' }],
      'ready',
      ['failed', { code: 'P301', faults }],
    ] as const
    for (const entry of story([...steps], { session: 'uncompiled-1' })) await ledger.append('uncompiled-1', entry)
    const { code, stdout } = await cli('explain', 'uncompiled', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      session: 'uncompiled-1',
      stage: 'BUILD',
      causes: [{ id: 'does-not-compile', owner: 'product', look: 'cargo check' }],
    })
    expect((await cli('explain', 'uncompiled')).stdout).toContain('src/main.rs:3: mismatched types')
    expect((await cli('explain', 'uncompiled', '--session', 'nobody')).code).toBe(2)
  })
  test('and for a person: no escape, no workflow command', async () => {
    for (const args of [['status'], ['logs', 'testnet']]) {
      const { code, stdout } = await cli(...args)
      expect(code).toBe(0)
      expect(stdout).toContain('INTERVIEW')
      expect(stdout).not.toMatch(/##\[|^\s*::/m)
      expect(stdout).not.toContain('\u001b')
    }
  })
  test('status makes no ledgers in folders that have none', async () => {
    mkdirSync(join(home, 'photos'), { recursive: true })
    expect((await cli('status')).code).toBe(0)
    expect(readdirSync(join(home, 'photos'))).toEqual([])
  })
})

test('a stopped session is stopped, and not stopped twice', async () => {
  const ledger = await openGitLedger(join(home, 'stopping', 'ledger.git'))
  await ledger.append('stopping-1', begin('stopping-1', 'x'))
  expect((await cli('stop', 'stopping')).code).toBe(0)
  expect(reachedEntries(await ledger.read('stopping-1')).at(-1)).toMatchObject({
    from: 'INTERVIEW',
    event: 'stop',
    to: 'STOPPED',
  })
  await cli('stop', 'stopping')
  expect(await ledger.read('stopping-1')).toHaveLength(2)
})

test('verify: no evidence folder is 2, something else in its place is 20', async () => {
  expect((await cli('verify', join(scratch, 'nowhere'))).code).toBe(2)
  const dir = join(scratch, 'broken')
  mkdirSync(join(dir, 'evidence'), { recursive: true })
  for (const text of ['', '{}', 'null', '{"files":[],"root":"x"}', '[1]']) {
    writeFileSync(join(dir, 'manifest.json'), text)
    const { code, stdout } = await cli('verify', dir, '--json')
    expect(code).toBe(20)
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: null,
      faults: expect.arrayContaining([expect.stringContaining('cannot be read')]),
    })
  }
  expect((await cli('verify', dir)).stdout).toMatch(/^✗ .*\nNOT VALID/s)
})

test('help, for the program and a verb, is 0', async () => {
  for (const args of [['--help'], ['start', '--help'], ['--version']]) expect((await cli(...args)).code).toBe(0)
})
