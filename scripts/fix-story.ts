/** `npm run fix-story`: a bug is planted, its test fails, the fix command of the example mends it, the same session passes. */
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const lab = ['--lab', 'fixstory']
const dir = mkdtempSync(join(tmpdir(), 'vps-test-fix-story-'))
const repo = join(dir, 'testnet')
const git = (...args: readonly string[]): string =>
  execFileSync(
    'git',
    ['-c', 'user.name=Ann', '-c', 'user.email=ann@lab.invalid', '-c', 'commit.gpgsign=false', ...args],
    {
      cwd: repo,
      encoding: 'utf8',
    },
  ).trim()

const verb = (...args: readonly string[]): number => {
  process.stderr.write(`\n── vps-test ${args.join(' ')}\n`)
  const env = { ...process.env, VPS_TEST_HOME: join(dir, 'home') }
  return (
    spawnSync(process.execPath, [join(root, 'src', 'cli.ts'), ...args], { cwd: root, stdio: 'inherit', env }).status ??
    1
  )
}

function planted(): void {
  cpSync(join(root, 'examples', 'testnet'), repo, { recursive: true, filter: (path) => !/\/target(?:\/|$)/.test(path) })
  appendFileSync(join(repo, 'vps-test.yaml'), '\nfix:\n  command: sh tools/mend.sh\n  paths: [crates/**]\n')
  writeFileSync(join(repo, '.gitignore'), 'target/\n')
  git('init', '--quiet', '--initial-branch', 'main')
  git('add', '.')
  git('commit', '--quiet', '--message', 'The whole program')
  execFileSync('sh', ['tools/plant.sh'], { cwd: repo })
  git('commit', '--quiet', '--all', '--message', 'Break what is written down')
}

let code = 1
try {
  planted()
  const topology = join(root, 'test', 'fixtures', 'lab', 'five.topology.yaml')
  code = verb('lab', 'up', ...lab, '--topology', topology, '--shaping', 'none', '--no-measure')
  if (code === 0) code = verb('start', '--repo', repo, '--fleet', 'lab', ...lab, '--yes')
  process.stderr.write(`\nbranches:\n${git('branch', '--list', '--verbose')}\n`)
} finally {
  const down = verb('lab', 'down', ...lab)
  if (code === 0) code = down
  rmSync(dir, { recursive: true, force: true })
}
process.exitCode = code
