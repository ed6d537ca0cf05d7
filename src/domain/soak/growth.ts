/** What of a service grows through a wait: figures as a table, their slopes, and what the configuration allows. */
import { valueOf } from '../evidence.ts'
import type { ServiceLook } from './looks.ts'
import type { SoakSample } from './sample.ts'
import { fewestReadings, trendOf, type Trend } from './trend.ts'

/** Null: reported and never a reason. */
export interface GrowthLimits {
  readonly memory: number | null
  readonly files: number | null
}

export type FigureId = 'memory' | 'files' | 'sockets'

interface Figure {
  readonly id: FigureId
  readonly what: string
  readonly unit: string
  readonly of: (s: SoakSample) => number | null
  /** What it must grow by through a wait, at least, to be worth an eye. */
  readonly notable: number
  readonly limit: (limits: GrowthLimits) => number | null
  readonly key: string | null
}

const bytesPerKiB = 1024

export const figures: readonly Figure[] = [
  {
    id: 'memory',
    what: 'resident memory',
    unit: 'MB',
    of: (s) => {
      const kib = valueOf(s.unit.residentKiB)
      return kib === null ? null : (kib * bytesPerKiB) / 1e6
    },
    notable: 2,
    limit: (l) => l.memory,
    key: 'soak.max_growth_mb_per_hour',
  },
  {
    id: 'files',
    what: 'open files',
    unit: 'files',
    of: (s) => valueOf(s.unit.openFiles),
    notable: 8,
    limit: (l) => l.files,
    key: 'soak.max_growth_files_per_hour',
  },
  {
    id: 'sockets',
    what: 'sockets',
    unit: 'sockets',
    of: (s) => valueOf(s.unit.sockets),
    notable: 8,
    limit: () => null,
    key: null,
  },
]

/** What a growth that shows is at least, of the first reading. */
const notableShare = 0.05

export interface Growth {
  readonly figure: FigureId
  /** Null: too few readings of one process. */
  readonly trend: Trend | null
  readonly judged: 'steady' | 'grows' | 'beyond the limit' | 'may be noise' | 'not known'
  /** Null: nothing to say beside the table. */
  readonly text: string | null
}

/** Of the process that was looked at most often. */
export function growthOf(looks: readonly ServiceLook[], limits: GrowthLimits): readonly Growth[] {
  const runs = Map.groupBy(
    looks.filter((l) => l.sample !== null && l.pid !== null && l.pid > 0),
    (l) => `${l.bootId} ${l.run ?? '-'} ${l.pid}`,
  )
  const longest = [...runs.values()].toSorted((a, b) => b.length - a.length)[0] ?? []
  return figures.map((figure) => {
    const points = longest.flatMap((l) => {
      const value = l.sample === null ? null : figure.of(l.sample)
      return value === null ? [] : [{ hours: l.at / 3_600_000, value }]
    })
    return judged(figure, trendOf(points), figure.limit(limits))
  })
}

function judged({ id, what, unit, notable, key }: Figure, trend: Trend | null, limit: number | null): Growth {
  if (trend === null)
    return {
      figure: id,
      trend,
      judged: 'not known',
      text:
        limit === null
          ? null
          : `${what}: fewer than ${fewestReadings} samples of one process, so that ${key} cannot be judged`,
    }
  const says = `${what} grows by ${figureText(trend.perHour)} ${unit} an hour (95 % interval ${figureText(trend.low)} to ${figureText(trend.high)}, ${figureText(trend.first)} → ${figureText(trend.last)} in ${trend.readings} samples)`
  if (limit !== null) {
    if (trend.low > limit)
      return { figure: id, trend, judged: 'beyond the limit', text: `${says}: ${key} allows ${limit}` }
    if (trend.perHour > limit)
      return { figure: id, trend, judged: 'may be noise', text: `${says}: ${key} allows ${limit}, may be noise` }
  }
  const least = trend.low * trend.hours
  return least >= Math.max(notable, notableShare * trend.first)
    ? { figure: id, trend, judged: 'grows', text: says }
    : { figure: id, trend, judged: 'steady', text: null }
}

/** Three digits that count. */
export const figureText = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toString() : Number(value.toPrecision(3)).toString()
