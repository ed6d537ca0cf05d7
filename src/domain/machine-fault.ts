/** What the operating system of this machine refused, as a failure in words with what a person can do. */
import { Failure, type FailureCode } from './failure.ts'

interface Refusal {
  readonly code: FailureCode
  readonly words: string
  readonly remedy: (path: string) => string
}

const space = (words: string): Refusal => ({ code: 'I103', words, remedy: (path) => `df -h ${path}; df -i ${path}` })
const access = (words: string): Refusal => ({ code: 'I104', words, remedy: (path) => `ls -ld ${path}` })
const descriptors = (words: string): Refusal => ({ code: 'I105', words, remedy: () => 'ulimit -n 4096' })
const broken = (words: string): Refusal => ({ code: 'I106', words, remedy: (path) => `ls -ld ${path}; dmesg | tail` })

const refusals: Readonly<Record<string, Refusal>> = {
  ENOSPC: space('no space is left'),
  EDQUOT: space('the disk quota is used up'),
  EFBIG: space('the file would be larger than this machine allows'),
  EROFS: access('the file system is read-only'),
  EACCES: access('permission is denied'),
  EPERM: access('it is not permitted'),
  EBUSY: access('it is in use'),
  ETXTBSY: access('it is a program that runs'),
  EMFILE: descriptors('this process has too many open files'),
  ENFILE: descriptors('this machine has too many open files'),
  ENOMEM: broken('no memory is left'),
  EAGAIN: broken('no process or memory is left'),
  EIO: broken('the device does not answer properly'),
  ESTALE: broken('the network file system lost it'),
  ELOOP: broken('links lead in a circle'),
  ENAMETOOLONG: broken('the name is too long'),
  ENOTDIR: broken('a part of the path is no directory'),
  EISDIR: broken('it is a directory'),
  ENOENT: broken('it is not there any more'),
}

/** Undefined for what no operating system said. The errors below an error are looked at as well. */
export function machineFault(error: unknown): Failure | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : ''
    const refusal = Object.hasOwn(refusals, code) ? refusals[code] : undefined
    // Sockets refuse in the same words, and are the business of whoever opened them: a file has a path.
    const path = 'path' in at && typeof at.path === 'string' ? at.path : undefined
    const call = 'syscall' in at && typeof at.syscall === 'string' ? at.syscall : undefined
    if (refusal === undefined || call === undefined) continue
    const what = path === undefined ? call : `${call} ${path}`
    return new Failure(
      {
        code: refusal.code,
        message: `this machine: ${refusal.words} (${what}: ${code})`,
        remedy: refusal.remedy(path === undefined ? '.' : quoted(path)),
      },
      error,
    )
  }
  return undefined
}

const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`)
