/** What only the section of observed connections shows, and findings that belong to no pair. */
import { valueOf } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { ClaimsUse, FigureUse, WindowUse } from '../../profile.ts'
import { spread } from '../../statistics.ts'
import type { RunContext } from '../run-context.ts'
import { counts } from '../sample.ts'
import { nodeResult } from '../connectivity/figures.ts'
import type { ObservedFigures, ObservedSample, ObservedWindow } from './window.ts'

export function observedFigures(
  run: RunContext,
  samples: readonly ObservedSample[],
  windows: number,
  { looks }: WindowUse,
): ObservedFigures {
  const counted = samples.filter(counts)
  const told = (kind: Finding['kind']): number => samples.filter((s) => s.findings.some((f) => f.kind === kind)).length
  return {
    nodes: run.peers.map((n) => nodeResult(n, run.measurements, counted)),
    timeToDelivery: spread(
      counted.flatMap(({ outcome, path, there, back }) =>
        outcome === 'success' && path === 'end-to-end' && there.firstMs !== null && back.firstMs !== null
          ? [Math.max(there.firstMs, back.firstMs)]
          : [],
      ),
    ),
    looks,
    windows,
    refuted: told('claim-without-delivery'),
    silent: told('silent-success'),
  }
}

/** Figures that cannot be, each once with its highest value; and entries that could not be read. */
export function runFindings(
  { figures }: ClaimsUse,
  peers: number,
): { readonly add: (window: ObservedWindow) => void; readonly end: () => readonly Finding[] } {
  const rows = figures.map(({ path, field, atMost }: FigureUse) => ({
    path,
    field,
    most: atMost === 'peers' ? peers : atMost,
    highest: -Infinity,
    above: 0,
    all: 0,
  }))
  let unread = 0
  let windows = 0
  const unanswered = new Map<string, { times: number; readonly why: string }>()
  return {
    add(window) {
      windows++
      for (const { path, why } of window.unanswered) {
        const row = unanswered.get(path) ?? { times: 0, why }
        row.times++
        unanswered.set(path, row)
      }
      unread += valueOf(window.reports)?.unreadable ?? 0
      for (const { path, field, value } of window.figures)
        for (const row of rows)
          if (value !== null && row.path === path && row.field === field) {
            row.all++
            row.highest = Math.max(row.highest, value)
            if (value > row.most) row.above++
          }
    },
    end: () => [
      ...rows
        .filter((r) => r.above > 0)
        .map(({ path, field, most, highest, above, all }): Finding => ({
          kind: 'untrustworthy-figure',
          message: `the registry's ${path} says ${field} ${highest}, and ${most} is the most that can be (${above} of ${all} times)`,
          attempts: [],
        })),
      ...[...unanswered].map(([path, { times, why }]): Finding => ({
        kind: 'unreadable-claims',
        message: `the registry's ${path} could not be read in ${times} of ${windows} windows (${why}): what it said is not known`,
        attempts: [],
      })),
      ...(unread === 0
        ? []
        : [
            {
              kind: 'unreadable-claims' as const,
              message: `${unread} entries of the registry's reports could not be read`,
              attempts: [],
            },
          ]),
    ],
  }
}
