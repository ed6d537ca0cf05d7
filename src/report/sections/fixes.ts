/** Every fix of a session: its commit, what it changed, what had failed before it, and what of that succeeds since. */
import { isPart, type Entry, type PartEntry } from '../../domain/events/entry.ts'
import type { FixFacts, RedNow } from '../../domain/fix/end.ts'
import { fixesOf } from '../../domain/fix/refusals.ts'
import { redName, redNow } from '../../domain/fix/red.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, joined, paragraph, strong, table, text, type Inline, type Section } from '../section.ts'

const shown = 6
/** Of what was red, one row each; a fleet may have thousands. */
const rowsShown = 100

export function fixesSection({ entries, verdict }: Pick<ProofInput, 'entries' | 'verdict'>): Section | null {
  const fixes = fixesOf(entries)
  const last = fixes.at(-1)
  if (last === undefined) return null
  return {
    id: 'fixes',
    title: 'Fixes',
    blocks: [
      table(
        ['commit', 'branch', 'changed', 'local tests, executed before and after', 'was red', 'alone', 'in this test'],
        fixes.map((f) => [
          inline`${code(f.commit.slice(0, 12))} ${text(f.subject, 100)}`,
          inline`${code(f.branch, 200)}${pushedText(f)}`,
          text(listed(f.files), 300),
          f.tests.length === 0
            ? 'none'
            : joined(
                f.tests.map((t) => inline`${code(t.command, 80)} ${t.before ?? '?'}, ${t.after ?? '?'}`),
                '; ',
              ),
          text(listed(f.red.map((r) => r.subject)), 300),
          alone(f, aloneOf(entries, f.number)),
          // An earlier fix is answered by the failure that the next one was made for.
          f === last ? greenText(redNow(f.red, verdict)) : '–',
        ]),
      ),
      ...eachRed(last, aloneOf(entries, last.number), redNow(last.red, verdict)),
    ],
  }
}

const pushedText = ({ pushed }: FixFacts): Inline =>
  pushed === null
    ? ''
    : pushed.fault === null
      ? inline`, pushed to ${text(pushed.remote, 100)}`
      : inline`, ${strong('not pushed')}: ${text(pushed.fault, 300)}`

/** What was tried alone after this fix; the newest, where it was tried again. */
function aloneOf(entries: readonly Entry[], fix: number): PartEntry | undefined {
  const from = entries.findIndex((e) => e.event === 'fixed' && e.facts.fix.number === fix)
  const next = entries.findIndex((e, i) => i > from && e.event === 'fixed')
  return entries.slice(from + 1, next === -1 ? undefined : next).findLast(isPart)
}

const alone = ({ first }: FixFacts, tried: PartEntry | undefined): Inline =>
  tried === undefined
    ? first
      ? 'not yet'
      : '–'
    : inline`${strong(tried.event)}, ${greenText(tried.facts.red)} (${code(tried.facts.folder)}, evidence ${code(tried.facts.evidenceRoot)})`

function eachRed({ red }: FixFacts, tried: PartEntry | undefined, now: RedNow): Section['blocks'] {
  if (red.length === 0) return []
  return [
    ...(red.length > rowsShown ? [paragraph(`The first ${rowsShown} of ${red.length} that were red:`)] : []),
    table(
      ['was red', 'suite', 'group', 'alone', 'in this test'],
      red
        .slice(0, rowsShown)
        .map((r) => [
          text(r.subject, 200),
          text(r.suite, 40),
          text(r.group, 80),
          tried === undefined ? '–' : colourOf(tried.facts.red, redName(r)),
          colourOf(now, redName(r)),
        ]),
    ),
  ]
}

const colourOf = (now: RedNow, name: string): Inline =>
  now.red.includes(name)
    ? strong('red')
    : now.unknown.includes(name)
      ? 'not counted'
      : now.green.includes(name)
        ? 'green'
        : '–'

const listed = (all: readonly string[]): string =>
  all.length === 0 ? '–' : `${all.slice(0, shown).join(', ')}${all.length > shown ? `, … (${all.length})` : ''}`

function greenText({ green, red, unknown }: RedNow): Inline {
  const all = green.length + red.length + unknown.length
  if (all === 0) return 'it did not build or deploy before'
  return red.length + unknown.length === 0
    ? `all ${all}`
    : inline`${green.length} of ${all}; ${strong('not')}: ${text(listed([...red, ...unknown]), 200)}`
}
