/** One line of the recorder that watches a node through a soak: the node's facts, and what only a soak asks. */
import { notRead, thereIs, type NodeClock, type Read } from '../evidence.ts'
import type { NetworkLife } from '../network-life.ts'
import { parseNodeFacts, type MachineFacts, type UnitFacts } from '../node-facts.ts'

/** What was read of the recorder on one node: its lines as they were, the oldest first. */
export interface SoakNotes {
  readonly node: string
  readonly lines: Read<readonly string[]>
}

/** Nobody's lines are more, or longer. */
export const mostSoak = { lines: 5000, characters: 4000 } as const

/** Between the parts of a line. */
export const partsWord = '\t'

export interface SoakSample {
  readonly clock: NodeClock
  readonly bootId: string
  readonly machine: MachineFacts
  readonly unit: UnitFacts
  /** How often the kernel has killed for lack of memory since boot. */
  readonly oomKills: Read<number>
  readonly lives: NetworkLife['lives']
}

/** Null: it is torn, or does not tell its moment. */
export function sampleIn(line: string): SoakSample | null {
  const parts = line.split(partsWord)
  const { machine, units, whole } = parseNodeFacts(parts.join('\n'))
  const [unit] = units
  if (!whole || unit === undefined || machine.clock.kind !== 'there' || machine.bootId.kind !== 'there') return null
  const said = new Map(
    parts.flatMap((p) => {
      const [, key = '', value = ''] = /^soak ([a-z]+) (.*)$/.exec(p) ?? []
      return key === '' ? [] : [[key, value.trim()] as const]
    }),
  )
  const [place = '', box = ''] = (said.get('lives') ?? '').split(' ')
  return {
    clock: machine.clock.value,
    bootId: machine.bootId.value,
    machine,
    unit,
    oomKills: count(said.get('oom'), 'out-of-memory kills'),
    lives: { place: life(place), box: life(box) },
  }
}

const count = (text: string | undefined, what: string): Read<number> =>
  /^\d{1,15}$/.test(text ?? '') ? thereIs(Number(text)) : notRead(`the node did not say its ${what}`)

const life = (word: string): string | null => (/^(?:\d{1,15}\.\d{1,20}|none)$/.test(word) ? word : null)
