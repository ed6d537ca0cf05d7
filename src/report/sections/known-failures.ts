/** The repository's list of known failures, and what became of each. */
import { knownName, type KnownState } from '../../domain/known-failures.ts'
import type { Verdict } from '../../domain/verdict.ts'
import { table, toned, type Section } from '../section.ts'

const words: { readonly [S in KnownState]: readonly [string, 'good' | 'bad' | 'warn' | 'dim'] } = {
  failing: ['left out', 'warn'],
  'now-passing': ['now passing, left out', 'good'],
  'not-counted': ['left out, nothing was counted', 'warn'],
  expired: ['expired, counts again', 'bad'],
  unmatched: ['names nothing that was tested', 'dim'],
}

export const knownSection = ({ known }: Verdict): Section | null =>
  known === undefined
    ? null
    : {
        id: 'known-failures',
        title: 'Known failures',
        blocks: [
          table(
            ['what', 'state', 'failed', 'until', 'reason'],
            known.map((k) => [
              knownName(k),
              toned(...words[k.state]),
              `${k.failed} of ${k.attempts}`,
              k.until,
              k.reason,
            ]),
          ),
        ],
      }
