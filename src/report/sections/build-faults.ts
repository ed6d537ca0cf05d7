/** What the compiler said of a build that failed. */
import type { Entry } from '../../domain/ledger.ts'
import { buildFaultsOf } from '../../domain/events/readers.ts'
import { code, inline, list, type Inline, type Section } from '../section.ts'

export function buildFaultsSection(entries: readonly Entry[]): Section | null {
  const faults = buildFaultsOf(entries)
  if (faults.length === 0) return null
  const where = (file: string | null, line: number | null): Inline =>
    file === null ? '' : inline`${code(line === null ? file : `${file}:${line}`, 200)} `
  const items = faults.slice(0, 20).map((f) => inline`${where(f.file, f.line)}${f.message}`)
  const more = faults.length > 20 ? [`and ${faults.length - 20} more`] : []
  return { id: 'build', title: 'Build faults', blocks: [list([...items, ...more])] }
}
