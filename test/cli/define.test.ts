/** Every verb through the command line's own parser: which handler gets what; no handler acts. */
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../src/app/context.ts'
import { defineVerbs } from '../../src/cli/define.ts'
import { lookFurther } from '../../src/domain/failed/look.ts'
import { verbs, type Verbs } from '../../src/cli/verbs.ts'
import { contextOf } from '../../src/app/surroundings.ts'

interface Call {
  readonly verb: string
  readonly context: Context
  readonly given: readonly unknown[]
}

const here = contextOf({
  env: { GH_TOKEN: 'secret' },
  cwd: '/nowhere',
  home: '/nowhere',
  directory: import.meta.dirname,
  signal: new AbortController().signal,
  version: '1.2.3',
})

/** Every handler writes down what it got. */
function recorder(calls: Call[]): Verbs {
  const of =
    (verb: string) =>
    async (context: Context, ...given: readonly unknown[]) => {
      calls.push({ verb, context, given })
      return 0
    }
  return Object.fromEntries(Object.keys(verbs).map((verb) => [verb, of(verb)])) as unknown as Verbs
}

async function parse(...argv: readonly string[]): Promise<Call> {
  const calls: Call[] = []
  const program = new Command('vps-test').version('1.2.3').exitOverride()
  program.configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
  const codes: number[] = []
  defineVerbs(program, here, (code) => codes.push(code), recorder(calls))
  await program.parseAsync([...argv], { from: 'user' })
  const [call] = calls
  if (call === undefined || calls.length !== 1 || codes.length !== 1) throw new Error(`${calls.length} calls`)
  return call
}

const key = (path: string) => ({ kind: 'file', path })
const words = { project: 'p', focus: 'f', criteria: 'c', proof: 'l' }
const planned = { repo: '.' }
const rows: readonly (readonly [string, keyof Verbs, readonly unknown[]])[] = [
  ['start', 'start', [{}, planned]],
  ['start p f c l --yes --json', 'start', [words, { ...planned, yes: true, json: true }]],
  [
    'start p --fleet x --lab 2 --key k --repo r --config g --binary b --soak off --nodes a,b --on-busy refuse',
    'start',
    [
      { project: 'p' },
      {
        fleet: 'x',
        lab: '2',
        key: 'k',
        repo: 'r',
        config: 'g',
        binary: 'b',
        soak: 'off',
        nodes: 'a,b',
        onBusy: 'refuse',
      },
    ],
  ],
  [
    'start --fleet x p f',
    'start',
    [
      { project: 'p', focus: 'f' },
      { ...planned, fleet: 'x' },
    ],
  ],
  [
    'start --release o/r@v1:a --custom-criteria e --seed 7',
    'start',
    [{}, { ...planned, release: 'o/r@v1:a', customCriteria: 'e', seed: '7' }],
  ],
  ['plan p f c l --fleet x --json', 'plan', [words, { ...planned, fleet: 'x', json: true }]],
  ['plan', 'plan', [{}, planned]],
  ['status', 'status', [{}]],
  ['status p --all', 'status', [{ project: 'p', all: true }]],
  ['status p --watch --session s', 'watch', ['p', { watch: true, session: 's' }]],
  ['status --watch --remote u', 'watch', [undefined, { watch: true, remote: 'u' }]],
  ['status --json --remote https://h/r.git', 'status', [{ json: true, remote: 'https://h/r.git' }]],
  ['logs p --session s --json', 'logs', ['p', { session: 's', json: true, key: null }]],
  ['history', 'history', [undefined, {}]],
  ['history p --limit 5 --json --remote u', 'history', ['p', { limit: '5', json: true, remote: 'u' }]],
  ['compare a b', 'compare', ['a', 'b', {}]],
  ['compare a b --json --remote u', 'compare', ['a', 'b', { json: true, remote: 'u' }]],
  ['explain p', 'explainFailure', ['p', {}]],
  ['explain p --session s --json --remote r', 'explainFailure', ['p', { session: 's', json: true, remote: 'r' }]],
  ['logs p --transitions', 'logs', ['p', { transitions: true, key: null }]],
  [
    'logs p -n a,b --node c --follow --since 10m --grep x --lines 5 --from nodes --key k',
    'logs',
    [
      'p',
      {
        node: ['a', 'b', 'c'],
        follow: true,
        since: '10m',
        grep: 'x',
        lines: '5',
        from: 'nodes',
        key: { kind: 'file', path: 'k' },
      },
    ],
  ],
  ['stop p --session s --key k', 'stop', ['p', { services: 'stop', session: 's', key: key('k') }]],
  ['stop p --keep --json', 'stop', ['p', { services: 'keep', json: true, key: null }]],
  ['stop p --rollback --reason why', 'stop', ['p', { services: 'rollback', reason: 'why', key: null }]],
  ['stop p', 'stop', ['p', { services: 'stop', key: null }]],
  ['rollback p', 'rollback', ['p', { key: null }]],
  [
    'rollback p --to abc --nodes a,b --fleet x --key k --yes --json',
    'rollback',
    ['p', { to: 'abc', nodes: 'a,b', fleet: 'x', yes: true, json: true, key: key('k') }],
  ],
  ['remove p --fleet x --key k --yes --json', 'remove', ['p', { fleet: 'x', yes: true, json: true, key: key('k') }]],
  ['gc', 'gc', [{ olderThan: '30d', key: null }]],
  [
    'gc --older-than 2w --dry-run --nodes --fleet x --lab l --key k --yes --json',
    'gc',
    [{ olderThan: '2w', dryRun: true, nodes: true, fleet: 'x', lab: 'l', yes: true, json: true, key: key('k') }],
  ],
  ['soak', 'soak', [{ key: null }]],
  ['soak --watch --key k --session s --json', 'soak', [{ watch: true, key: key('k'), session: 's', json: true }]],
  ['approve', 'approve', [undefined, {}]],
  ['approve --session s --yes', 'approve', [undefined, { session: 's', yes: true }]],
  ['approve p --reject --comment no --session s', 'approve', ['p', { reject: true, comment: 'no', session: 's' }]],
  [
    'diagnose n --fleet x --lab 2 --key k --json',
    'diagnose',
    ['n', { fleet: 'x', lab: '2', key: key('k'), json: true }],
  ],
  ['diagnose --fleet x n', 'diagnose', ['n', { fleet: 'x', key: null }]],
  ['init', 'init', [{ dir: '.', ref: 'v1.2.3' }]],
  ['init --dir d --ref v9 --fleet x', 'init', [{ dir: 'd', ref: 'v9', fleet: 'x' }]],
  [
    'check a.yaml b.yaml --try n --fleet f --lab l --key k --binary x --json',
    'check',
    [
      ['a.yaml', 'b.yaml'],
      { try: 'n', fleet: 'f', lab: 'l', binary: 'x', json: true, key: { kind: 'file', path: 'k' } },
    ],
  ],
  ['verify d --ledger l --json', 'verify', ['d', { ledger: 'l', json: true }]],
  ['nodes', 'nodes', [{ key: null }]],
  ['nodes --measure', 'nodes', [{ measure: true, key: null }]],
  [
    'nodes --fleet x --lab 2 --key k --no-measure --json',
    'nodes',
    [{ fleet: 'x', lab: '2', key: key('k'), measure: false, json: true }],
  ],
  ['nodes trust --fleet x', 'trust', [[], { fleet: 'x', key: null }]],
  ['nodes trust a b --fleet x --yes', 'trust', [['a', 'b'], { fleet: 'x', yes: true, key: null }]],
  ['nodes trust --fleet x --lab 2 --key k a', 'trust', [['a'], { fleet: 'x', lab: '2', key: key('k') }]],
  ['nodes --fleet x trust a', 'trust', [['a'], { fleet: 'x', key: null }]],
  ['nodes --fleet x --key k trust --fleet y', 'trust', [[], { fleet: 'y', key: key('k') }]],
  ['lease', 'leases', [{ key: null }]],
  ['lease --fleet x --lab 2 --key k --json', 'leases', [{ fleet: 'x', lab: '2', key: key('k'), json: true }]],
  ['lease break a b --fleet x', 'leaseBreak', [['a', 'b'], { fleet: 'x', key: null }]],
  [
    'lease break --all --session s --yes --fleet x --lab 2 --key k --json',
    'leaseBreak',
    [[], { all: true, session: 's', yes: true, fleet: 'x', lab: '2', key: key('k'), json: true }],
  ],
  ['lease --fleet x --key k break a --fleet y', 'leaseBreak', [['a'], { fleet: 'y', key: key('k') }]],
  [
    'lab up --lab 2 --topology t --shaping none --no-measure --seed 7',
    'labUp',
    [{ lab: '2', topology: 't', shaping: 'none', measure: false, seed: '7' }],
  ],
  ['lab up', 'labUp', [{ shaping: 'auto', measure: true }]],
  ['lab down --lab 2', 'labDown', [{ lab: '2' }]],
  ['lab status --lab 2 --json --no-measure', 'labStatus', [{ lab: '2', json: true, measure: false }]],
  ['lab shell n --lab 2', 'labShell', ['n', { lab: '2' }]],
  ['lab doctor --fix --json', 'doctor', [{ fix: true, json: true }]],
  ['doctor --fix', 'doctor', [{ fix: true }]],
  [
    'test --failed s --remote https://h/r --binary b --key k --on-busy refuse --yes --json',
    'test',
    [
      {
        failed: 's',
        pair: [],
        remote: 'https://h/r',
        binary: 'b',
        key: 'k',
        onBusy: 'refuse',
        yes: true,
        json: true,
      },
    ],
  ],
  ['test --session s --pair a:b --pair b:a:gossip', 'test', [{ session: 's', pair: ['a:b', 'b:a:gossip'] }]],
  ['notify --json', 'notifyChannels', [{ json: true }]],
  ['notify test --json', 'notifyTest', [{ json: true }]],
]

describe('a line of words reaches the handler of its verb', () => {
  test.each(rows)('%s', async (line, verb, given) => {
    const call = await parse(...line.split(' '))
    expect({ verb: call.verb, given: call.given }).toEqual({ verb, given })
  })
  test('every handler has a row', () => {
    expect(new Set(rows.map(([, verb]) => verb))).toEqual(new Set(Object.keys(verbs)))
  })
  test('every option of every verb has a row', () => {
    const program = new Command('vps-test')
    defineVerbs(program, here, () => undefined)
    const unused = leaves(program, []).flatMap(({ path, command }) =>
      command.options
        .map((o) => o.long ?? '')
        .filter((flag) => !rows.some(([line]) => line.startsWith(path) && line.split(' ').includes(flag)))
        .map((flag) => `${path} ${flag}`),
    )
    expect(unused.filter((u) => !repeated.includes(u))).toEqual([])
  })
  test('no fleet is named by anybody but the person', async () => {
    for (const line of ['start', 'plan', 'nodes', 'nodes trust', 'lease', 'lease break n', 'diagnose n', 'init'])
      expect(JSON.stringify((await parse(...line.split(' '))).given)).not.toContain('fleet')
  })
  test.each(['status', 'logs p', 'explain p', 'stop p', 'soak', 'approve', 'verify d'])(
    '%s --remote: the sessions of that ledger',
    async (line) => {
      expect((await parse(...line.split(' '))).context.sessions).toBe(here.sessions)
      const remote = await parse(...line.split(' '), '--remote', 'https://h/r.git')
      expect(remote.context.sessions).not.toBe(here.sessions)
    },
  )
})

/** Options that `plan` and `approve` share with a verb whose row has them. */
const repeated: readonly string[] = [
  ...['--lab', '--key', '--repo', '--config', '--binary', '--release', '--soak', '--nodes', '--on-busy'].map(
    (flag) => `plan ${flag}`,
  ),
  'plan --custom-criteria',
  'plan --seed',
  'lab doctor --json',
  'doctor --json',
  ...['logs', 'stop', 'rollback', 'remove', 'soak', 'approve', 'verify'].map((verb) => `${verb} --remote`),
]

const leaves = (
  command: Command,
  path: readonly string[],
): readonly { readonly path: string; readonly command: Command }[] => [
  ...(path.length === 0 ? [] : [{ path: path.join(' '), command }]),
  ...command.commands.flatMap((child) => leaves(child, [...path, child.name()])),
]

test('every command by which a diagnosis looks further is one that this command line takes', async () => {
  const on = { project: 'testnet', session: 'testnet-1', fleet: 'fleets/mine.yaml' }
  const typed = Object.values(lookFurther)
    .map((command) => command(on, 'saorsa-7'))
    .filter((text) => text.startsWith('vps-test '))
  expect(typed.length).toBeGreaterThan(5)
  const reached = await Promise.all(typed.map(async (text) => (await parse(...text.split(' ').slice(1))).verb))
  expect(new Set(reached)).toEqual(new Set(['logs', 'nodes', 'leases', 'doctor', 'test', 'diagnose', 'trust']))
})
