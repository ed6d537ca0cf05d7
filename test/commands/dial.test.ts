/** The dialler has no rights, and a deadline on the node itself. */
import { describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { dial } from '../../src/commands/dial.ts'
import { isRoot, needsRoot } from './sandbox.ts'

const run = (binary: string, args: readonly string[], seconds: number) =>
  localRemote('here', []).run(dial('test', [], binary, args, seconds), {
    timeoutMs: 15_000,
    signal: AbortSignal.timeout(15_000),
  })

test('the command line', () => {
  expect(dial('dial b', ['in'], '/opt/p', ['--to', 'x y'], 13)).toEqual({
    kind: 'argv',
    why: 'dial b',
    idempotent: false,
    argv: [
      'in',
      'timeout',
      '-k',
      '2',
      '13',
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--no-new-privs',
      '--',
      '/opt/p',
      '--to',
      'x y',
    ],
  })
})

describe.skipIf(!isRoot)(`really${needsRoot}`, () => {
  test('nobody, without groups, capabilities or a way to get them', async () => {
    const { stdout } = await run('cat', ['/proc/self/status'], 5)
    const value = (key: string): string => new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(stdout)?.[1] ?? '?'
    expect([value('Uid'), value('Gid'), value('Groups')].map((v) => v.split('\t')[0])).toEqual(['65534', '65534', ''])
    expect(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((k) => Number(`0x${value(k)}`))).toEqual([
      0, 0, 0, 0, 0,
    ])
    expect(value('NoNewPrivs')).toBe('1')
    expect((await run('nft', ['list', 'tables'], 5)).code).not.toBe(0)
  })
  test('one that does not end is ended, also when it does not listen', async () => {
    expect((await run('sleep', ['60'], 1)).code).toBe(124)
    expect(await run('sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], 3)).toMatchObject({
      code: null,
      signal: 'SIGKILL',
    })
  })
})
