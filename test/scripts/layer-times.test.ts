/** What `npm test` says of its own time. */
import { expect, test } from 'vitest'
import { layerTimes } from '../../scripts/task/layer-times.mjs'

const file = (layer: string, path: string, began: number, ended: number, ms = ended - began, cpuMs = 0) => ({
  layer,
  path,
  tests: 2,
  ms,
  began,
  ended,
  cpuMs,
})

test('a line for each layer, from its first file to its last, and the files that took and computed most', () => {
  const files = [
    file('pure', 'test/a.test.ts', 0, 1500),
    file('lab', 'test/lab/b.test.ts', 1000, 61_000, 59_000, 20_000),
    file('pure', 'test/c.test.ts', 1000, 2000, 900, 1200),
  ]
  expect(layerTimes(files, 2)).toEqual([
    'layer  files  tests  from first to last s  sum of files s  computed s',
    'pure       2      4                   2.0             2.4         1.2',
    'lab        1      2                  60.0            59.0        20.0',
    '',
    'slowest file           s',
    'test/lab/b.test.ts  59.0',
    'test/a.test.ts       1.5',
    '',
    'computed most          s',
    'test/lab/b.test.ts  20.0',
    'test/c.test.ts       1.2',
  ])
})
