/** The bundle in dist/: builds it, and proves that the committed one is what the sources give and that it runs. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { ask, bin, note, root, run } from '../stage/process.mjs'

const dist = `${root}/dist`

export async function build(place) {
  rmSync(place, { recursive: true, force: true })
  return run('node', [bin('rolldown'), '-c', `${root}/rolldown.config.ts`, '-d', place], {
    limitMs: 5 * 60_000,
    onOut: (text) => void process.stderr.write(text),
  })
}

export async function distCheck() {
  const scratch = mkdtempSync(join(tmpdir(), 'vps-test-dist-'))
  try {
    const code = await build(join(scratch, 'dist'))
    if (code !== 0) return code
    const faults = [
      ...differences(join(scratch, 'dist'), dist),
      ...(await cliFaults()),
      ...(await actionFaults(scratch)),
    ]
    for (const fault of faults) note(fault)
    process.stdout.write(
      faults.length === 0
        ? 'dist is what the sources give, and runs\n'
        : `dist: ${faults.length} fault(s); npm run build && git add dist\n`,
    )
    return faults.length === 0 ? 0 : 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** Every file by name and byte. */
function differences(built, committed) {
  const names = [...new Set([...files(built), ...files(committed)])].sort((a, b) => (a < b ? -1 : 1))
  return names.flatMap((name) => {
    const [a, b] = [built, committed].map((place) =>
      existsSync(join(place, name)) ? readFileSync(join(place, name)) : undefined,
    )
    if (a === undefined) return [`dist/${name}: no longer built`]
    if (b === undefined) return [`dist/${name}: missing`]
    return a.equals(b) ? [] : [`dist/${name}: differs from what the sources give`]
  })
}

function files(place, from = place) {
  if (!existsSync(from)) return []
  return readdirSync(from, { withFileTypes: true }).flatMap((entry) => {
    const path = join(from, entry.name)
    return entry.isDirectory() ? files(place, path) : [relative(place, path)]
  })
}

const version = () => JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version

async function cliFaults() {
  const { code, out, err } = await ask('node', [`${dist}/cli.js`, '--version'])
  return code === 0 && out.trim() === version()
    ? []
    : [`node dist/cli.js --version: exit ${code}, ${JSON.stringify(out + err)}`]
}

/** As the runner starts it: inputs as INPUT_*, the command files there and empty, no arguments, the workspace as directory. */
async function actionFaults(scratch) {
  const output = join(scratch, 'output')
  const summary = join(scratch, 'summary')
  for (const file of [output, summary]) writeFileSync(file, '')
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_REPOSITORY: 'someone/program',
    GITHUB_RUN_ID: '1',
    GITHUB_WORKSPACE: scratch,
    RUNNER_TEMP: scratch,
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    INPUT_COMMAND: 'version',
  }
  const { code, out, err } = await ask('node', [`${dist}/main.js`], { cwd: scratch, env })
  const said = readFileSync(output, 'utf8')
  return code === 0 && said.includes(version())
    ? []
    : [`node dist/main.js: exit ${code}, output ${JSON.stringify(said)}, ${JSON.stringify(out + err)}`]
}
