/** The entry of the Action: reads the runner's surroundings, does one command, and turns its end into the step's. */
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import pkg from '../package.json' with { type: 'json' }
import { act, annotateFailure } from './action/commands.ts'
import { againAsRoot, bring, jobOf, openSurface, takeEnvironment } from './action/surroundings.ts'

const abort = new AbortController()
// A runner that cancels sends SIGINT, SIGTERM after 7.5 s, and kills 2.5 s later.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => {
    abort.abort(new Error(signal))
  })

// Whoever read our words may go away; a run does not end for that.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

// Inputs hold the key and the token: no program that is started, and none that looks into /proc, has them from here.
const env = takeEnvironment(/^INPUT_/)
const surface = openSurface(env)
const labAlone = surface.input('command') === 'run' && surface.input('fleet') === 'lab'
let code = 1
try {
  if (labAlone && process.env['VPS_TEST_PROBE'] === undefined)
    Object.assign(
      process.env,
      await surface.group('lab tools', () => bring('lab', dirname(import.meta.dirname), abort.signal)),
    )
  if (labAlone && process.getuid?.() !== 0)
    code = await againAsRoot(
      dirname(import.meta.dirname),
      fileURLToPath(import.meta.url),
      { ...env, ...process.env },
      abort.signal,
    )
  else {
    const job = await jobOf({
      env: { ...env, ...process.env },
      cwd: process.cwd(),
      directory: import.meta.dirname,
      signal: abort.signal,
      version: pkg.version,
      surface,
    })
    const ended = await act(job)
    code = ended.code
    if (code !== 0) surface.fail(ended.title === '' ? 'vps-test' : ended.title, `exit code ${code}: ${ended.title}`)
    else if (ended.title !== '') surface.terminal.info(ended.title)
  }
} catch (error) {
  code = await annotateFailure(surface, error, abort.signal.aborted, process.env['GITHUB_WORKSPACE'] || process.cwd())
}
process.exitCode = code
// A proxy program that outlives its connection must not keep the step from ending.
setTimeout(() => process.exit(), 3000).unref()
