/**
 * The receiver's own lines about payloads: from a file, or from the unit's journal; the newest mebibyte, twenty lines
 * at most.
 */
import type { Command } from './command.ts'
import { raw, sh } from './quote.ts'

const matching = (nonces: readonly string[]) =>
  raw(sh`grep -F ${nonces.flatMap((n) => ['-e', n])} | head -n 20 || true`)

/** Lines of a file that carry one of the nonces; none where there is no such file. */
export const fileLines = (path: string, nonces: readonly string[]): Command => ({
  kind: 'script',
  why: 'record: file',
  idempotent: true,
  text: sh`[ ! -e ${path} ] || tail -c 1048576 ${path} | ${matching(nonces)}`,
})

/** Lines of a unit's journal that carry one of the nonces. */
export const journalLines = (unit: string, nonces: readonly string[]): Command => ({
  kind: 'script',
  why: 'record: journal',
  idempotent: true,
  text: sh`journalctl --no-pager --quiet --output=cat --lines=20000 --unit ${unit} 2>/dev/null | tail -c 1048576 | ${matching(nonces)}`,
})
