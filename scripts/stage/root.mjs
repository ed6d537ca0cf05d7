/** Root for the tasks that build the lab: by being root, or by passwordless sudo; files made that way are handed back to the person. */
import { delimiter } from 'node:path'
import { Stop, ask, cacheDirectory, root, run } from './process.mjs'

/** What goes before a command to run it as root: nothing, `sudo -n`, or undefined when there is no way. */
export async function sudo() {
  if (process.getuid?.() === 0) return []
  return (await ask('sudo', ['-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined
}

/** Runs a program as root with our PATH and our variables (sudo would drop them). */
export async function runAsRoot(file, args, options = {}) {
  const prefix = await sudo()
  if (prefix === undefined) throw new Stop(10, 'the lab needs root: run as root, or allow sudo without a password')
  if (prefix.length === 0) return run(file, args, options)
  usedSudo = true
  const [first, ...rest] = throughSudo(file, args, process.env)
  return run(first, rest, options)
}

let usedSudo = false

/** At the end of a task: what root made in the checkout and the cache belongs to the person again. */
export async function handBack() {
  if (!usedSudo) return
  const owner = `${process.getuid?.()}:${process.getgid?.()}`
  await ask(
    'sudo',
    ['-n', 'find', root, cacheDirectory(), '-xdev', '-user', 'root', '-exec', 'chown', '-h', owner, '{}', '+'],
    { limitMs: 120_000 },
  )
}

const kept =
  /^(HOME|CI|TERM|LANG|LC_\w+|NO_COLOR|FORCE_COLOR|XDG_CACHE_HOME|VPS_TEST_\w+|GITHUB_\w+|RUNNER_\w+|\w+_proxy|\w+_PROXY|npm_config_\w+|CARGO_HOME|RUSTUP_HOME|RUSTUP_TOOLCHAIN)$/

export function throughSudo(file, args, env) {
  const home = env.HOME ?? ''
  const vars = { CARGO_HOME: `${home}/.cargo`, RUSTUP_HOME: `${home}/.rustup`, ...env }
  const path = [...new Set([...(env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'])].join(
    delimiter,
  )
  const pairs = Object.entries(vars)
    .filter(([name]) => kept.test(name))
    .map(([name, value]) => `${name}=${value}`)
  return ['sudo', '-n', 'env', ...pairs, `PATH=${path}`, file, ...args]
}
