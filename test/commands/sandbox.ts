/**
 * Commands run by the real `sh` of this machine, with /var/lib and /etc/systemd/system replaced by folders of the test
 * (root, mount namespace).
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localRemote } from '../../src/adapters/local.ts'
import type { Command } from '../../src/commands/command.ts'
import type { RunOptions, RunResult } from '../../src/ports.ts'

export const isRoot = process.getuid?.() === 0
export const needsRoot = isRoot ? '' : ' (skipped: needs root for a mount or network namespace)'

export interface Sandbox {
  readonly dir: string
  /** Programs in it come before the system's. */
  readonly bin: string
  run(command: Command, more?: Partial<RunOptions>): Promise<RunResult>
  /** A shell script of the test's own, in the same place. */
  sh(text: string): Promise<RunResult>
  program(name: string, text: string): void
  close(): void
}

/** `tmpfs`: sizes of small file systems, by folder below `dir`; each command gets them empty. */
export function sandbox(tmpfs: Readonly<Record<string, string>> = {}): Sandbox {
  const dir = mkdtempSync(join(tmpdir(), 'commands-'))
  const [lib, units, bin] = ['lib', 'units', 'bin'].map((d) => {
    mkdirSync(join(dir, d))
    return join(dir, d)
  }) as [string, string, string]
  const mounts = Object.entries(tmpfs)
    .map(([name, size]) => {
      mkdirSync(join(dir, name), { recursive: true })
      return `mount -t tmpfs -o size=${size} none ${join(dir, name)}; `
    })
    .join('')
  const enter = [
    'unshare',
    '-m',
    'sh',
    '-c',
    `set -e; mount --bind ${lib} /var/lib; mount --bind ${units} /etc/systemd/system; ${mounts}PATH=${bin}:$PATH exec "$@"`,
    'enter',
  ]
  const remote = localRemote('sandbox', enter)
  const run: Sandbox['run'] = (command, more = {}) =>
    remote.run(command, { timeoutMs: 20_000, signal: AbortSignal.timeout(20_000), ...more })
  return {
    dir,
    bin,
    run,
    sh: (text) => run({ kind: 'script', why: 'test', idempotent: false, text }),
    program: (name, text) => {
      writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 })
    },
    close: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
