/** A pipe in the place of a file: nobody waits for it. */
import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Alteration } from '../alteration.ts'

export const alteration: Alteration = {
  id: 'V39',
  what: 'a pipe in the place of a file: nobody waits for it',
  ledger: 'true',
  files: async (folder) => {
    await rm(join(folder, 'evidence/facts.json'))
    execFileSync('mkfifo', [join(folder, 'evidence/facts.json')])
  },
  expected: 'not valid',
  says: 'is a pipe',
}
