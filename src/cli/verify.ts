/** `verify <folder>`: says whether an evidence folder is what was sealed, and what it proves. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cloneAt, type NamedLedger } from '../app/anchors.ts'
import type { Context } from '../app/context.ts'
import { check, type VerifyResult } from '../app/evidence.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { stripHidden } from '../domain/text.ts'

export interface VerifyFlags {
  readonly ledger?: string
  /** Its ledger is the one of `c.sessions`. */
  readonly remote?: string
  readonly json?: boolean
}

export async function verify(c: Context, folder: string, flags: VerifyFlags): Promise<number> {
  const dir = resolve(c.cwd, folder)
  if (!existsSync(join(dir, 'manifest.json')))
    throw new Failure({
      code: 'U050',
      message: `${dir} is no evidence folder: manifest.json is missing`,
      remedy: `ls -l ${quote(dir)}`,
    })
  const { result } = await check(dir, { version: c.version, ledgers: ledgersOf(c, flags) })
  if (flags.json === true) c.terminal.print(JSON.stringify(result))
  else lines(result).forEach((line) => c.terminal.print(stripHidden(line, 2000)))
  if (result.faults.length > 0) return exitCodes.failed
  return result.anchored ? exitCodes.passed : exitCodes.unanchored
}

function ledgersOf(c: Context, { ledger, remote }: VerifyFlags): readonly NamedLedger[] {
  return [
    ...(ledger === undefined ? [] : [cloneAt(resolve(c.cwd, ledger))]),
    ...(remote === undefined
      ? []
      : [
          {
            name: remote,
            read: async (session: string) =>
              ({ kind: 'entries', entries: await (await c.sessions.ledgerOf('')).read(session) }) as const,
          },
        ]),
  ]
}

/** The folder names itself: version, session and files are its own words. */
const lines = ({ faults, verdict, root, anchor, session }: VerifyResult): readonly string[] => [
  ...faults.map((f) => `✗ ${stripHidden(f, 500)}`),
  faults.length === 0
    ? `valid: ${verdict}; evidence root ${root}; ${anchor}`
    : `NOT VALID: the ${faults.length} fault(s) above; ${anchor}`,
  ...session.map((line) => `  ${line}`),
]
