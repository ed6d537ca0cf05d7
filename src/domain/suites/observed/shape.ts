/** The shape of one window's line of evidence, and of the suite's work in a plan: either may come from a stranger. */
import { patternShape } from '../../pattern.ts'
import type { ClaimsUse, FigureUse, LineUse, ReportsUse, WindowUse } from '../../profile.ts'
import { anything, every, flag, list, name, number, oneOf, optional, orNull, record, text, time } from '../../shape.ts'
import { onlyShape, reading, readOf, runningShape, targetsShape } from '../connectivity/evidence-shape.ts'
import type {
  Figure,
  LogClaim,
  LogClaims,
  WindowLook,
  ObservedWindow,
  ObservedWork,
  Reported,
  Reports,
  Unanswered,
} from './window.ts'

const says = oneOf('connected', 'failed')
const method = oneOf('direct', 'hole_punched', 'relayed', null)
const report = every<Reported>({ id: name, from: name, to: name, method: name, failed: flag })
const logClaim = every<LogClaim>({ about: name, says, method, line: text })

export const windowShape = every<ObservedWindow>({
  id: name,
  startedAt: time,
  endedAt: time,
  retry: optional(oneOf(true)),
  repeats: optional(name),
  window: number,
  starts: record(readOf(runningShape)),
  before: record(orNull(number)),
  peerIds: record(name),
  looks: list(every<WindowLook>({ atMs: number, readings: record(reading) }), 20),
  reports: readOf(every<Reports>({ list: list(report, 20_000), unreadable: number })),
  log: record(readOf(every<LogClaims>({ list: list(logClaim, 1000), more: number }))),
  figures: list(every<Figure>({ path: text, field: name, value: orNull(number) }), 5000),
  registry: orNull(readOf(oneOf(true))),
  unanswered: list(every<Unanswered>({ path: text, why: text }), 100),
})

export const observedWorkShape = every<ObservedWork>({
  targets: targetsShape,
  cooloffSeconds: number,
  servicePort: number,
  only: onlyShape,
  window: every<WindowUse>({ looks: list(number, 20), minBytes: number, sustainedSeconds: number }),
  claims: every<ClaimsUse>({
    reports: orNull(
      every<ReportsUse>({
        path: text,
        list: text,
        id: text,
        from: text,
        to: text,
        method: text,
        failed: list(record(anything)),
      }),
    ),
    log: list(every<LineUse>({ pattern: patternShape, says, method })),
    figures: list(every<FigureUse>({ path: text, list: text, field: text, atMost: anything })),
  }),
})
