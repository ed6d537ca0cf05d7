/** The prober's command lines, and its installation by a real shell. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import {
  classify,
  closePath,
  findProbe,
  installProbe,
  openPath,
  probePath,
  receiveProbe,
  reflect,
  sendProbe,
} from '../../src/commands/probe.ts'
import { isRoot, needsRoot, sandbox } from './sandbox.ts'

const program = Buffer.from('#!/bin/sh\necho probing\n')
const sha256 = createHash('sha256').update(program).digest('hex')
const path = `/var/lib/vps-test/bin/vps-probe-${sha256.slice(0, 16)}`
const pair = { primary: '10.0.0.1', secondary: '10.0.0.2', ports: [21000, 21001], token: 'ab' } as const
const argv = (c: { readonly kind: string; readonly argv?: readonly string[] }): string => (c.argv ?? []).join(' ')

describe.skipIf(!isRoot)(`installing${needsRoot}`, () => {
  const box = sandbox()
  afterAll(() => {
    box.close()
  })
  const installed = (): readonly string[] => {
    const dir = join(box.dir, 'lib/vps-test/bin')
    return existsSync(dir) ? readdirSync(dir) : []
  }

  test('a cut or wrong file leaves nothing, a right one is found by its hash, a changed one is not', async () => {
    const packed = gzipSync(program)
    expect((await box.run(findProbe(sha256))).stdout).toBe('absent\n')
    expect((await box.run(installProbe(sha256), { stdin: new Uint8Array(packed.subarray(0, 20)) })).code).not.toBe(0)
    expect((await box.run(installProbe(sha256), { stdin: new Uint8Array(gzipSync('other')) })).code).toBe(65)
    expect(installed()).toEqual([])
    expect((await box.run(installProbe(sha256), { stdin: new Uint8Array(packed) })).code).toBe(0)
    const [name = ''] = installed()
    expect(`/var/lib/vps-test/bin/${name}`).toBe(path)
    expect(statSync(join(box.dir, 'lib/vps-test/bin', name)).mode & 0o777).toBe(0o755)
    expect((await box.run(findProbe(sha256))).stdout).toBe('present\n')
    writeFileSync(join(box.dir, 'lib/vps-test/bin', name), 'changed')
    expect((await box.run(findProbe(sha256))).stdout).toBe('absent\n')
  })
})

test('command lines', () => {
  expect(probePath(sha256)).toBe(path)
  expect(argv(reflect(probePath(sha256), ['in'], pair, '10.0.0.2', 90))).toBe(
    `in ${path} reflect --ports 21000,21001 --peer 10.0.0.2 --token ab --seconds 90 --until-eof`,
  )
  expect(argv(classify(probePath(sha256), [], pair))).toBe(
    `${path} classify --primary 10.0.0.1 --secondary 10.0.0.2 --ports 21000,21001 --token ab`,
  )
  expect(argv(receiveProbe(sha256, [], 9, 'ab', 15))).toBe(`${path} receive --port 9 --token ab --seconds 15`)
  expect(argv(sendProbe(sha256, [], { to: '10.0.0.2:9', bindPort: 8, token: 'ab', nonce: 'cd', bytes: 600 }))).toMatch(
    new RegExp(`^${path} send --to 10.0.0.2:9 --bind-port 8 --token ab --nonce cd --bytes 600( --|$)`),
  )
  const owner = { session: 'a-1.b', fence: 7, node: 'n1' }
  expect(argv(closePath(['in'], owner, { from: 8, to: 9 }))).toMatch(
    /^in nft add table inet vps_test_wall_a-1\.b_7_n1;.* add element inet vps_test_wall_a-1\.b_7_n1 closed \{ 8 \. 9 timeout 60s \}$/,
  )
  expect(argv(openPath(['in'], owner))).toBe(
    'in nft add table inet vps_test_wall_a-1.b_7_n1; delete table inet vps_test_wall_a-1.b_7_n1',
  )
})
