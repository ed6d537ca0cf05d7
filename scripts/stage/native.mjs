/** Builds our own prober and delay helper (`native/`, Rust, static) into a cache that is named after their sources. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { cargoFirst } from './cargo.mjs'
import { Stop, cacheDirectory, note, root, run, stage } from './process.mjs'

const target = 'x86_64-unknown-linux-gnu'
const crate = `${root}/native`
const programs = { VPS_TEST_PROBE: 'vps-probe', VPS_TEST_DELAY: 'lab-delay' }

/** Leaves VPS_TEST_PROBE and VPS_TEST_DELAY in the environment. `must`: stops when that is impossible; `may`: goes on without, after a note. */
export async function buildNative(need) {
  if (!existsSync(`${crate}/Cargo.toml`)) return refuse(need, 'native/Cargo.toml is not there')
  const place = join(cacheDirectory(), `native-${digest(crate)}`)
  const out = join(place, target, 'release')
  if (!Object.values(programs).every((program) => existsSync(join(out, program)))) {
    if ((await cargoFirst()) === undefined) return refuse(need, 'no working cargo (npm run vps-test -- doctor --fix)')
    const code = await stage('prober', () => compile(place))
    if (code !== 0) return refuse(need, `cargo build of native/ ended with ${code}`)
  }
  for (const [name, program] of Object.entries(programs)) {
    process.env[name] ??= join(out, program)
  }
}

function refuse(need, why) {
  if (need === 'must') throw new Stop(10, `the prober cannot be built: ${why}`)
  note(`no prober: ${why}`)
}

/** Static: it runs on any x86-64 Linux node without libraries (architecture: commands/probe). */
function compile(place) {
  note('building the prober (cargo)')
  const locked = existsSync(`${crate}/Cargo.lock`) ? ['--locked'] : []
  const env = { ...process.env, RUSTFLAGS: '-C target-feature=+crt-static', CARGO_TARGET_DIR: place }
  return run(
    'cargo',
    ['build', '--quiet', '--release', '--target', target, '--manifest-path', `${crate}/Cargo.toml`, ...locked],
    { env, limitMs: 10 * 60_000, onOut: (text) => void process.stderr.write(text) },
  )
}

/** First 16 hex digits of a digest over names and contents of the sources. */
function digest(directory) {
  const hash = createHash('sha256')
  for (const file of sources(directory))
    hash.update(relative(directory, file)).update('\0').update(readFileSync(file)).update('\0')
  return hash.digest('hex').slice(0, 16)
}

function sources(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.name !== 'target')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? sources(join(directory, entry.name)) : [join(directory, entry.name)]))
}
