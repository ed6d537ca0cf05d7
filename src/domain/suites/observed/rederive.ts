/** What windows say twice: their ids and number, the nodes that took part, their counters, and what is read of claims. */
import { canonical } from '../../canonical.ts'
import { valueOf } from '../../evidence.ts'
import { peersOf } from '../../fleet.ts'
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import { readingFaults } from '../../rederive/counters.ts'
import { observedPairs, windowsFor } from './pairs.ts'
import type { ObservedWindow, ObservedWork } from './window.ts'

export function rederiveWindows(
  { fleet, test, there, measurements }: RederiveContext,
  { targets, window: use, only }: ObservedWork,
): Rederivation<ObservedWindow> {
  const peers = peersOf(fleet).filter((n) => there.includes(n.name))
  const names = sorted(peers.map((n) => n.name))
  const planned = windowsFor(observedPairs(peers, measurements, only), targets.sampleFloor)
  let [last, first, retrying] = [0, 0, false]
  return {
    add: (w) => {
      const faults = [
        ...(w.id === `${test}.${w.window}` ? [] : ['its id is not of its test and number']),
        ...(w.window === last + 1 ? [] : [`stands behind window ${last}`]),
        ...(retrying && w.retry !== true ? ['stands behind retries'] : []),
        ...(w.endedAt >= w.startedAt ? [] : ['it ended before it began']),
        ...(w.looks.length <= use.looks.length && w.looks.every((l, i) => l.atMs >= (w.looks[i - 1]?.atMs ?? 0))
          ? []
          : ['its looks are not those of the plan']),
        ...([Object.keys(w.starts), Object.keys(w.before), ...w.looks.map((l) => Object.keys(l.readings))].every(
          (nodes) => sorted(nodes) === names,
        )
          ? []
          : ['its nodes are not those of the plan']),
        ...Object.entries(w.starts).flatMap(([node, s]) =>
          (valueOf(s)?.node ?? node) === node ? [] : [`what was started on ${node} is told of another node`],
        ),
        ...w.looks.flatMap(({ readings }, i) =>
          Object.entries(readings).flatMap(([node, r]) =>
            readingFaults(r).map((f) => `look ${i + 1}: counters of ${node}: ${f}`),
          ),
        ),
      ]
      last = w.window
      if (w.retry === true) retrying = true
      else if (w.repeats === undefined) first++
      return faults.map((f) => `window ${w.id}: ${f}`)
    },
    end: () => (first === planned ? [] : [`${first} of the plan's ${planned} windows are there`]),
  }
}

const sorted = (names: readonly string[]): string => canonical(names.toSorted())
