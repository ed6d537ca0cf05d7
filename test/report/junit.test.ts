/** JUnit XML, as another program reads it strictly. */
import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { verdict } from '../../src/domain/verdict.ts'
import { junit } from '../../src/report/junit.ts'
import { run } from '../domain/fixtures.ts'
import { evil, renamed, started } from './surfaces.ts'

const mixed = run({
  attempts: {
    'saorsa-5→saorsa-6': { path: 'none' },
    'saorsa-8→saorsa-2': { counters: 'null' },
    'saorsa-7→saorsa-2': { path: 'none', fault: 'infra' },
  },
  absent: { 'saorsa-9': 'unreachable' },
})

describe('JUnit', () => {
  const meta = { session: evil, test: 1, at: started }
  /** Another program's strict reading. */
  const read = (
    xml: string,
  ): { suites: Record<string, Record<string, string>>; cases: Record<string, [string, string]> } =>
    JSON.parse(
      execFileSync(
        'python3',
        [
          '-c',
          `
import sys, json, xml.dom.minidom as d
r = d.parseString(sys.stdin.buffer.read()).documentElement
kind = lambda c: [(e.tagName, ''.join(t.data for t in e.childNodes)) for e in c.childNodes if e.nodeType == 1] or [('passed', '')]
print(json.dumps({'suites': {s.getAttribute('name'): dict(s.attributes.items()) for s in r.getElementsByTagName('testsuite')}, 'cases': {c.getAttribute('name'): kind(c)[0] for c in r.getElementsByTagName('testcase')}}))
`,
        ],
        { input: xml, encoding: 'utf8', timeout: 20_000 },
      ),
    ) as { suites: Record<string, Record<string, string>>; cases: Record<string, [string, string]> }

  test('a suite for each class, a case for each pair, and the verdict', () => {
    const { suites, cases } = read(junit(verdict(mixed), meta))
    expect(Object.keys(suites)).toEqual(['direct', 'nat_traversed', 'relay', 'verdict'])
    expect(suites['direct']).toMatchObject({ tests: '40', failures: '0', errors: '2', skipped: '12' })
    expect(Object.keys(cases).filter((c) => c.includes('→'))).toHaveLength(72)
    expect(cases['saorsa-2 → saorsa-3']).toEqual(['passed', ''])
    expect(cases['saorsa-5 → saorsa-6']).toEqual(['failure', expect.stringContaining('saw nothing delivered')])
    expect(cases['saorsa-7 → saorsa-2']).toEqual([
      'error',
      expect.stringContaining('not counted: infra: the SSH channel closed'),
    ])
    expect(cases['saorsa-8 → saorsa-2']?.[0]).toBe('error')
    expect(cases['saorsa-9 → saorsa-2']).toEqual(['skipped', 'saorsa-9 was left out: unreachable'])
    expect(cases['delay and loss']).toEqual(['skipped', 'the lab does not shape its links'])
    expect(cases['verdict']?.[0]).toBe(verdict(mixed).result === 'failed' ? 'failure' : 'error')
  })
  test('a good run is green, an inconclusive one is not', () => {
    expect(read(junit(verdict(run()), meta)).cases['verdict']).toEqual(['passed', ''])
    const invalid = verdict(run({ controls: { 'closed-path': { seen: 'through' } } }))
    expect(read(junit(invalid, meta)).cases['verdict']?.[0]).toBe('error')
  })
  test('is well formed whatever the words are', () => {
    const xml = junit(
      verdict(
        renamed({ ...mixed, missing: [{ what: evil, why: `${evil}\u0000\u000b\uffff${'\ud83d'}` }] }, 'saorsa-5', evil),
      ),
      meta,
    )
    expect(Object.keys(read(xml).cases).some((c) => c.startsWith('$(reboot) |x| `b` ``` ::error::pwned⟨U+000A⟩'))).toBe(
      true,
    )
    expect(xml).not.toMatch(/[\u0000-\u0009\u000b-\u001f\ufffe\uffff]|<script/)
  })
})
