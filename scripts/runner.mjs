/**
 * What the Action needs on a runner besides Node: `prober` builds our prober, `lab` also brings the lab's system tools; both answer with
 * the variables to set, as one line of JSON. `as-root` starts a program as root with an environment that comes on stdin, because a
 * command line is readable by every process of the machine, and the environment of an Action holds tokens.
 */
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { buildNative } from './stage/native.mjs'
import { Stop } from './stage/process.mjs'
import { ensureSystem } from './stage/system.mjs'

const [task] = process.argv.slice(2)
try {
  if (task === 'as-root') await asRoot()
  else if (task === 'prober' || task === 'lab') await bring(task === 'lab')
  else throw new Stop(2, 'one of: prober, lab, as-root')
} catch (error) {
  if (!(error instanceof Stop)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = error.code
}

async function bring(lab) {
  if (lab) await ensureSystem()
  await buildNative('must')
  const { VPS_TEST_PROBE, VPS_TEST_DELAY, PATH } = process.env
  process.stdout.write(`${JSON.stringify({ VPS_TEST_PROBE, VPS_TEST_DELAY, PATH })}\n`)
}

async function asRoot() {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  const { env, argv: [file, ...args] } = JSON.parse(text)
  // git lets root into a repository of the person whom sudo names.
  const { SUDO_UID, SUDO_GID, SUDO_USER } = process.env
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'], env: { ...env, ...(SUDO_UID === undefined ? {} : { SUDO_UID, SUDO_GID, SUDO_USER }) } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise((done) => {
    child.on('error', (error) => { process.stderr.write(`${file}: ${error.message}\n`); done(10) })
    child.on('close', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}
