/**
 * What build tests share: a quiet log that remembers, the real clock, scratch directories, and the tool cache that
 * survives runs.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/adapters/system.ts'
import type { Log } from '../../src/ports.ts'

export const clock = systemClock
export const cacheDir = process.env['VPS_TEST_CACHE'] ?? join(homedir(), '.cache', 'vps-test')
export const fixture = (name: string): string => join(import.meta.dirname, '..', 'fixtures', 'build', name)
export const zigCommand = ['cargo', 'zigbuild', '--release', '--target', 'x86_64-unknown-linux-gnu']
export const never = new AbortController().signal

export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'vps-test-build-'))
  onTestFinished(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  return dir
}

export function notes(): Log & { readonly lines: string[] } {
  const lines: string[] = []
  const keep = (line: string): void => {
    lines.push(line)
  }
  return {
    lines,
    info: keep,
    warn: keep,
    progress: (_key, line) => {
      keep(line)
    },
  }
}

export const git = (dir: string, ...args: readonly string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=A Person', '-c', 'user.email=person@example.invalid', '-c', 'commit.gpgsign=false', ...args],
    { cwd: dir, encoding: 'utf8' },
  ).trim()

/** A repository with the fixture in `app/`, two commits deep so that history could travel if it did. */
export function repository(name: string): { readonly root: string; readonly workspace: string } {
  const root = scratch(),
    workspace = join(root, 'app')
  git(root, 'init', '--quiet', '--initial-branch', 'main')
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'the first')
  cpSync(fixture(name), workspace, { recursive: true })
  git(root, 'add', '.')
  git(root, 'commit', '--quiet', '--message', 'the one to build')
  return { root, workspace }
}
