/** One start asks all tools: each answer is its own tool's, whatever another prints, and what fails is named. */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { askTools, readAnswers } from '../../src/adapters/build/questions.ts'
import { Failure } from '../../src/domain/failure.ts'
import { never, scratch } from './world.ts'

const good = { zig: 'echo 0.13.0', 'cargo-zigbuild': 'echo cargo-zigbuild 0.20', rustc: 'echo rustc 1.90' }
const cargo = '[ "$1" = metadata ] && echo "{}" || echo cargo 1.90'

async function answers(tools: Readonly<Record<string, string>>) {
  const bin = scratch()
  for (const [name, says] of Object.entries({ ...good, cargo, ...tools })) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${says}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const env = { PATH: `${bin}:/usr/bin:/bin` }
  return askTools(join(bin, 'zig'), { cwd: bin, env }, never).catch((error: unknown) =>
    error instanceof Failure ? error.facts : error,
  )
}

test('all answer in one start, and no output passes for another tool’s', async () => {
  expect(await answers({ rustc: 'printf "rustc 1.90\\n0 5 0\\nother0 5 0\\n"; echo "0 1 0" >&2' })).toEqual({
    versions: {
      rustc: 'rustc 1.90\n0 5 0\nother0 5 0',
      cargo: 'cargo 1.90',
      zigbuild: 'cargo-zigbuild 0.20',
      zig: '0.13.0',
    },
    metadata: '{}\n',
  })
})

test('a manifest that cargo cannot read is no fault of a tool', async () => {
  expect(await answers({ cargo: '[ "$1" = metadata ] && exit 101; echo cargo 1.90' })).toMatchObject({ metadata: null })
})

test.each([
  ['zig', 'exit 3', { code: 'I303', message: 'zig version failed (3): it said nothing' }],
  ['cargo', 'echo "error: no such thing" >&2; exit 1', { message: 'cargo --version failed (1): error: no such thing' }],
  ['cargo-zigbuild', 'kill -9 $PPID', { message: 'cargo-zigbuild --version gave no answer: it said nothing' }],
  ['rustc', 'echo not installed; exit 1', { rustc: { facts: { code: 'I303' } } }],
])('%s that does not answer is named', async (name, says, fault) => {
  expect(await answers({ [name]: says })).toMatchObject(fault)
})

test('what is cut off in the middle is no answer', () => {
  const whole = Buffer.from('0 2 1\nabc1 0 0\n')
  expect(readAnswers(whole)).toEqual([
    { code: 0, out: 'ab', err: 'c' },
    { code: 1, out: '', err: '' },
  ])
  expect(readAnswers(whole.subarray(0, 8))).toEqual([])
  expect(readAnswers(whole.subarray(0, 12))).toHaveLength(1)
  expect(readAnswers(Buffer.from('no frame\n0 0 0\n'))).toEqual([])
})
