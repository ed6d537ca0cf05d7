/** Leases as a person reads them. */
import type { HeldLease } from '../commands/lease.ts'
import type { NodeName } from '../domain/fleet.ts'
import { duration, stripHidden } from '../domain/text.ts'
import { blockText, type Palette } from '../report/plain.ts'
import { table, toned } from '../report/section.ts'

export interface LeaseRow extends HeldLease {
  readonly node: NodeName
  /** It lasts longer than the longest plan. */
  readonly odd: boolean
}

export const leasesTable = (rows: readonly LeaseRow[], palette: Palette): string =>
  blockText(
    table(
      ['node', 'service', 'session', 'who', 'why', 'ends in', 'note'],
      rows.map((l) => [
        l.node,
        stripHidden(l.service, 100),
        stripHidden(l.holder, 150),
        stripHidden(l.who, 100),
        stripHidden(l.why, 100),
        duration(l.secondsLeft * 1000),
        l.odd ? toned('longer than the longest plan: vps-test lease break ends it', 'warn') : '',
      ]),
    ),
    palette,
  )
