/** A program that takes over this terminal until it ends. */
import { execa } from 'execa'

/** Its exit code; null where a signal ended it. */
export async function runAttached([program = '', ...args]: readonly string[]): Promise<number | null> {
  const { exitCode } = await execa(program, args, { stdio: 'inherit', reject: false })
  return exitCode ?? null
}
