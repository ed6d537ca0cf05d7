/** Every alteration of a sealed folder, and what `verify` says of it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { carriedOut, type Alteration } from '../../test/gauntlet/alteration.ts'
import type { Row } from './rows.ts'

const place = join(import.meta.dirname, '../../test/gauntlet/alterations')

export async function alterationRows(): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const name of readdirSync(place).toSorted()) {
    const { alteration } = (await import(join(place, name))) as { readonly alteration: Alteration }
    rows.push(await rowOf(alteration))
  }
  return rows
}

async function rowOf(a: Alteration): Promise<Row> {
  const { faults, anchored, anchor, verdict } = await carriedOut(a)
  const seen = faults.length > 0 ? 'not valid' : anchored ? 'anchored' : 'unanchored'
  const says = a.says === undefined || [...faults, anchor].join('\n').includes(a.says)
  const judged = a.verdict === undefined || a.verdict === verdict
  return {
    family: 'alteration',
    on: 'folder',
    id: a.id,
    what: a.what,
    expected: a.expected,
    seen: says && judged ? seen : `${seen}, in other words: ${faults[0] ?? anchor}`,
    held: seen === a.expected && says && judged,
  }
}
