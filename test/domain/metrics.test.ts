/** Answers of Prometheus and of a registry, right and hostile, as figures. */
import { expect, test } from 'vitest'
import {
  digestMetrics,
  queryFigures,
  mostMetrics,
  rangeUrl,
  stepOf,
  usualQueries,
  type MetricsAnswer,
} from '../../src/domain/metrics.ts'

const answer = (body: unknown, status = 200): MetricsAnswer => ({
  kind: 'answer',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})
const matrix = (result: unknown) => answer({ status: 'success', data: { resultType: 'matrix', result } })
const window = { from: 0, to: 60_000 }
const config = { prometheus: 'http://127.0.0.1:9090/', stepSeconds: 15, queries: usualQueries }

test('first, last, least and mostMetrics of each series; what is no number is passed over', () =>
  expect(
    queryFigures(
      matrix([
        {
          metric: { job: 'a', instance: 'b"c' },
          values: [
            [0, '2'],
            [15, 'NaN'],
            [30, '-1.5'],
            [45, '7'],
          ],
        },
      ]),
    ),
  ).toEqual({
    kind: 'series',
    series: [{ labels: 'instance="b\\"c",job="a"', points: 3, first: 2, last: 7, min: -1.5, max: 7 }],
    beyond: 0,
  }))
test.each([
  [null, 'it was not asked'],
  [{ kind: 'failed', why: 'nothing listens' }, 'nothing listens'],
  [answer('<html>'), 'status 200, and no JSON'],
  [answer({ status: 'error', error: 'parse error' }, 400), 'status 400: parse error'],
  [answer({ status: 'success', data: { resultType: 'vector', result: [] } }), 'the answer is no range of values'],
  [answer('null'), 'status 200'],
] satisfies (readonly [MetricsAnswer | null, string])[])('%j: %s', (given, why) =>
  expect(queryFigures(given)).toEqual({ kind: 'not read', why }),
)
test('an answer without end is cut, and says how much', () => {
  const many = Array.from({ length: 400 }, (_, i) => ({ metric: { l: 'x'.repeat(9000), i }, values: [[0, '1']] }))
  const figures = queryFigures(matrix(many))
  if (figures.kind !== 'series') throw new Error(figures.why)
  expect([figures.series.length, figures.beyond]).toEqual([mostMetrics.series, 350])
  expect(Math.max(...figures.series.map((s) => s.labels.length))).toBeLessThanOrEqual(mostMetrics.labels)
})
test('the registry before and after: what changed, what did not, what is new is neither', () => {
  const text = (n: number) => answer(`# TYPE a counter\na{x="} 1"} ${n}\nb 5\nc NaN\n\nd{\n${n === 2 ? 'new 1\n' : ''}`)
  const of = (before: MetricsAnswer | null, after: MetricsAnswer | null) =>
    digestMetrics(config, window, { queries: [], before, after }).registry
  expect(of(text(1), text(2))).toEqual({
    kind: 'read',
    changed: [{ name: 'a{x="} 1"}', before: 1, after: 2 }],
    same: 1,
    beyond: 0,
  })
  expect(of(text(1), answer('', 404))).toEqual({ kind: 'not read', why: 'after the test: status 404' })
  expect(of(answer('<html>'), text(1))).toEqual({ kind: 'not read', why: 'before the test: no sample in the answer' })
})
test('the question is one URL, whatever the query holds, and never asks for more points than there may be', () => {
  expect(rangeUrl(config, 'a&b=c#{x="y"}', window, 15)).toBe(
    'http://127.0.0.1:9090/api/v1/query_range?query=a%26b%3Dc%23%7Bx%3D%22y%22%7D&start=0&end=60&step=15',
  )
  expect(stepOf({ from: 0, to: 86_400_000 }, 1)).toBe(8)
  expect(stepOf(window, 15)).toBe(15)
})
