/** Takes secrets out of this process's environment, where every program of the same user could read them in /proc. */
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'

/**
 * The environment as it was; what `hidden` names is in it no more, neither for programs that are started from now on nor
 * in `/proc/<pid>/environ`, which shows the memory that the kernel filled and that unsetting a variable leaves alone.
 */
export function takeEnvironment(hidden: RegExp): Readonly<Record<string, string | undefined>> {
  const env = { ...process.env }
  const names = Object.keys(env).filter((name) => hidden.test(name))
  for (const name of names) delete process.env[name]
  if (names.length > 0 && process.platform === 'linux') blank(new Set(names))
  return env
}

/** Where the kernel put the environment is in two fields of `stat`; a process may write its own memory. */
function blank(names: ReadonlySet<string>): void {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [from, to] = [Number(fields[47]), Number(fields[48])]
  if (!(from > 0 && to > from)) return
  const memory = openSync('/proc/self/mem', 'r+')
  try {
    const bytes = Buffer.alloc(to - from)
    readSync(memory, bytes, 0, bytes.length, from)
    for (let at = 0; at < bytes.length;) {
      const ended = bytes.indexOf(0, at)
      const end = ended < 0 ? bytes.length : ended
      const equals = bytes.indexOf('=', at)
      if (equals >= at && equals < end && names.has(bytes.toString('utf8', at, equals)))
        writeSync(memory, Buffer.alloc(end - equals - 1), 0, end - equals - 1, from + equals + 1)
      at = end + 1
    }
  } finally {
    closeSync(memory)
  }
}
