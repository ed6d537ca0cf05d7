/** `verify <folder>`: says whether an evidence folder is what was sealed, and what it proves. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Context } from '../app/context.ts'
import { check } from '../app/evidence.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { stripHidden } from '../domain/text.ts'

export async function verify(
  c: Context,
  folder: string,
  flags: { readonly ledger?: string; readonly json?: boolean },
): Promise<number> {
  const dir = resolve(c.cwd, folder)
  if (!existsSync(join(dir, 'manifest.json')))
    throw new Failure({
      code: 'U050',
      message: `${dir} is no evidence folder: manifest.json is missing`,
      remedy: `ls -l ${quote(dir)}`,
    })
  const result = await check(dir, c.version, flags.ledger)
  if (flags.json === true) c.terminal.print(JSON.stringify(result))
  else {
    result.faults.forEach((f) => c.terminal.print(`✗ ${stripHidden(f, 500)}`))
    // The anchor's words name what the folder says of itself: version and session.
    c.terminal.print(
      stripHidden(
        result.faults.length === 0
          ? `valid: ${result.verdict}; evidence root ${result.root}; ${result.anchor}`
          : `NOT VALID: ${result.faults.length} fault(s); ${result.anchor}`,
        2000,
      ),
    )
  }
  return result.faults.length === 0 ? exitCodes.passed : exitCodes.failed
}
