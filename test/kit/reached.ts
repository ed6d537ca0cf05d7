/** What tests reach, written down while they run: transitions of ledgers that the product wrote, verbs, commands. */
import { appendFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Entry } from '../../src/domain/ledger.ts'
import type { Reached } from '../../scripts/reached/rows.ts'

const root = new URL('../../', import.meta.url).pathname
const told = new Set<string>()
/** Hashes of entries that a test made itself: what is only set up is reached by nobody. */
const made = new Set<string>()

/** Remembers an entry as a test's own. */
export function ownEntry(entry: Entry): Entry {
  made.add(entry.hash)
  return entry
}

/** Entries as they were read from a ledger; answers them. */
export function reachedEntries<All extends readonly Entry[]>(entries: All): All {
  for (const entry of entries)
    if (!made.has(entry.hash)) reached({ kind: 'transition', name: `${entry.from} ${entry.event} ${entry.to}` })
  return entries
}

/** Words of a command line that ended so. A call that was refused as wrong, or asks for help, has done nothing of its verb. */
export function reachedVerb(words: readonly string[], code: number | null): void {
  const end = words.findIndex((word) => !/^[a-z]+$/.test(word))
  const named = end < 0 ? words : words.slice(0, end)
  if (code !== usage && named.length > 0 && !words.includes('--help'))
    reached({ kind: 'verb', name: named.slice(0, 2).join(' ') })
}

/** A command of the Action that ended so. */
export function reachedCommand(command: string, code: number | null): void {
  if (code !== usage) reached({ kind: 'command', name: command })
}

const usage = 2

/** One line for each test and thing, where the run keeps them. */
export function reached({ kind, name }: Pick<Reached, 'kind' | 'name'>): void {
  const file = process.env['VPS_TEST_REACHED']
  if (file === undefined) return
  const line: Reached = { kind, name, ...reachedBy() }
  const text = JSON.stringify(line)
  if (told.has(text)) return
  told.add(text)
  appendFileSync(file, `${text}\n`)
}

/** What test/computed.setup.ts gives: scripts use the kit too, and load no vitest for it. */
export interface Running {
  vpsTestNow?: () => { readonly testPath?: string; readonly currentTestName?: string }
}

/** The test that runs now; in a hook, its file alone. */
export function reachedBy(): Pick<Reached, 'file' | 'test'> {
  const { testPath = '', currentTestName = '' } = (globalThis as Running).vpsTestNow?.() ?? {}
  return { file: relative(root, testPath), test: currentTestName }
}
