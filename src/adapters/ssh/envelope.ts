/** A command in an envelope that every login shell opens alike, and what comes back out of it (pure). */

export interface Opened {
  /** The command's process group on the node. */
  readonly group: number
  /** Nobody stands between sshd and the command: its exit status is the command's own. */
  readonly leads: boolean
}

/**
 * `exec /bin/sh` is understood by sh, bash, zsh, csh, tcsh and fish, and so are single quotes around a text that holds
 * no quote, backslash before another, exclamation mark or newline. Tools of a superuser are found for every user.
 */
export const envelope = (line: string, token: string): string => `exec /bin/sh -c '${opener(token)}' sh ${words(line)}`

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Says on both outputs that it started, in which group (the fifth field of stat) and session (the sixth). Where a
 * forced command or a wrapper stands above it, it says the end and the exit code as well.
 */
const opener = (token: string): string =>
  [
    `PATH=\${PATH:+$PATH:}${path}; export PATH`,
    'g=$$; s=0; { read -r a a a a g s a </proc/$$/stat; } 2>/dev/null',
    'c=$(printf %b "$@"); set --',
    `echo ${token} $$ $g $s >&2; echo ${token} $$ $g $s`,
    'if [ "$s" = $$ ]; then eval "$c"',
    `else ( eval "$c" ); e=$?; echo ${token} end $e >&2; echo ${token} end $e; exit $e; fi`,
  ].join('; ')

/** Read alike inside single quotes by every shell; the rest travels as octal numbers for `printf %b`. */
const safe = /[A-Za-z0-9 _@%+=:,./"$&|;<>()[\]{}*?~#`-]/
/** csh gives up on longer words. */
const longestWord = 1000

function words(line: string): string {
  const found: string[] = []
  let word = ''
  for (const byte of Buffer.from(line)) {
    const letter = String.fromCharCode(byte)
    const piece = safe.test(letter) ? letter : `\\0${byte.toString(8).padStart(3, '0')}`
    if (word.length + piece.length > longestWord) {
      found.push(word)
      word = ''
    }
    word += piece
  }
  return [...found, word].map((w) => `'${w}'`).join(' ')
}

export interface Frame {
  add(chunk: Buffer): void
  /** Nothing more comes. */
  end(): void
  /** Resolves when the command said that it started, or with undefined when it never will. */
  readonly opened: Promise<Opened | undefined>
  readonly start: () => Opened | undefined
  /** The exit code that the command's own shell told, where it did. */
  readonly code: () => number | undefined
  /** What stood before the start, cut. */
  readonly stray: () => string
}

const longestStray = 400
const numbers = 24

/** Hands on what stands between the start and the end; login files and forced commands may say what they like. */
export function framed(token: string, rest: (chunk: Buffer) => void): Frame {
  const opened = Promise.withResolvers<Opened | undefined>()
  const [starts, ends] = [
    new RegExp(`${token} (\\d{1,9}) (\\d{1,9}) (\\d{1,9})\n`),
    new RegExp(`${token} end (\\d{1,3})\n`),
  ]
  let held: Buffer = Buffer.alloc(0)
  let stray: Buffer = Buffer.alloc(0)
  let start: Opened | undefined
  let code: number | undefined
  const inside = (chunk: Buffer): void => {
    if (start?.leads === true) rest(chunk)
    else if (code === undefined) {
      held = Buffer.concat([held, chunk])
      const found = ends.exec(held.toString('latin1'))
      if (found === null) give(Math.max(0, held.length - token.length - numbers))
      else {
        code = Number(found[1])
        give(found.index)
        held = Buffer.alloc(0)
      }
    }
  }
  const give = (bytes: number): void => {
    const part = held.subarray(0, bytes)
    held = held.subarray(bytes)
    if (part.length > 0) rest(part)
  }
  const before = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk])
    const found = starts.exec(held.toString('latin1'))
    if (found === null) {
      const from = Math.max(0, held.length - token.length - 2 * numbers)
      remember(held.subarray(0, from))
      held = held.subarray(from)
      return
    }
    remember(held.subarray(0, found.index))
    const after = held.subarray(found.index + found[0].length)
    held = Buffer.alloc(0)
    start = { group: Number(found[2]), leads: found[1] === found[3] }
    opened.resolve(start)
    if (after.length > 0) inside(after)
  }
  const remember = (bytes: Buffer): void => {
    if (stray.length < longestStray) stray = Buffer.concat([stray, bytes.subarray(0, longestStray - stray.length)])
  }
  return {
    add: (chunk) => (start === undefined ? before(chunk) : inside(chunk)),
    end: () => {
      opened.resolve(start)
      if (start === undefined) remember(held)
      else give(held.length)
    },
    opened: opened.promise,
    start: () => start,
    code: () => code,
    stray: () => stray.toString('utf8'),
  }
}
