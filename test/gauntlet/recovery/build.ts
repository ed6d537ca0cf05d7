/** Provocations of the rules of BUILD. */
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync, spawn } from 'node:child_process'
import { writtenFolder } from '../../../src/adapters/sandbox/sandbox.ts'
import { sha256 } from '../../../src/domain/ledger.ts'
import type { Provocation, Scene } from './provocation.ts'

/** Where the sandbox of the project writes. */
async function targetsOf({ cache }: Scene): Promise<string> {
  const { path } = await writtenFolder(join(cache, 'sandbox', 'testnet'), 'target', AbortSignal.timeout(60_000))
  mkdirSync(path, { recursive: true })
  return path
}
const ownOf = (targets: string, { workspace }: Scene): string => join(targets, sha256(workspace).slice(0, 16))

export const build = {
  'build-does-not-compile': [{ part: 'does not compile', what: 'a program with a type error is built' }],
  'build-toolchain': [{ part: 'cannot fetch', what: 'follows from a dependency that cannot be fetched here' }],
  'build-fetch': [{ part: 'cannot fetch', what: 'the program depends on a git repository at an address that refuses' }],
  'build-out-of-memory': [
    {
      part: 'no room to build',
      what: 'the first compiler of the build is killed with SIGKILL',
      instead:
        'the kernel of this machine is shared by all nodes and kills nobody on demand: the same signal comes from a wrapper around rustc',
    },
  ],
  'build-disk-full': [
    {
      part: 'no room to build',
      what: 'the build writes to a file system of 48 MiB that an old target directory of ours has filled',
      begin: async (scene) => {
        const dir = await targetsOf(scene)
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=48m,mode=777', 'tmpfs', dir])
        const old = join(dir, '0'.repeat(16))
        mkdirSync(old)
        execFileSync('sh', ['-c', `dd if=/dev/zero of='${old}/full' bs=1k count=48900 2>/dev/null || true`])
        utimesSync(old, 1, 1)
        return async () => execFileSync('umount', ['-l', dir])
      },
    },
  ],
  'build-locked': [
    {
      part: 'no room to build',
      what: 'another process holds the lock of cargo on the build directory until somebody waits for it',
      begin: async (scene) => {
        const at = join(ownOf(await targetsOf(scene), scene), 'x86_64-unknown-linux-gnu', 'release')
        const lock = join(at, '.cargo-lock')
        mkdirSync(at, { recursive: true })
        writeFileSync(lock, '')
        execFileSync('chmod', ['-R', '0777', ownOf(await targetsOf(scene), scene)])
        // Until somebody waits for it, by the kernel's own list.
        const waiter =
          'i=$(stat -c %i "$0"); for n in $(seq 6000); do grep -q -- "-> FLOCK.*:$i " /proc/locks && break; sleep 0.1; done; sleep 1'
        const child = spawn('flock', [lock, 'sh', '-c', waiter, lock], { stdio: 'ignore', detached: true })
        return async () => {
          if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid)
        }
      },
    },
  ],
} as const satisfies Readonly<Record<string, readonly Provocation[]>>

/** A program of one file that ends at once, in a repository of its own. */
export function smallRepository(dir: string, wanted: 'broken' | 'fetches' | 'ends at once'): string {
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(join(dir, 'src'), { recursive: true })
  const dependency =
    wanted === 'fetches' ? '\n[dependencies]\nnowhere = { git = "http://127.0.0.1:9/nowhere.git" }\n' : ''
  writeFileSync(
    join(dir, 'Cargo.toml'),
    `[package]\nname = "testnet-peer"\nversion = "0.1.0"\nedition = "2021"\n\n[profile.release]\nopt-level = 0\n${dependency}`,
  )
  if (wanted !== 'fetches')
    writeFileSync(join(dir, 'Cargo.lock'), 'version = 3\n\n[[package]]\nname = "testnet-peer"\nversion = "0.1.0"\n')
  writeFileSync(
    join(dir, 'src', 'main.rs'),
    wanted === 'broken' ? 'fn main() { let x: u32 = "no number"; }\n' : 'fn main() { std::process::exit(3); }\n',
  )
  mkdirSync(join(dir, '.cargo'))
  if (wanted === 'fetches') writeFileSync(join(dir, '.cargo', 'config.toml'), '[net]\nretry = 0\n')
  if (wanted === 'ends at once') {
    writeFileSync(join(dir, '.cargo', 'config.toml'), '[build]\nrustc-wrapper = "./killed-once.sh"\n')
    writeFileSync(
      join(dir, 'killed-once.sh'),
      '#!/bin/sh\ncase "$*" in *testnet_peer*) [ -e "$HOME/killed-once" ] || { : >"$HOME/killed-once"; kill -9 $$; } ;; esac\nexec "$@"\n',
      { mode: 0o755 },
    )
  }
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-C', dir, '-c', 'user.name=t', '-c', 'user.email=t@lab.invalid', ...args], {
      encoding: 'utf8',
    })
  git('init', '-q')
  git('add', '-A')
  git('commit', '-q', '-m', 'a small program')
  return dir
}
