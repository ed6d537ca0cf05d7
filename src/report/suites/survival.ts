/** Survival's sections: each connection with its age and its end, and why one was lost. */
import { subjectName } from '../../domain/suites/sample.ts'
import { pairKey } from '../../domain/suites/connectivity/timetable.ts'
import type { SurvivalFigures, SurvivalSample } from '../../domain/suites/survival/work.ts'
import { iso, ms } from '../../domain/text.ts'
import { inline, list, table, toned, type Section } from '../section.ts'
import type { SuitePages } from './suite-report.ts'

export const survivalPages: SuitePages<'survival'> = ({ samples, figures }) => ({
  overview: [connections(samples, figures)],
  terms: inline`Kept connections: opened at the first test and never dialled again. At a checkpoint one survived if the
    same process carried a fresh payload of ours between the same two ends, found with the receiver.`,
  sentences: samples.some((s) => s.outcome !== 'success')
    ? [
        {
          id: 'survival-lost',
          title: 'Connections that were not kept',
          blocks: [list(samples.filter((s) => s.outcome !== 'success').map((s) => s.sentence))],
        },
      ]
    : [],
  figures: [],
})

const connections = (samples: readonly SurvivalSample[], { phase, connections: all }: SurvivalFigures): Section => ({
  id: 'survival',
  title: phase === 'opened' ? 'Connections opened' : 'Connections kept',
  blocks: [
    table(
      ['connection', 'path', 'opened', 'last seen alive', 'open for', 'now'],
      all.map(({ pair, path, openedAt, lastSeenAt }) => {
        const sample = samples.find((s) => pairKey(s.subject.pair) === pairKey(pair))
        const [word, tone] =
          sample?.outcome === 'success'
            ? (['alive', 'good'] as const)
            : sample?.outcome === 'failed'
              ? (['lost', 'bad'] as const)
              : (['does not count', 'warn'] as const)
        return [
          subjectName({ kind: 'pair', pair }),
          path ?? '–',
          openedAt === null ? '–' : iso(openedAt),
          lastSeenAt === null ? '–' : iso(lastSeenAt),
          openedAt === null || lastSeenAt === null ? '–' : ms(lastSeenAt - openedAt),
          toned(word, tone),
        ]
      }),
    ),
  ],
})
