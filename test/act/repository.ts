/**
 * Repositories for the harness's own tests: a tested one with an origin, and our tree with a stand-in for the action.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from '../workflows/tools.ts'

export function repository(
  files: Readonly<Record<string, string>>,
  from?: string,
): { readonly path: string; readonly sha: string } {
  const path = mkdtempSync(join(tmpdir(), 'vps-test-repository-'))
  if (from !== undefined) cpSync(join(from, '.github'), join(path, '.github'), { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true })
    writeFileSync(join(path, name), text)
  }
  git(path, 'init', '-q', '-b', 'main')
  git(path, 'remote', 'add', 'origin', 'https://github.com/someone/program.git')
  return { path, sha: commit(path) }
}

/** Everything that is there; the commit's id. */
export function commit(path: string): string {
  git(path, 'add', '-A')
  git(path, 'commit', '-q', '-m', 'everything')
  return git(path, 'rev-parse', 'HEAD').trim()
}

const git = (cwd: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', ...args], {
    cwd,
    encoding: 'utf8',
  })

/** Our workflows and action.yml as they are; the stand-in instead of dist/. */
export function ownTreeWithStandIn(): string {
  const path = mkdtempSync(join(tmpdir(), 'vps-test-own-'))
  cpSync(join(root, '.github'), join(path, '.github'), { recursive: true })
  cpSync(join(root, 'action.yml'), join(path, 'action.yml'))
  mkdirSync(join(path, 'dist'))
  writeFileSync(join(path, 'dist/package.json'), '{"type":"module"}')
  cpSync(join(import.meta.dirname, 'fixture/main.mjs'), join(path, 'dist/main.js'))
  return path
}
