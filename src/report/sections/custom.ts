/** Criteria `custom`: the expression, and what it came to. */
import type { ProofInput } from '../proof-input.ts'
import { code, pairs, strong, type Section } from '../section.ts'

export function customSection({ verdict: { custom } }: Pick<ProofInput, 'verdict'>): Section | null {
  if (custom === undefined) return null
  return {
    id: 'custom',
    title: 'The expression',
    blocks: [
      pairs([
        ['Expression', code(custom.expression ?? 'none', 2000)],
        [
          'Came to',
          custom.value === null
            ? strong(`could not be judged: ${custom.error ?? ''}`)
            : custom.value
              ? 'true'
              : strong('false'),
        ],
      ]),
    ],
  }
}
