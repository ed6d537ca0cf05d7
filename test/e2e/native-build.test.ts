/**
 * Zigbuild without a working zig: the same commit is built on the lab's build host; with a compile error it is not even
 * tried there.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { reachedEntries } from '../kit/reached.ts'
import { openGitLedger } from '../../src/adapters/git-ledger.ts'
import type { BuildRecord } from '../../src/domain/build.ts'
import type { Entry } from '../../src/domain/ledger.ts'
import { cli, quickly, root, run, scratch } from './cli.ts'
import { openLab, type Lab } from './lab.ts'

const place = scratch()
const path = process.env['PATH'] ?? ''
let lab: Lab

beforeAll(async () => {
  if (!existsSync('/usr/bin/cargo'))
    throw new Error("the lab's build host needs cargo below /usr: apt-get install cargo")
  lab = await openLab('e6', 'nine')
  const shims = join(place.dir, 'shims')
  mkdirSync(shims)
  for (const [name, text] of [
    [
      'cargo-zigbuild',
      'case "$1" in --version) echo cargo-zigbuild 0.0.0;; *) echo "error: zig: unable to find libc" >&2; exit 1;; esac',
    ],
    ['zig', 'echo 0.0.0'],
  ] as const) {
    writeFileSync(join(shims, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(shims, name), 0o755)
  }
  process.env['PATH'] = `${shims}:${path}`
})
afterAll(async () => {
  process.env['PATH'] = path
  await lab.down()
  place.remove()
})

/** A repository of its own with the example in it, committed. */
async function repository(name: string, change: (dir: string) => void): Promise<string> {
  const dir = join(place.dir, name)
  cpSync(join(root, 'examples/testnet'), dir, { recursive: true, filter: (from) => !/\/target(\/|$)/.test(from) })
  quickly(dir)
  const config = join(dir, 'vps-test.yaml')
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace('deploy:\n', 'deploy:\n  nodes: [saorsa-2, saorsa-7, saorsa-8]\n'),
  )
  change(dir)
  const git = (...args: string[]) =>
    run('git', ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@lab.invalid', ...args])
  await git('init', '-q')
  await git('add', '-A')
  await git('commit', '-q', '-m', 'the program under test')
  return dir
}

async function start(dir: string): Promise<{ code: number | null; err: string; entries: readonly Entry[] }> {
  const home = `${dir}-home`
  const ended = await cli(['start', '--repo', dir, '--fleet', 'lab', '--lab', 'e6', '--yes', '--json'], home, 560_000)
  const ledger = await openGitLedger(join(home, 'testnet', 'ledger.git'))
  const id = (await ledger.sessions())[0]
  return { code: ended.code, err: ended.err, entries: id === undefined ? [] : reachedEntries(await ledger.read(id)) }
}

test('a toolchain reason: the commit is built on the build host, and that binary is tested', async () => {
  const dir = await repository('good', () => undefined)
  const { stdout: commit } = await run('git', ['-C', dir, 'rev-parse', 'HEAD'])
  const { entries, err } = await start(dir)
  expect(
    entries.filter((e) => e.from === 'BUILD').map((e) => e.event),
    err,
  ).toEqual(['toolchain', 'built'])
  const built = entries.find((e) => e.event === 'built')
  const record = built?.facts['build'] as unknown as BuildRecord
  expect(record).toMatchObject({
    source: 'native',
    from: { kind: 'git', commit: commit.trim(), dirty: null },
    toolchain: { zig: null },
    before: [{ source: 'zigbuild', reason: 'toolchain' }],
  })
  expect(record.sha256).toBe(
    (await lab.on('saorsa-7', 'sha256sum /proc/$(systemctl show testnet-peer -p MainPID --value)/exe')).slice(0, 64),
  )
})

test('a compile error: failed with file and line, and no native attempt', async () => {
  const dir = await repository('broken', (d) => {
    const file = join(d, 'crates/testnet-peer/src/main.rs')
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nfn broken() -> u32 { "no number" }\n`)
  })
  process.env['PATH'] = path
  const { entries, code, err } = await start(dir)
  const built = entries.find((e) => e.from === 'BUILD')
  expect(built, err).toMatchObject({ event: 'failed', facts: { code: 'P301' } })
  const faults = built?.event === 'failed' && built.from === 'BUILD' ? built.facts.faults : []
  expect(faults[0]?.file).toMatch(/crates\/testnet-peer\/src\/main\.rs$/)
  expect(faults[0]?.line).toBeGreaterThan(1)
  expect(err).not.toContain('build host')
  expect(code).toBe(20)
})
