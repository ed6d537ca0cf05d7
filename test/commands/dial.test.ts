/** The dialler has no rights, and is ended on the node itself. */
import { describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { dial } from '../../src/commands/dial.ts'
import { readSubjectRun } from '../../src/commands/subject-run.ts'
import { isRoot, needsRoot } from './sandbox.ts'

const run = async (binary: string, args: readonly string[], seconds: number) => {
  const { stdout, stderr } = await localRemote('here', []).run(dial('test', [], binary, args, seconds), {
    timeoutMs: 15_000,
    signal: AbortSignal.timeout(15_000),
  })
  return readSubjectRun(stdout, stderr, seconds)
}

describe.skipIf(!isRoot)(`really${needsRoot}`, () => {
  test('nobody, without groups, capabilities or a way to get them', async () => {
    const end = await run('/bin/cat', ['/proc/self/status'], 5)
    const stdout = end.kind === 'ended' ? end.output : ''
    const value = (key: string): string => new RegExp(`^${key}:[ \\t]*(.*?)[ \\t]*$`, 'm').exec(stdout)?.[1] ?? '?'
    expect([value('Uid'), value('Gid'), value('Groups')].map((v) => v.split('\t')[0])).toEqual(['65534', '65534', ''])
    expect(['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((k) => Number(`0x${value(k)}`))).toEqual([
      0, 0, 0, 0, 0,
    ])
    expect(value('NoNewPrivs')).toBe('1')
    const nft = await run('/bin/sh', ['-c', 'nft list tables'], 5)
    expect(nft).toMatchObject({ kind: 'ended' })
    expect(nft).not.toMatchObject({ code: 0 })
  })
  test('one that does not end is ended, also when it does not listen', async () => {
    expect(await run('/bin/sleep', ['60'], 1)).toMatchObject({ kind: 'ended', code: 124, late: true })
    expect(await run('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], 3)).toMatchObject({
      code: 137,
      late: true,
    })
  })
})
