/**
 * How a remote command tells its process group, so that a deadline can end it: sshd refuses signals for root and
 * outlives closed channels.
 */

const word = 'vps-test-group'

/**
 * Goes before every line. sshd makes the login shell a session leader, so its pid is the group of all that it starts.
 */
export const announcement = `echo ${word} $$ >&2; `

/** Login shells may print something first; after this many bytes nobody looks any more. */
const patience = 4096

export interface Announced {
  add(chunk: Buffer): void
  end(): void
  /** Resolves with the group, or with undefined when none will come. */
  readonly group: Promise<number | undefined>
}

/** Takes the announcement out of stderr and remembers it; everything else passes through unchanged. */
export function announced(rest: (chunk: Buffer) => void): Announced {
  let held: Buffer | undefined = Buffer.alloc(0)
  const group = Promise.withResolvers<number | undefined>()
  const flush = (): void => {
    const bytes = held
    held = undefined
    group.resolve(undefined)
    if (bytes !== undefined && bytes.length > 0) rest(bytes)
  }
  return {
    add: (chunk) => {
      if (held === undefined) {
        rest(chunk)
        return
      }
      held = Buffer.concat([held, chunk])
      const found = /(?:^|\n)vps-test-group (\d{1,9})\n/.exec(held.toString('latin1'))
      if (found !== null) {
        const from = found.index + (found[0].startsWith('\n') ? 1 : 0)
        group.resolve(Number(found[1]))
        held = Buffer.concat([held.subarray(0, from), held.subarray(found.index + found[0].length)])
        flush()
      } else if (held.length > patience) flush()
    },
    end: flush,
    group: group.promise,
  }
}
