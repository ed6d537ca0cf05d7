/** Every alteration of sealed evidence that is written down in `alterations/`: attack, expected, seen. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { carriedOut, type Alteration } from './alteration.ts'

const place = join(import.meta.dirname, 'alterations')
const all = await Promise.all(
  readdirSync(place).map(async (name) => ((await import(join(place, name))) as { alteration: Alteration }).alteration),
)

test('each has an id of its own', () => expect(new Set(all.map((a) => a.id)).size).toBe(all.length))

describe('alterations of evidence', () => {
  test.each(all.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((a) => [a.id, a.what, a] as const))(
    '%s %s',
    async (_id, _what, alteration) => {
      const result = await carriedOut(alteration)
      const seen = result.faults.length > 0 ? 'not valid' : result.anchored ? 'anchored' : 'unanchored'
      expect({ seen, faults: result.faults.slice(0, 3) }).toMatchObject({ seen: alteration.expected })
      if (alteration.says !== undefined) expect([...result.faults, result.anchor].join('\n')).toContain(alteration.says)
      if (alteration.verdict !== undefined) expect(result.verdict).toBe(alteration.verdict)
    },
  )
})
