/** Child processes and stage times of the npm scripts: signals pass through, exit codes are passed on, progress goes to stderr. */
import { spawn } from 'node:child_process'
import { constants, homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

/** The checkout. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** What survives runs: `$XDG_CACHE_HOME/vps-test`, by default `~/.cache/vps-test`. */
export const cacheDirectory = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'vps-test')

/** Where programs are looked for: PATH, and what a plain user's PATH leaves out. */
export const places = () => [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin', '/usr/local/sbin']

/** The program of an npm package as the package itself names it, without going through a shell script. */
export const bin = (name) => `${root}/node_modules/.bin/${name}`

/** Ends the task with a message for a person and an exit code (architecture: exit codes). */
export class Stop extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

const times = []

/** Measures one stage; its time is printed when it took a noticeable while. */
export async function stage(name, act, { quiet = false } = {}) {
  const start = performance.now()
  try {
    return await act()
  } finally {
    const seconds = (performance.now() - start) / 1000
    times.push([name, seconds])
    if (!quiet && seconds >= 0.2) process.stderr.write(`· ${name}: ${seconds.toFixed(1)} s\n`)
  }
}

/** One line with the time of every stage. */
export function summary() {
  process.stderr.write(`· stages: ${times.map(([name, s]) => `${name} ${s.toFixed(1)} s`).join(', ')}\n`)
}

export const note = (line) => void process.stderr.write(`· ${line}\n`)

/**
 * Runs a program with our own terminal and answers with its exit code (128 + n after a signal).
 * `onOut` receives stdout instead of the terminal. `limitMs` ends it (SIGTERM, then SIGKILL after 10 s): code 124.
 */
export function run(file, args, { cwd = root, env = process.env, onOut, limitMs } = {}) {
  return new Promise((done, fail) => {
    // Before the spawn: a signal between the two would end us and leave the child an orphan.
    const started = { child: undefined }
    const unhook = passSignals((signal) => started.child?.kill(signal))
    const child = (started.child = spawn(file, args, {
      cwd,
      env,
      stdio: ['inherit', onOut ? 'pipe' : 'inherit', 'inherit'],
    }))
    let late = false
    let killer
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => {
            late = true
            child.kill('SIGTERM')
            killer = setTimeout(() => child.kill('SIGKILL'), 10_000)
          }, limitMs)
    if (onOut) child.stdout.setEncoding('utf8').on('data', onOut)
    const end = () => {
      clearTimeout(timer)
      clearTimeout(killer)
      unhook()
    }
    child.on('error', (error) => {
      end()
      fail(new Stop(error.code === 'ENOENT' ? 10 : 1, `${file}: ${error.message}`))
    })
    child.on('close', (code, signal) => {
      end()
      done(late ? 124 : (code ?? 128 + (constants.signals[signal] ?? 0)))
    })
  })
}

/** While a child runs, it decides what a signal means. A terminal's Ctrl-C reaches it by itself (same process group): passing it on would make it two. */
function passSignals(pass) {
  const terminal = [0, 1, 2].some((fd) => [process.stdin, process.stdout, process.stderr][fd].isTTY)
  const handlers = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
    const handler = () => {
      if (!(terminal && signal === 'SIGINT')) pass(signal)
    }
    process.on(signal, handler)
    return [signal, handler]
  })
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}

/** Runs a program for its answer: exit code and both outputs as text; never throws. */
export function ask(file, args, { cwd = root, env = process.env, limitMs = 20_000 } = {}) {
  return new Promise((done) => {
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text
    })
    child.on('error', (error) => done({ code: null, out, err: String(error) }))
    child.on('close', (code) => done({ code, out, err }))
  })
}
