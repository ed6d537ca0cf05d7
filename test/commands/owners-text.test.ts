/**
 * The owner's shell text on a node, by the real `sh` of this machine: its end is told whatever it prints, and nothing
 * of it is left.
 */
import { describe, expect, test } from 'vitest'
import { localRemote } from '../../src/adapters/local.ts'
import { ownersText, ownersTextEnd } from '../../src/commands/owners-text.ts'
import { isRoot, needsRoot } from './sandbox.ts'

const run = async (text: string, seconds = 5, place: readonly string[] = [], maxBytes = 4096) => {
  const result = await localRemote('here', []).run(ownersText({ why: 'test', place, text, seconds, maxBytes }), {
    timeoutMs: 15_000,
    signal: AbortSignal.timeout(15_000),
  })
  return { ...ownersTextEnd(result.stdout, seconds), stderr: result.stderr }
}

describe.skipIf(!isRoot)(`really${needsRoot}`, () => {
  test.each([
    ['exit 0', 'echo "it\'s $((40 + 2))"', { kind: 'exit', code: 0, output: "it's 42\n" }],
    ['another exit', 'echo a; echo b >&2; exit 7', { kind: 'exit', code: 7, output: 'a\n', stderr: 'b\n' }],
    ['a signal', 'kill -9 $$', { kind: 'exit', code: 137, output: '' }],
    ['an exit that looks like a timeout', 'exit 124', { kind: 'exit', code: 124, output: '' }],
    ['lines that look like ours', 'echo started; echo "0 0"; exit 3', { code: 3, output: 'started\n0 0\n' }],
    ['our own descriptor, which it has not', 'echo "0 1" >&3; exit 3', { code: 3, output: '' }],
    ['nobody', 'id -u; pwd; cat', { kind: 'exit', code: 0, output: '65534\n/\n' }],
  ])('%s', async (_, text, end) => expect(await run(text)).toMatchObject(end))
  test('the end of much output', async () => {
    const end = await run('seq 1 100000; echo last', 5, [], 20)
    expect(end).toMatchObject({ kind: 'exit', code: 0, output: '8\n99999\n100000\nlast\n' })
  })
  test('one that does not end is ended with all its children, and what it printed is kept', async () => {
    expect(await run('echo "$$"; sleep 60 & trap "" TERM; while :; do sleep 0.1; done', 3)).toMatchObject({
      kind: 'timeout',
      output: expect.stringMatching(/^\d+\n$/) as string,
    })
  })
  test('a child that stays behind holds nothing up', async () => {
    // Held up it would be a timeout, after five seconds.
    expect(await run('sleep 60 & echo done')).toMatchObject({ kind: 'exit', code: 0, output: 'done\n' })
  })
  test('a place that cannot be entered is no word of the text', async () =>
    expect(await run('echo hi', 5, ['false'])).toMatchObject({ kind: 'not-started' }))
})

test('an answer of something else is no end', () => {
  expect(ownersTextEnd('', 1)).toEqual({ kind: 'not-started' })
  expect(ownersTextEnd('0 1\nstarted\n', 1)).toEqual({ kind: 'not-started' })
})
