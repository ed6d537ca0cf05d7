/** The repository of the story: the example with a planted bug, and a configuration that mends, soaks and tells. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Planted {
  readonly repo: string
  git(...args: readonly string[]): string
}

/** A receiver that confirms and writes nothing down, and a node that leaks where it is asked to. */
export function planted(root: string, dir: string, soak: boolean): Planted {
  const repo = join(dir, 'testnet')
  const git = (...args: readonly string[]): string =>
    execFileSync(
      'git',
      ['-c', 'user.name=Ann', '-c', 'user.email=ann@lab.invalid', '-c', 'commit.gpgsign=false', ...args],
      { cwd: repo, encoding: 'utf8' },
    ).trim()
  cpSync(join(root, 'examples', 'testnet'), repo, { recursive: true, filter: (path) => !/\/target(?:\/|$)/.test(path) })
  const file = join(repo, 'vps-test.yaml')
  const text = readFileSync(file, 'utf8')
    .replace('-p testnet-peer', '-p testnet-peer --features lies')
    .replace('    nat_cooloff_seconds: 3', '    nat_cooloff_seconds: 3\n    sample_floor: 3')
    .replace(
      /soak:\n {2}wait_1hr: false\n {2}wait_6hr: false/,
      `soak: { wait_1hr: ${soak}, wait_6hr: ${soak}, check_interval_minutes: 1 }\nnotifications: { on_events: [start, test_fail, fix_commit, wait_start, waiting, complete, error] }`,
    )
  writeFileSync(file, text)
  appendFileSync(file, '\nfix:\n  command: sh tools/mend.sh\n  paths: [crates/**]\n  push: true\n  remote: origin\n')
  writeFileSync(join(repo, '.gitignore'), 'target/\n')
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '.')
  git('commit', '--quiet', '--message', 'The whole program')
  execFileSync('sh', ['tools/plant.sh'], { cwd: repo })
  git('commit', '--quiet', '--all', '--message', 'Break what is written down')
  const remote = join(dir, 'remote.git')
  git('init', '--quiet', '--bare', '--initial-branch', 'main', remote)
  git('remote', 'add', 'origin', remote)
  git('push', '--quiet', 'origin', 'main')
  return { repo, git }
}
