/** Waiting on conditions, with a deadline that names what did not come. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs = 300_000,
  stepMs = 5,
): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${limitMs / 1000} s`)
    await pause(stepMs)
  }
}

/** The commit that the ledger's branch stands at; empty before the first entry. Read without git, to be quick. */
export function tipOf(projectDir: string): string {
  try {
    return readFileSync(join(projectDir, 'ledger.git/refs/heads/vps-test-ledger'), 'utf8').trim()
  } catch {
    return ''
  }
}
