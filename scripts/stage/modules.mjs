/** Brings `node_modules` to what package-lock.json says, and Node 24 (the npm package `node`) first on PATH. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { Stop, ask, note, root, run, stage } from './process.mjs'

const modules = `${root}/node_modules`
const stamp = `${modules}/.vps-test-lock`

export async function ensureModules() {
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}/package-lock.json`))
    .update(`${process.platform}-${process.arch}`)
    .digest('hex')
  if (!(existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted)) {
    if (!agrees()) await stage('npm ci', install)
    remember(wanted)
  }
  process.env.PATH = [`${modules}/node/bin`, process.env.PATH].join(delimiter)
  const { code, out, err } = await ask(`${modules}/node/bin/node`, ['--version'])
  if (code !== 0 || !/^v(2[4-9]|[3-9]\d)\./.test(out)) {
    throw new Stop(
      10,
      `Node 24 from the npm package "node" does not run here (${(out || err).trim()}). It is brought by an install script: check "npm config get ignore-scripts", then: rm -rf node_modules && npm ci`,
    )
  }
}

/** Packages that somebody else installed can be used by a person who may not write among them. */
function remember(wanted) {
  try {
    writeFileSync(stamp, wanted)
  } catch (error) {
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error
  }
}

/** npm's own record of what it installed (written last) names the locked version of every package that is not optional. */
function agrees() {
  const record = `${modules}/.package-lock.json`
  if (!existsSync(record)) return false
  const { packages: want } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'))
  const { packages: have } = JSON.parse(readFileSync(record, 'utf8'))
  const same = Object.entries(want).every(
    ([path, p]) => path === '' || p.optional || p.devOptional || p.peer || have[path]?.version === p.version,
  )
  return same && Object.keys(have).every((path) => path in want)
}

async function install() {
  note('installing packages (npm ci)')
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev']
  const code = await run('npm', args, { limitMs: 15 * 60_000, onOut: (text) => void process.stderr.write(text) })
  if (code !== 0) throw new Stop(10, `npm ci ended with ${code}`)
}
