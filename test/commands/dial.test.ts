/** The dialler has no rights, and is ended on the node itself. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { dial, freshDirOf } from '../../src/commands/dial.ts'
import { readSubjectRun, type SubjectRun } from '../../src/commands/subject-run.ts'
import { isRoot, needsRoot } from './sandbox.ts'

const run = async (binary: string, args: readonly string[], seconds: number, more: Partial<SubjectRun> = {}) => {
  const { stdout, stderr } = await localRemote('here', []).run(
    dial({ why: 'test', place: [], program: binary, args, seconds, confinedBy: null, ...more }),
    {
      timeoutMs: 15_000,
      signal: AbortSignal.timeout(15_000),
    },
  )
  return readSubjectRun(stdout, stderr, seconds)
}

/** It listens to SIGINT of its own accord: one in the background is started with that ignored. */
const pythonThatSaysGoodbye =
  'import signal, sys, time\ndef end(*_): print("bye"); sys.exit(3)\nsignal.signal(signal.SIGINT, end)\ntime.sleep(30)'

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
  test('its environment, and a folder of its own that is gone afterwards, whatever it put there', async () => {
    const freshDir = freshDirOf('0123456789abcdef')
    const script = 'mkdir -p "$TMPDIR/a/b" && date >"$TMPDIR/a/b/c" && stat -c "%U %a" "$TMPDIR" && ls "$TMPDIR"'
    const more = { freshDir, environment: { TMPDIR: freshDir } }
    expect(await run('/bin/sh', ['-c', script], 5, more)).toMatchObject({ output: 'nobody 700\na\n', code: 0 })
    expect(existsSync(freshDir)).toBe(false)
  })
  test('a folder that is there already is nobody else’s to use: nothing is started', async () => {
    const freshDir = mkdtempSync(join(tmpdir(), 'taken-'))
    try {
      expect((await run('/bin/true', [], 5, { freshDir })).kind).toBe('not-started')
      expect(existsSync(freshDir)).toBe(true)
    } finally {
      rmSync(freshDir, { recursive: true })
    }
  })
  test('one that is stopped by SIGINT may end by itself', async () => {
    const end = await run('/usr/bin/python3', ['-c', pythonThatSaysGoodbye], 1, { stop: 'SIGINT' })
    expect(end).toMatchObject({ kind: 'ended', late: true, output: 'bye\n' })
  })
  test('one that does not end is ended, also when it does not listen', async () => {
    expect(await run('/bin/sleep', ['60'], 1)).toMatchObject({ kind: 'ended', code: 124, late: true })
    expect(await run('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], 3)).toMatchObject({
      code: 137,
      late: true,
    })
  })
})
