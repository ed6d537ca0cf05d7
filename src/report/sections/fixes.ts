/** Every fix of a session: its commit, what it changed, what had failed before it, and what of that succeeds in this test. */
import { fixesOf } from '../../domain/fix/refusals.ts'
import { redNow } from '../../domain/fix/red.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, joined, strong, table, text, type Inline, type Section } from '../section.ts'

const shown = 6

export function fixesSection({ entries, verdict }: Pick<ProofInput, 'entries' | 'verdict'>): Section | null {
  const fixes = fixesOf(entries)
  if (fixes.length === 0) return null
  const last = fixes.at(-1)
  return {
    id: 'fixes',
    title: 'Fixes',
    blocks: [
      table(
        ['commit', 'branch', 'changed', 'local tests, executed before and after', 'was red', 'is green in this test'],
        fixes.map((f) => [
          inline`${code(f.commit.slice(0, 12))} ${text(f.subject, 100)}`,
          code(f.branch, 200),
          text(listed(f.files), 300),
          f.tests.length === 0
            ? 'none'
            : joined(
                f.tests.map((t) => inline`${code(t.command, 80)} ${t.before ?? '?'}, ${t.after ?? '?'}`),
                '; ',
              ),
          text(listed(f.red.map((r) => r.subject)), 300),
          // An earlier fix is answered by the failure that the next one was made for.
          f === last ? green(redNow(f.red, verdict)) : '–',
        ]),
      ),
    ],
  }
}

const listed = (all: readonly string[]): string =>
  all.length === 0 ? '–' : `${all.slice(0, shown).join(', ')}${all.length > shown ? `, … (${all.length})` : ''}`

function green({ green: good, red, unknown }: ReturnType<typeof redNow>): Inline {
  const all = good.length + red.length + unknown.length
  if (all === 0) return 'it did not build or deploy before'
  return red.length + unknown.length === 0
    ? `all ${all}`
    : inline`${good.length} of ${all}; ${strong('not')}: ${text(listed([...red, ...unknown]), 200)}`
}
