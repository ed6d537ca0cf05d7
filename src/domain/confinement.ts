/**
 * Whether the tested program could have executed anything but itself: from what a program of ours could where it runs,
 * and from what the kernel says of its service.
 */
import type { Control } from './evidence.ts'
import type { Finding } from './findings.ts'
import type { NodeName } from './fleet.ts'

/** Events of our prober, or whatever stood in their place. */
export interface ConfinementRaw {
  /** Tried in a unit like that of the service. */
  readonly unit: unknown
  /** Read of the service's own process. */
  readonly service: unknown
  /** Tried as a dialler is run; null: the program is not told to dial. */
  readonly dialler: unknown
}

/** What is known of one of the three: where from something else can be executed, or why nobody knows. */
type Part = { readonly open: readonly string[] } | { readonly unknown: string }

/** `raw` null: the profile says that the program starts others. */
export function confinementOf(node: NodeName, raw: unknown): Control {
  const control = { name: 'confinement', from: node, to: node, expected: 'blocked' } as const
  if (raw === null)
    return {
      ...control,
      seen: 'through',
      witnessed: true,
      detail: 'its profile says that it starts other programs: nothing confines what it executes',
      raw: [],
    }
  const { unit, service, dialler } = fieldsOf(raw)
  const parts: readonly (readonly [string, Part])[] = [
    ['a unit like that of the service', triedOf(unit)],
    ['the service', heldOf(service)],
    ...(dialler === null ? [] : [['a dialler', triedOf(dialler)] as const]),
  ]
  const open = parts.flatMap(([who, p]) =>
    'open' in p && p.open.length > 0 ? [`${who} from ${p.open.join(', ')}`] : [],
  )
  const unknown = parts.flatMap(([who, p]) => ('unknown' in p ? [`${who}: ${p.unknown}`] : []))
  const sentences = [
    ...(open.length === 0 ? [] : [`could execute another program: ${open.join('; ')}`]),
    ...(unknown.length === 0 ? [] : [`what may be executed is not known of ${unknown.join('; ')}`]),
  ]
  return {
    ...control,
    seen: open.length > 0 ? 'through' : unknown.length > 0 ? 'error' : 'blocked',
    witnessed: unknown.length === 0,
    detail: sentences.join('; '),
    raw: [raw],
  }
}

/** One for each node on which something else could be executed, or nobody knows. */
export const looseFindings = (controls: readonly Control[]): readonly Finding[] =>
  controls
    .filter((c) => c.name === 'confinement' && c.seen !== 'blocked')
    .map((c) => ({ kind: 'not-confined', node: c.from, message: `${c.from}: ${c.detail}`, attempts: [] }))

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

const eventOf = (value: unknown, name: string): Readonly<Record<string, unknown>> | null => {
  const event = fieldsOf(value)
  return event['event'] === name ? event : null
}

function triedOf(value: unknown): Part {
  const event = eventOf(value, 'confined')
  const [ran, refused] = [wordsOf(event?.['ran']), wordsOf(event?.['refused'])]
  // One that tried nothing has shown nothing.
  return ran === null || refused === null || ran.length + refused.length === 0 ? notKnown(value) : { open: ran }
}

function heldOf(value: unknown): Part {
  const event = eventOf(value, 'held')
  const open = wordsOf(event?.['open'])
  if (event === null || open === null) return notKnown(value)
  return {
    open: [
      ...(event['no_new_privs'] === 1 ? [] : ['files with rights of their own']),
      ...(event['seccomp'] === 2 ? [] : ['anonymous files']),
      ...open,
    ],
  }
}

const notKnown = (value: unknown): Part => {
  const { why } = fieldsOf(value)
  return { unknown: typeof why === 'string' && why !== '' ? why.slice(0, 200) : 'nothing was told' }
}

/** As many as a sentence takes. */
const wordsOf = (value: unknown): readonly string[] | null =>
  Array.isArray(value) && value.every((v): v is string => typeof v === 'string')
    ? value.slice(0, 6).map((v) => v.slice(0, 80))
    : null
