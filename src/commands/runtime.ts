/** Asks a node for its architecture and C library, and reads the answer. */
import type { Libc, NodeRuntime } from '../domain/runtime.ts'
import type { Command } from './command.ts'
import { sh } from './quote.ts'

/** Prints `arch …` and, as found, `glibc …` and `musl …`. Always exits 0 on a POSIX node. */
export const askRuntime: Command = {
  kind: 'script',
  why: 'architecture and C library',
  idempotent: true,
  text: sh`
    echo "arch $(uname -m)"
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) && echo "$glibc"
    for loader in /lib/ld-musl-*.so.1; do if [ -e "$loader" ]; then echo "musl $loader"; fi; done
    exit 0`,
}

/** undefined when the node did not even say its architecture. A node that has both libraries counts as glibc: that is what we build for. */
export function readRuntime(stdout: string): NodeRuntime | undefined {
  const arch = /^arch ([A-Za-z0-9_.-]{1,40})$/m.exec(stdout)?.[1]
  return arch === undefined ? undefined : { arch, libc: readLibc(stdout) }
}

function readLibc(stdout: string): Libc {
  const version = /^glibc (\d{1,4}(?:\.\d{1,4}){1,3})$/m.exec(stdout)?.[1]
  if (version !== undefined) return { kind: 'glibc', version }
  return /^musl \//m.test(stdout) ? { kind: 'musl' } : { kind: 'unknown' }
}
