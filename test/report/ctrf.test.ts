/** CTRF: the documented fields of the format (ctrf.io), with the rows of the JUnit file. */
import { describe, expect, test } from 'vitest'
import { verdict } from '../../src/domain/verdict.ts'
import { ctrf } from '../../src/report/ctrf.ts'
import { resultRows } from '../../src/report/result-rows.ts'
import { run } from '../domain/fixtures.ts'
import { evil, started } from './surfaces.ts'

const mixed = verdict(
  run({
    attempts: { 'saorsa-5→saorsa-6': { path: 'none' }, 'saorsa-8→saorsa-2': { counters: 'null' } },
    absent: { 'saorsa-9': 'unreachable' },
  }),
)
interface Report {
  readonly reportFormat: string
  readonly specVersion: string
  readonly results: {
    readonly tool: { readonly name: string; readonly version: string }
    readonly summary: Readonly<Record<string, number>>
    readonly tests: readonly { readonly name: string; readonly status: string; readonly suite: readonly string[] }[]
  }
}
const meta = { session: 's1', test: 1, startedAt: started, at: started + 5000, version: '1.2.3' }
const read = (session = meta.session): Report => JSON.parse(ctrf(mixed, { ...meta, session })) as Report

describe('CTRF', () => {
  test('has every required field, with numbers that agree with its tests', () => {
    const { reportFormat, specVersion, results } = read()
    expect(reportFormat).toBe('CTRF')
    expect(specVersion).toMatch(/^\d+\.\d+\.\d+$/)
    expect(results.tool).toEqual({ name: 'vps-test', version: '1.2.3' })
    const of = (status: string): number => results.tests.filter((t) => t.status === status).length
    expect(results.summary).toEqual({
      tests: results.tests.length,
      passed: of('passed'),
      failed: of('failed'),
      skipped: of('skipped'),
      pending: 0,
      other: of('other'),
      start: started,
      stop: started + 5000,
    })
    expect(results.tests).toContainEqual(
      expect.objectContaining({
        name: 'saorsa-5 → saorsa-6',
        status: 'failed',
        suite: ['vps-test', 'nat_traversed'],
        message: expect.stringContaining('saw nothing delivered') as string,
        trace: expect.stringContaining('vps-test test --session s1 --pair saorsa-5:saorsa-6') as string,
      }),
    )
    expect(results.tests.find((t) => t.name === 'saorsa-8 → saorsa-2')?.status).toBe('other')
    expect(results.tests.find((t) => t.name === 'saorsa-9 → saorsa-2')?.status).toBe('skipped')
    expect(results.tests.find((t) => t.name === 'verdict')?.status).not.toBe('passed')
  })
  test('has the rows of the JUnit file, no more and no fewer', () => {
    expect(read().results.tests.map((t) => [t.suite[1], t.name])).toEqual(
      resultRows(mixed, meta).flatMap((s) => s.rows.map((r) => [s.name, r.name])),
    )
  })
  test('words of others stand in it as text, and no command is made of them', () => {
    const text = ctrf(mixed, { ...meta, session: evil })
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
    expect(text).not.toContain('vps-test test --session')
  })
})
