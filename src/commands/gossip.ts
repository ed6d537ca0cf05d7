/** What a node has written down of broadcasts, and what it keeps of the shared map: read by commands of ours. */
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import type { Command } from './command.ts'
import { sh } from './quote.ts'

/** Of a record or a map, from its end: what runs long ago wrote is not of this test. */
const newest = 8 << 20

/**
 * Lines of a file that hold the beginning of this test's ids, no more than `most`; none where there is no such file.
 * What is no regular file is no record. Exit 65: it could not be read.
 */
export const messageLines = (path: string, prefix: string, most: number): Command => ({
  kind: 'script',
  why: 'record: broadcasts',
  idempotent: true,
  text: sh`f=${path}; [ -f "$f" ] || exit 0
    d=$(mktemp) || exit 65; trap 'rm -f "$d"' EXIT
    timeout 10 tail -c ${newest} "$f" >"$d" || exit 65
    grep -aF -e ${prefix} "$d" | head -n ${most}; exit 0`,
})

/** `map <keys> <sha256>` of this test's lines, sorted by their bytes; `absent` where there is none of them. */
export const mapState = (path: string, prefix: string): Command => ({
  kind: 'script',
  why: 'state: map',
  idempotent: true,
  text: sh`f=${path}; [ -f "$f" ] || { echo absent; exit 0; }
    d=$(mktemp) || exit 65; trap 'rm -f "$d"' EXIT
    timeout 10 tail -c ${newest} "$f" >"$d" || exit 65
    n=$(grep -acF -e ${`${prefix}/`} "$d"); [ "$n" -gt 0 ] || { echo absent; exit 0; }
    echo "map $n $(grep -aF -e ${`${prefix}/`} "$d" | LC_ALL=C sort | sha256sum | cut -c1-64)"`,
})

export function mapIn(stdout: string): Read<{ readonly keys: number; readonly sha256: string }> {
  const line = stdout.trim()
  const [, keys, sha256 = ''] = /^map (\d{1,9}) ([0-9a-f]{64})$/.exec(line) ?? []
  if (keys !== undefined) return thereIs({ keys: Number(keys), sha256 })
  return line === 'absent' ? { kind: 'absent' } : notRead('its map could not be hashed')
}
