/** What a command prints, bounded: bytes up to a cap, lines up to a length. */

export const longestLine = 64 * 1024
const defaultBytes = 8 * 1024 * 1024
const stderrBytes = 1024 * 1024

export interface OutputBuffer {
  stdout(chunk: Buffer): void
  stderr(chunk: Buffer): void
  /** Hands on a last line that had no newline. */
  end(): void
  readonly out: () => Buffer
  readonly err: () => Buffer
  readonly truncated: () => boolean
}

/** Everything is read to the end; what passes a bound is dropped, so that a talkative node costs no memory. */
export function collector(options: {
  readonly maxBytes?: number
  readonly onLine?: (line: string) => void
}): OutputBuffer {
  const out = capped(options.maxBytes ?? defaultBytes)
  const err = capped(stderrBytes)
  const lines = options.onLine === undefined ? undefined : lineSplitter(options.onLine)
  return {
    stdout: (chunk) => {
      out.add(chunk)
      lines?.add(chunk)
    },
    stderr: (chunk) => err.add(chunk),
    end: () => lines?.end(),
    out: out.bytes,
    err: err.bytes,
    truncated: out.truncated,
  }
}

function capped(limit: number): { add(chunk: Buffer): void; bytes(): Buffer; truncated(): boolean } {
  const chunks: Buffer[] = []
  let room = limit
  let cut = false
  return {
    add: (chunk) => {
      if (chunk.length > room) cut = true
      if (room > 0) chunks.push(chunk.subarray(0, room))
      room = Math.max(0, room - chunk.length)
    },
    bytes: () => Buffer.concat(chunks),
    truncated: () => cut,
  }
}

/**
 * Splits at newlines before decoding, so that no character is cut in two. A line longer than `longest` keeps its
 * beginning.
 */
export function lineSplitter(
  onLine: (line: string) => void,
  longest: number = longestLine,
): { add(chunk: Buffer): void; end(): void } {
  let parts: Buffer[] = []
  let length = 0
  const keep = (bytes: Buffer): void => {
    const part = bytes.subarray(0, longest - length)
    if (part.length === 0) return
    // A copy: a slice would hold on to its whole network buffer.
    parts.push(Buffer.from(part))
    length += part.length
  }
  const flush = (): void => {
    const line = Buffer.concat(parts).toString('utf8')
    parts = []
    length = 0
    onLine(line)
  }
  return {
    add: (chunk) => {
      let from = 0
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, at))
        flush()
        from = at + 1
      }
      keep(chunk.subarray(from))
    },
    end: () => {
      if (length > 0) flush()
    },
  }
}
