/**
 * What the Action needs on a runner besides Node: `prober` builds our prober, `lab` also brings the lab's system tools; both answer with
 * the variables to set, as one line of JSON. `as-root` starts a program as root with an environment that comes as one line on stdin,
 * because a command line is readable by every process of the machine, and the environment of an Action holds tokens; the end of stdin
 * means that the program is to end, because nobody but root may signal it.
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
  const stdin = process.stdin.setEncoding('utf8')
  const {
    env,
    argv: [file, ...args],
    patienceMs,
  } = JSON.parse(await firstLine(stdin))
  // git lets root into a repository of the person whom sudo names.
  const { SUDO_UID, SUDO_GID, SUDO_USER } = process.env
  const child = spawn(file, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...env, ...(SUDO_UID === undefined ? {} : { SUDO_UID, SUDO_GID, SUDO_USER }) },
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // Whoever started this has cancelled, or is no more. What does not end in its time is ended.
  const end = () => {
    child.kill('SIGTERM')
    setTimeout(() => child.kill('SIGKILL'), patienceMs).unref()
  }
  stdin.on('end', end).on('error', end).resume()
  process.exitCode = await new Promise((done) => {
    child.on('error', (error) => {
      process.stderr.write(`${file}: ${error.message}\n`)
      done(10)
    })
    child.on('close', (code, signal) => done(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
  // Open as long as the other side waits, it would hold this process.
  stdin.destroy()
}

async function firstLine(stream) {
  let text = ''
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += chunk
    if (text.includes('\n')) return text.slice(0, text.indexOf('\n'))
  }
  throw new Stop(2, 'as-root: stdin ended before its first line')
}
