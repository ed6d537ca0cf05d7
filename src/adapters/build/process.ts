/** Programs of a build: their output line by line, and endings that are failures of this room. */
import { Failure } from '../../domain/failure.ts'
import { runProcess, type Launch } from '../process.ts'
import { lineSplitter } from '../ssh/collect.ts'

export interface ProcessOptions extends Launch {
  /** Stdin stays open until the program has ended, or is to end: a sandbox ends with it. */
  readonly hold?: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onLine?: (line: string) => void
  readonly onErrorLine?: (line: string) => void
}

export interface Finished {
  readonly code: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

/** A message of a compiler is one line of JSON, with the whole text that a person would see. */
const longestLine = 4 << 20

/**
 * Rejects with I301 when the program is not there, I302 past the timeout, and the signal's reason on abort; an exit
 * code is a result.
 */
export async function runTool(argv: readonly [string, ...string[]], options: ProcessOptions): Promise<Finished> {
  const { onLine, onErrorLine, ...rest } = options
  const out = lines(onLine),
    err = lines(onErrorLine)
  const { ending, stdout, stderr, ms } = await runProcess(argv, { ...rest, onOut: out.add, onErr: err.add })
  out.end()
  err.end()
  const said = { stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), ms }
  switch (ending.kind) {
    case 'exited':
      return { code: ending.code, signal: null, ...said }
    case 'signalled':
      return { code: null, signal: ending.signal, ...said }
    case 'not started':
      throw new Failure({ code: 'I301', message: `cannot start ${argv[0]}: ${ending.why}` })
    case 'late':
    case 'too much':
      throw new Failure({
        code: 'I302',
        message: `${argv.slice(0, 2).join(' ')} did not end in ${Math.round(options.timeoutMs / 1000)} s and was stopped`,
      })
  }
}

/** Trimmed stdout of a program that must succeed. */
export async function ask(argv: readonly [string, ...string[]], options: ProcessOptions): Promise<string> {
  const done = await runTool(argv, options)
  if (done.code !== 0)
    throw new Failure({
      code: 'I303',
      message: `${argv.slice(0, 3).join(' ')} failed (${done.code ?? done.signal}): ${reasonIn(done.stderr)}`,
    })
  return done.stdout.trim()
}

/** The first line that calls itself an error; without one, the last line. */
export const reasonIn = (stderr: string): string => {
  const lines = stderr
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => l !== '')
  return lines.find((l) => /^(?:error|fatal)\b/i.test(l)) ?? lines.at(-1) ?? 'it said nothing'
}

const lines = (onLine: ((line: string) => void) | undefined): ReturnType<typeof lineSplitter> =>
  onLine === undefined
    ? { add: () => undefined, end: () => undefined }
    : lineSplitter((line) => onLine(line.replace(/\r$/, '')), longestLine)
