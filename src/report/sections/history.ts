/** Every other test of the program that this ledger knows of: what was begun, and what became of it. */
import { iso } from '../../domain/text.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, paragraph, strong, table, text, type Section } from '../section.ts'

export function historySection({ input: { history } }: Pick<ProofInput, 'input'>): Section | null {
  if (history === undefined) return null
  const roots = new Map(history.begun?.interrupted.map((i) => [i.test, i.evidenceRoot]))
  return {
    id: 'history',
    title: 'Tests of this program before',
    blocks: [
      history.before.length === 0
        ? paragraph('None that this ledger knows of.')
        : table(
            ['session', 'test', 'begun', 'end', 'evidence of what did not end'],
            history.before.map((t) => [
              text(t.session, 80),
              `${t.test}`,
              iso(t.at),
              inline`${t.end ?? strong('none')}${t.part === true ? ', of a few attempts' : ''}`,
              t.end === null && roots.get(t.test) !== undefined ? code(roots.get(t.test) ?? 'not found') : '–',
            ]),
            ['left', 'right'],
          ),
    ],
  }
}
