/** Fixtures as a run would have written them: rounds from 1, raw texts behind records, controls and NATs, rows once. */
import { controlOf, isTrial } from '../../src/domain/control-trial.ts'
import {
  thereIs,
  valueOf,
  type Control,
  type Counters,
  type Sum,
  type RoundEvidence,
} from '../../src/domain/evidence.ts'
import type { MeasuredNats, NatMeasurement } from '../../src/domain/fleet.ts'
import { expectedSha256 as hashOf } from '../../src/domain/payload.ts'
import type { Profile } from '../../src/domain/profile.ts'
import { recordIn } from '../../src/domain/received.ts'
import { pairKey } from '../../src/domain/suites/connectivity/timetable.ts'
import { lengthOf, nonceOf } from '../../src/domain/test-seed.ts'
import { seed } from './facts.ts'
import { emptyCounters, flow, reading } from '../domain/fixtures.ts'

/** `relays`: nodes whose counters are read in each round. `before`: rounds that went before, with tries of each pair. */
export function consistentRounds(
  rounds: readonly RoundEvidence[],
  { record, payload }: Pick<Profile, 'record' | 'payload'>,
  relays: readonly string[],
  { before, tries } = { before: 0, tries: new Map<string, number>() },
): readonly RoundEvidence[] {
  return rounds.map((line, i) => {
    const round = before + i + 1
    const attempts = line.attempts.map((a) => {
      const id = `1.${round}.${a.pair.from}.${a.pair.to}`
      const nonce = nonceOf(seed, id)
      const bytes = payload.kind === 'opaque' ? 0 : lengthOf(seed, id, payload.minBytes, payload.maxBytes)
      const expectedSha256 = hashOf(payload, seed, { id, nonce, bytes })
      const repetition = (tries.get(pairKey(a.pair)) ?? 0) + 1
      tries.set(pairKey(a.pair), repetition)
      const told = valueOf(a.record)
      const raw = JSON.stringify({
        nonce: told?.nonce === a.nonce ? nonce : told?.nonce,
        bytes: told?.bytes === a.bytes ? bytes : told?.bytes,
        sha256: told?.sha256 === a.expectedSha256 ? expectedSha256 : told?.sha256,
        from: told?.from,
        missing: told?.missing,
        completed_ms: told?.completedMs,
      })
      const written =
        told === null
          ? null
          : recordIn({ record, payload }, raw, { nonce: told.nonce === a.nonce ? nonce : told.nonce, bytes })
      return {
        ...a,
        id,
        nonce,
        bytes,
        repetition,
        expectedSha256,
        record: written === null ? a.record : thereIs(written),
        kept: valueOf(a.kept)?.sha256 === a.expectedSha256 ? thereIs({ bytes, sha256: expectedSha256 }) : a.kept,
      }
    })
    const concerned = [...new Set([...attempts.flatMap((a) => [a.pair.from, a.pair.to]), ...relays])]
    const readings = Object.fromEntries(
      concerned.map((node) => {
        const seen = line.readings[node] ?? reading(thereIs(emptyCounters))
        const { counters, box } = seen
        return [
          node,
          {
            ...seen,
            counters: counters.kind === 'there' ? thereIs(merged(counters.value)) : counters,
            box: box?.kind === 'there' ? thereIs({ ...box.value, counters: merged(box.value.counters) }) : box,
          },
        ]
      }),
    )
    return { ...line, round, attempts, readings }
  })
}

/** A kernel's set has one row for each two ends. */
const merged = (c: Counters): Counters => ({ ...c, in: rows(c.in), out: rows(c.out), sent: rows(c.sent) })
const rows = <R extends Sum>(flows: readonly R[]): readonly R[] =>
  [...Map.groupBy(flows, (f) => JSON.stringify({ ...f, packets: 0, bytes: 0 })).values()].flatMap((alike) =>
    alike.slice(0, 1).map((one) => ({
      ...one,
      packets: alike.reduce((n, f) => n + f.packets, 0),
      bytes: alike.reduce((n, f) => n + f.bytes, 0),
    })),
  )

export const consistentControls = (controls: readonly Control[]): readonly Control[] =>
  controls.map((c, i) => {
    if (!isTrial(c.name)) return c
    const { name } = c
    const [bindPort, port] = [29_000 + i, 28_000 + i]
    const through = c.seen === 'through'
    return controlOf(name, c.from, c.to, {
      answer: { event: 'send-result', acked: through, hash_ok: through },
      from: { ...emptyCounters, out: [flow('198.18.2.10', port, bindPort, 5, 5 * 4200)] },
      to:
        c.witnessed && !through
          ? emptyCounters
          : { ...emptyCounters, in: [flow('198.18.7.10', bindPort, port, 5, 5 * 4200)] },
      bindPort,
      port,
    })
  })

/** The same edit of what was measured before and after. */
export const inBoth = (of: MeasuredNats, edit: (m: NatMeasurement) => NatMeasurement): MeasuredNats => ({
  before: of.before.map(edit),
  after: of.after.map(edit),
})

export const consistentNat = (m: NatMeasurement): NatMeasurement => ({
  ...m,
  raw: [
    {
      event: 'nat',
      behind_nat: m.mapping !== 'none',
      mapping: m.mapping === 'none' ? 'EIM' : m.mapping,
      filtering: m.filtering,
      stable: m.stable,
      port_preserving: m.portPreserving,
      mapped: m.externalAddresses.map((a) => ({ addr: `${a}:9` })),
      hairpin: m.hairpin,
    },
  ],
})
