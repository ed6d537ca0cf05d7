/**
 * Each place of evidence that a stranger may fill: what its shape lets through is judged and derived again without an
 * engine's own words, so that whatever is read was checked.
 */
import { describe, expect, test } from 'vitest'
import { shapes, trustedEvidence } from '../../src/domain/bundle-shape.ts'
import { verdictInputOf, type Bundle } from '../../src/domain/bundle.ts'
import { manifestOf } from '../../src/domain/manifest.ts'
import type { Profile } from '../../src/domain/profile.ts'
import { rederiveItems, rederivedFaults } from '../../src/domain/rederive/test.ts'
import { verdict } from '../../src/domain/verdict.ts'
import { renderBundleProof } from '../../src/report/bundle-proof.ts'
import { unclean } from '../kit/engine-words.ts'
import { bundleOf } from '../kit/sealed.ts'

type Path = readonly string[]
/** Of many that are alike the first, of entries all; the plan in them is the one that is swept by itself. */
const pathsIn = (value: unknown, at: Path = []): readonly Path[] =>
  typeof value !== 'object' || value === null
    ? [at]
    : [
        at,
        ...Object.entries(value)
          .filter(([key]) => key !== 'plan')
          .slice(0, Array.isArray(value) && at.length > 0 ? 1 : undefined)
          .flatMap(([key, one]) => pathsIn(one, [...at, key])),
      ]

const absent = Symbol('absent')
const odd: readonly unknown[] = [null, absent, -1, '__proto__', [], {}]

function put(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>
  const one = put(copy[key], rest, by)
  if (one === absent) delete copy[key]
  else copy[key] = one
  return copy
}

/** What an engine said, anywhere that it can be read; null: it said nothing. */
function engineWords(bundle: Bundle): string | null {
  const said: string[] = []
  try {
    const derived = rederiveItems(bundle)
    for (const round of bundle.items.connectivity ?? []) derived.add('connectivity', round)
    said.push(...rederivedFaults(bundle), ...derived.end())
    const judged = verdict(verdictInputOf(bundle))
    said.push(...judged.reasons.map((r) => r.text))
    renderBundleProof(bundle, judged, manifestOf([]))
  } catch (error) {
    said.push(error instanceof Error ? (error.stack ?? error.message) : 'undefined')
  }
  return said.find((text) => unclean.test(text)) ?? null
}

const whole = bundleOf()
/** One round is enough to be read: what is tried is the place, not the number. */
const short: Bundle = {
  ...whole,
  controls: whole.controls.slice(0, 1),
  items: { connectivity: (whole.items.connectivity ?? []).slice(0, 1) },
}
const profiled = (parts: Partial<Profile>): Bundle => ({
  ...short,
  plan: { ...short.plan, profile: { ...short.plan.profile, ...parts } as Bundle['plan']['profile'] },
})
const record = ['profile', 'record']
const { fields } = short.plan.profile.record.kind === 'jsonl' ? short.plan.profile.record : expect.fail('JSON lines')

const parts = {
  plan: (b: Bundle, value: unknown): Bundle => ({ ...b, plan: value as Bundle['plan'] }),
  facts: (b: Bundle, value: unknown): Bundle => ({ ...b, facts: value as Bundle['facts'] }),
  nat: (b: Bundle, value: unknown): Bundle => ({ ...b, measurements: value as Bundle['measurements'] }),
  controls: (b: Bundle, value: unknown): Bundle => ({ ...b, controls: value as Bundle['controls'] }),
  running: (b: Bundle, value: unknown): Bundle => ({ ...b, running: value as Bundle['running'] }),
  entries: (b: Bundle, value: unknown): Bundle => ({ ...b, entries: value as Bundle['entries'] }),
} as const
type Part = keyof typeof parts
const valueOf = (b: Bundle, part: Part): unknown =>
  ({
    plan: b.plan,
    facts: b.facts,
    nat: b.measurements,
    controls: b.controls,
    running: b.running,
    entries: b.entries,
  })[part]

const shape = shapes(trustedEvidence)
function swept(
  b: Bundle,
  part: Part,
  below: Path = [],
): { readonly through: number; readonly faults: readonly string[] } {
  const value = JSON.parse(JSON.stringify(valueOf(b, part))) as unknown
  const places = pathsIn(value).filter((path) => path.length > 0 && below.every((key, i) => path[i] === key))
  const tries = places.flatMap((path) => odd.map((by) => ({ path, by, changed: put(value, path, by) })))
  const through = tries.filter(({ changed }) => shape[part](changed) === null)
  const faults = through.flatMap(({ path, by, changed }) => {
    const words = engineWords(parts[part](b, changed))
    return words === null ? [] : [`${path.join('.')} = ${by === absent ? 'absent' : JSON.stringify(by)}: ${words}`]
  })
  return { through: through.length, faults }
}

test('the honest one passes its shapes, and nothing is said', () => {
  for (const part of Object.keys(parts) as Part[])
    expect([part, shape[part](valueOf(whole, part))]).toEqual([part, null])
  expect(engineWords(whole)).toBeNull()
})

describe('what passes the shape is read without an accident', () => {
  test.each<[string, Part, Bundle, Path?]>([
    ['plan', 'plan', short],
    ['log', 'plan', profiled({ record: { kind: 'log', path: null, pattern: '(?<nonce>x)' } }), record],
    ['list', 'plan', profiled({ record: { kind: 'http', port: 1, path: '/', list: '$', fields } }), record],
    ['facts', 'facts', short],
    ['NATs', 'nat', short],
    ['controls', 'controls', short],
    ['running', 'running', short],
    ['entries', 'entries', short],
  ])('%s', (_, part, bundle, below) => {
    const { through, faults } = swept(bundle, part, below)
    expect(faults.slice(0, 5)).toEqual([])
    expect(through).toBeGreaterThan(2)
  })
})

test.each([
  [{ record: { kind: 'jsonl', path: 'x', fields: null } }, '.profile.record.fields is no object'],
  [{ record: { kind: 'http', port: 1, path: '/', list: '$' } }, '.profile.record.fields is no object'],
  [{ record: { kind: 'log', path: null, pattern: '(?=x)' } }, '.profile.record.pattern is no pattern that is run here'],
  [{ payload: { kind: 'given', minBytes: null, maxBytes: 1, kept: null } }, '.profile.payload.minBytes is no number'],
  [{ peerId: { kind: 'file' } }, '.profile.peerId.path is no text'],
  [{ dial: { kind: 'commanded', dialect: 'x', args: [1] } }, '.profile.dial.args[0] is no text'],
])('a profile with %o is refused', (by, words) => {
  expect(shape.plan({ ...short.plan, profile: { ...short.plan.profile, ...by } })).toContain(words)
})
