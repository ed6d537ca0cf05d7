/** Receiving, switching, rolling back and pruning releases, by real shells in a folder of the test. */
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { Command } from '../../src/commands/command.ts'
import { acquireLease, releaseLease } from '../../src/commands/lease.ts'
import {
  currentBinary,
  inspectRelease,
  prune,
  receive,
  releaseDir,
  switchTo,
  type Release,
} from '../../src/commands/release.ts'
import { freeSpace, parseFreed } from '../../src/commands/free-space.ts'
import { putBack, removeUnit } from '../../src/commands/service.ts'
import { marker } from '../../src/commands/unit-words.ts'
import { isRoot, needsRoot, sandbox, type Sandbox } from './sandbox.ts'

const boxes: Sandbox[] = []
afterAll(() => {
  boxes.forEach((b) => {
    b.close()
  })
})
const open = (...args: Parameters<typeof sandbox>): Sandbox => {
  const box = sandbox(...args)
  boxes.push(box)
  return box
}
const program = Buffer.concat([Buffer.from('#!/bin/sh\necho hello\n'), randomBytes(200_000)])
const of = (box: Sandbox, data: Buffer = program, path = "opt/it's here"): Release => ({
  name: 'peer',
  installPath: join(box.dir, path),
  sha256: createHash('sha256').update(data).digest('hex'),
  bytes: data.length,
})
const lease = { service: 'svc', holder: 's1', fence: 1 }
const take = (box: Sandbox) =>
  box.run(acquireLease({ service: 'svc', holder: 's1', who: 'me', why: 'test', seconds: 600 }))
const everything = (dir: string): readonly string[] =>
  existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort() : []

describe.skipIf(!isRoot)(`receive${needsRoot}`, () => {
  let box: Sandbox
  beforeEach(() => {
    box = open()
  })

  test.each(['zstd', 'gzip'] as const)('by %s: the file is there, executable, and found again', async (packing) => {
    const r = of(box)
    expect((await box.run(inspectRelease(r))).stdout).toBe('zstd\n')
    const packed = packing === 'zstd' ? zstdCompressSync(program) : gzipSync(program)
    expect(await box.run(receive(r, packing), { stdin: new Uint8Array(packed) })).toMatchObject({ code: 0, stderr: '' })
    expect(everything(r.installPath)).toEqual(['releases', `releases/${r.sha256}`, `releases/${r.sha256}/peer`])
    expect(readFileSync(join(releaseDir(r), 'peer')).equals(program)).toBe(true)
    expect(statSync(join(releaseDir(r), 'peer')).mode & 0o777).toBe(0o755)
    expect((await box.run(inspectRelease(r))).stdout).toBe('present\n')
  })
  test('a file system that lets nothing be executed is refused with 67, before and after the upload', async () => {
    const r = of(box, program, 'no-exec/peer')
    const on = (command: Command): Command => ({
      ...command,
      kind: 'script',
      text: `d=${box.dir}/no-exec; mkdir -p $d $d.kept; mount --bind $d.kept $d; mount -o remount,bind,noexec $d; ${command.kind === 'script' ? command.text : ''}`,
    })
    const sent = await box.run(on(receive(r, 'gzip')), { stdin: new Uint8Array(gzipSync(program)) })
    expect([sent.code, sent.stderr]).toEqual([67, expect.stringContaining('mounted noexec')])
    expect(everything(join(box.dir, 'no-exec.kept'))).toEqual(['peer', 'peer/releases'])
    await box.sh(`mkdir -p ${box.dir}/no-exec.kept/peer/releases/${r.sha256}`)
    writeFileSync(join(box.dir, 'no-exec.kept/peer/releases', r.sha256, 'peer'), program)
    expect((await box.run(on(inspectRelease(r)))).code).toBe(67)
  })
  test('a changed file is not present', async () => {
    const r = of(box)
    await box.run(receive(r, 'gzip'), { stdin: new Uint8Array(gzipSync(program)) })
    writeFileSync(join(releaseDir(r), 'peer'), 'other')
    expect((await box.run(inspectRelease(r))).stdout).toBe('zstd\n')
  })
  test('another digest is refused with 65 and leaves nothing, beside what was there', async () => {
    const r = of(box)
    expect((await box.run(receive(r, 'gzip'), { stdin: new Uint8Array(gzipSync('something else')) })).code).toBe(65)
    expect(everything(r.installPath)).toEqual(['releases'])
    await box.run(receive(r, 'gzip'), { stdin: new Uint8Array(gzipSync(program)) })
    expect((await box.run(receive(r, 'gzip'), { stdin: new Uint8Array(gzipSync('something else')) })).code).toBe(65)
    expect(everything(releaseDir(r))).toEqual(['peer'])
  })
  test.each([
    ['zstd', 0],
    ['zstd', 0.5],
    ['gzip', 0],
    ['gzip', 0.5],
    ['gzip', 0.999],
  ] as const)('%s cut at %d leaves nothing', async (packing, part) => {
    const r = of(box)
    const packed = packing === 'zstd' ? zstdCompressSync(program) : gzipSync(program)
    const { code } = await box.run(receive(r, packing), {
      stdin: new Uint8Array(packed.subarray(0, Math.floor(packed.length * part))),
    })
    expect([65, 74]).toContain(code)
    expect(everything(r.installPath)).toEqual(['releases'])
  })
  test('a lost caller (TERM) leaves nothing', async () => {
    const r = of(box)
    const stdin = new PassThrough()
    const lost = new AbortController()
    const over = box.run(receive(r, 'gzip'), { stdin, signal: lost.signal })
    stdin.write(gzipSync(program).subarray(0, 50_000))
    await expect.poll(() => everything(r.installPath).some((f) => f.endsWith('.part'))).toBe(true)
    lost.abort(new Error('lost'))
    await expect(over).rejects.toThrow('lost')
    await expect.poll(() => everything(r.installPath)).toEqual(['releases'])
  })
  test('two at once end with one whole file', async () => {
    const r = of(box)
    const stdin = new Uint8Array(gzipSync(program))
    const codes = await Promise.all([1, 2, 3].map(async () => (await box.run(receive(r, 'gzip'), { stdin })).code))
    expect(codes).toEqual([0, 0, 0])
    expect(everything(releaseDir(r))).toEqual(['peer'])
  })
})

describe.skipIf(!isRoot)(`a full disk${needsRoot}`, () => {
  /** The file system lives as long as the command: it is listed by a trap of the shell around it. */
  const attempt = async (size: string, claimed: number) => {
    const box = open({ small: size })
    const data = randomBytes(400_000)
    const r = { ...of(box, data, 'small/opt'), bytes: claimed }
    const command = receive(r, 'gzip')
    const text = command.kind === 'script' ? command.text : ''
    const result = await box.run(
      {
        kind: 'argv',
        why: 'full',
        idempotent: false,
        argv: [
          'sh',
          '-c',
          `sh -c "$0"; code=$?; find ${join(box.dir, 'small')} -mindepth 1 | sed 's/^/left /'; exit $code`,
          text,
        ],
      },
      { stdin: new Uint8Array(gzipSync(data)) },
    )
    return {
      code: result.code,
      stderr: result.stderr,
      left: result.stdout
        .split('\n')
        .filter((l) => l.startsWith('left '))
        .map((l) => l.split('/small/')[1]),
    }
  }
  test('is seen before a byte is sent: 28, with the room there is', async () => {
    const { code, stderr, left } = await attempt('256k', 400_000)
    expect([code, left]).toEqual([28, ['opt', 'opt/releases']])
    expect(stderr).toMatch(/^no space: \d+ KiB free/)
  })
  test('that fills up meanwhile is 28 too, and leaves nothing', async () => {
    const { code, left } = await attempt('256k', 1000)
    expect([code, left]).toEqual([28, ['opt', 'opt/releases']])
  })
})

describe.skipIf(!isRoot)(`switching${needsRoot}`, () => {
  let box: Sandbox
  const put = (data: string): Release => {
    const r = of(box, Buffer.from(data), 'opt/peer')
    mkdirSync(releaseDir(r), { recursive: true })
    writeFileSync(join(releaseDir(r), 'peer'), data, { mode: 0o755 })
    return r
  }
  const current = (r: Release): string => readlinkSync(join(r.installPath, 'current'))
  beforeEach(async () => {
    box = open()
    await take(box)
  })

  const undo = async (r: Release): Promise<string> => (await box.run(putBack('svc', r, lease))).stdout
  const calls = (): string => readFileSync(join(box.dir, 'calls'), 'utf8')
  beforeEach(() => {
    box.program('systemctl', `echo "$*" >>${box.dir}/calls`)
  })

  test('points current at the release; again changes nothing; back again by what the node wrote down', async () => {
    const [a, b] = [put('a'), put('b')]
    expect((await box.run(switchTo(a, lease))).code).toBe(0)
    expect(readFileSync(currentBinary(a), 'utf8')).toBe('a')
    expect((await box.run(switchTo(b, lease))).code).toBe(0)
    expect((await box.run(switchTo(b, lease))).code).toBe(0)
    expect(current(b)).toBe(`releases/${b.sha256}`)
    expect(await undo(b)).toBe('back\n')
    expect(current(a)).toBe(`releases/${a.sha256}`)
    expect(calls()).toBe('reset-failed svc\nrestart svc\n')
    expect(await undo(b)).toBe('untouched\n')
    expect(everything(a.installPath).filter((f) => f.includes('new'))).toEqual([])
  })
  test('goes back to a link of somebody else, too', async () => {
    const r = put('a')
    await box.sh(`mkdir ${r.installPath}/'by hand'; ln -s 'by hand' ${r.installPath}/current`)
    await box.run(switchTo(r, lease))
    expect(await undo(r)).toBe('back\n')
    expect(current(r)).toBe('by hand')
  })
  test('stops a service of which nothing ran before, and one of which nobody knows what did', async () => {
    const [a, b] = [put('a'), put('b')]
    await box.run(switchTo(a, lease))
    expect(await undo(a)).toBe('none\n')
    await box.run(switchTo(b, lease))
    for (const text of [
      '',
      'nonsense',
      `s1 1 ${a.sha256} releases/x`,
      `s1 1 ${b.sha256} releases/gone`,
      `s1 1 ${b.sha256}`,
    ]) {
      writeFileSync(join(b.installPath, '.switched'), text)
      expect(await undo(b)).toBe('unknown\n')
      expect(current(b)).toBe(`releases/${b.sha256}`)
    }
    expect(calls()).not.toContain('restart')
    expect(calls().match(/^stop svc$/gm)).toHaveLength(6)
  })
  test('where the release stays and only the unit was changed, the old unit runs again', async () => {
    const r = put('a')
    await box.run(switchTo(r, lease))
    const unit = join(box.dir, 'units/svc.service')
    writeFileSync(unit, `${marker}\nnew`)
    writeFileSync(`${unit}.before`, 'old')
    expect(await undo(r)).toBe('same\n')
    expect(readFileSync(unit, 'utf8')).toBe('old')
    expect(calls()).toContain('restart svc')
  })
  test('a leftover of a killed switch is no obstacle', async () => {
    const r = put('a')
    await box.sh(`ln -s nowhere ${join(r.installPath, '.current.new')}`)
    expect((await box.run(switchTo(r, lease))).code).toBe(0)
    expect(current(r)).toBe(`releases/${r.sha256}`)
  })
  test('without the lease nothing moves: 76', async () => {
    const [a, b] = [put('a'), put('b')]
    await box.run(switchTo(a, lease))
    expect((await box.run(switchTo(b, { ...lease, fence: 2 }))).code).toBe(76)
    expect((await box.run(switchTo(b, { ...lease, holder: 's2' }))).code).toBe(76)
    await box.run(releaseLease('svc', 's1'))
    expect((await box.run(switchTo(b, lease))).code).toBe(76)
    expect((await box.run(putBack('svc', a, lease))).code).toBe(76)
    expect(current(a)).toBe(`releases/${a.sha256}`)
  })
  test('a service that is removed leaves nothing of what was switched, and all that is not ours', async () => {
    const [a, b] = [put('a'), put('b')]
    const removed = async (): Promise<string> => {
      writeFileSync(join(box.dir, 'units/svc.service'), marker)
      return (await box.run(removeUnit('svc', a.installPath, 'mine', lease))).stdout
    }
    for (const r of [a, b]) await box.run(switchTo(r, lease))
    writeFileSync(join(a.installPath, '.switched.new'), 'cut off')
    expect(await removed()).toBe('removed\n')
    expect(existsSync(a.installPath)).toBe(false)
    await box.run(switchTo(put('a'), lease))
    writeFileSync(join(a.installPath, 'by hand'), '')
    mkdirSync(join(a.installPath, 'releases/2026'), { recursive: true })
    expect(await removed()).toBe('removed\n')
    expect(everything(a.installPath)).toEqual(['by hand', 'releases', 'releases/2026'])
  })
  test("another project's service is not removed, and nothing of it", async () => {
    const a = put('a')
    await box.run(switchTo(a, lease))
    await box.sh(`mkdir -p /var/lib/vps-test/owners; printf '%s\n' theirs s0 >/var/lib/vps-test/owners/svc`)
    box.program('systemctl', '[ "$1" != cat ]')
    writeFileSync(join(box.dir, 'units/svc.service'), marker)
    expect((await box.run(removeUnit('svc', a.installPath, 'mine', lease))).stdout).toBe('other\n')
    expect(current(a)).toBe(`releases/${a.sha256}`)
    expect((await box.run(removeUnit('svc', a.installPath, 'theirs', lease))).stdout).toBe('removed\n')
  })
  test("room is made of our own old releases, of a directory that is another project's of none", async () => {
    const [a, b] = [put('a'), put('b')]
    await box.run(switchTo(b, lease))
    const there = () => [a, b].map((r) => existsSync(releaseDir(r)))
    await box.sh(
      `mkdir -p /var/lib/vps-test/owners; printf '%s\n' theirs s0 ${a.installPath} >/var/lib/vps-test/owners/their-svc; touch /etc/systemd/system/their-svc.service`,
    )
    box.program('journalctl', ':')
    const room = { project: 'mine', installPath: a.installPath, leased: true }
    expect(parseFreed((await box.run(freeSpace(room))).stdout)).toMatchObject({ releases: 0 })
    expect(there()).toEqual([true, true])
    expect(parseFreed((await box.run(freeSpace({ ...room, project: 'theirs' }))).stdout)).toMatchObject({ releases: 1 })
    expect(there()).toEqual([false, true])
  })
  test("what was received and never switched to goes too, unless the directory is another project's", async () => {
    const a = put('a')
    box.program('systemctl', '[ "$1" != cat ]')
    await box.sh(
      `mkdir -p /var/lib/vps-test/owners; printf '%s\n' theirs s0 ${a.installPath} >/var/lib/vps-test/owners/their-svc; touch /etc/systemd/system/their-svc.service`,
    )
    expect((await box.run(removeUnit('svc', a.installPath, 'mine', lease))).stdout).toBe('other\n')
    expect(existsSync(releaseDir(a))).toBe(true)
    await box.sh('rm /etc/systemd/system/their-svc.service')
    expect((await box.run(removeUnit('svc', a.installPath, 'mine', lease))).stdout).toBe('removed\n')
    expect(existsSync(a.installPath)).toBe(false)
    expect((await box.run(removeUnit('svc', a.installPath, 'mine', lease))).stdout).toBe('absent\n')
  })
  test('prune keeps the current release and the two newest others, and touches nothing foreign', async () => {
    const all = ['1', '2', '3', '4', '5', '6'].map(put)
    all.forEach((r, i) => {
      utimesSync(releaseDir(r), 1000 + i, 1000 + i)
    })
    const [first] = all as [Release]
    for (const foreign of ['notes', 'backup dir', '-rf']) mkdirSync(join(first.installPath, 'releases', foreign))
    await box.run(switchTo(first, lease))
    expect((await box.run(prune(first))).code).toBe(0)
    const kept = all
      .filter((r) => existsSync(releaseDir(r)))
      .map((r) => readFileSync(join(releaseDir(r), 'peer'), 'utf8'))
    expect(kept).toEqual(['1', '5', '6'])
    expect(everything(join(first.installPath, 'releases')).filter((f) => !/^[0-9a-f]{64}/.test(f))).toEqual([
      '-rf',
      'backup dir',
      'notes',
    ])
    expect((await box.run(prune({ ...first, installPath: join(box.dir, 'nowhere') }))).code).toBe(0)
  })
})

test('the text of a switch, which is what is sent', () => {
  const command = switchTo({ name: 'peer', installPath: '/opt/peer', sha256: 'ab', bytes: 1 }, lease)
  expect(
    command.kind === 'script'
      ? command.text
          .split('\n')
          .slice(-5)
          .map((l) => l.trim())
      : [],
  ).toEqual([
    'cd /opt/peer; old=$(readlink current || true); [ -n "$old" ] || old=none',
    'wrote=; [ ! -s .switched ] || read -r wrote <.switched || true',
    `case "$wrote" in s1' '*' 'ab' '*) [ "$old" != releases/ab ] || old=\${wrote##* };; esac`,
    `case "$wrote" in 's1 1 ab'' '*) : ;; *) printf '%s %s\\n' 's1 1 ab' "$old" >.switched.new; mv -f .switched.new .switched;; esac`,
    'if [ "$old" != releases/ab ]; then ln -sfn releases/ab .current.new; mv -T .current.new current; fi',
  ])
})
