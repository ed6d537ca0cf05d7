/** The Test Plan Summary, word for word, also when names are hostile. */
import { describe, expect, test } from 'vitest'
import type { Answers } from '../../src/domain/plan.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { planSummary, type SummaryFacts } from '../../src/inputs/summary.ts'
import { connectivityPart } from '../domain/fixtures.ts'
import { fileText, profiles, saorsa } from './read.ts'

const config = parseProject(fileText('test/inputs/files/workspace.yaml'), 'f', { profiles, project: 'ant-quic' })
const answers: Answers = {
  project: { value: 'ant-quic', from: 'parameter' },
  focus: { value: 'nat-traversal', from: 'vps-test.yaml' },
  criteria: { value: 'threshold', from: 'interview' },
  proof: { value: 'logs', from: 'default' },
}
const facts: SummaryFacts = {
  answers,
  expression: null,
  config,
  fleet: saorsa,
  nodes: saorsa.nodes.map((n) => n.name),
  source: { kind: 'build', workspace: '.', revision: null },
  suites: [{ ...connectivityPart(config.tests.connectivity.criteria), thresholds: 'direct 99%, NAT 85%, relay 100%' }],
  unsupported: [{ what: 'tests.throughput', why: 'does not act', test: true }],
}

describe('the Test Plan Summary', () => {
  test('says everything that will be used, and where each answer came from', () => {
    expect(planSummary(facts)).toBe(`Test Plan Summary
=================
Project: ant-quic (from parameter)
Focus: NAT hole-punching across different NAT types (from vps-test.yaml)
Success: Meet configured thresholds: direct 99%, NAT 85%, relay 100% (confirmed via interview)
Proof: Gather and analyze logs from all VPS nodes (from default)

Nodes to use (fleet saorsa):
  Registry: saorsa-1
  Standard: saorsa-2, saorsa-3, saorsa-7, saorsa-8, saorsa-9
  NAT Emulation:
    - saorsa-4 (Full Cone)
    - saorsa-5 (Address Restricted)
    - saorsa-6 (Port Restricted)
    - saorsa-10 (Symmetric)

Binary source: Build on this machine (cargo zigbuild --manifest-path crates/quic-test/Cargo.toml --release --target x86_64-unknown-linux-gnu) in .
Note: \`cargo zig build\` is no cargo command: \`cargo zigbuild\` is run instead
Note: workspace "~/Desktop/Devel/projects/saorsa-testnet" is one person's path: the repository that holds this file is built (workspace_dir changes that)
Not done: tests.throughput does not act; the run cannot pass

Ready to proceed?`)
  })

  test('names only the nodes of the plan, and other criteria and sources', () => {
    const text = planSummary({
      ...facts,
      nodes: ['saorsa-2', 'saorsa-7'],
      answers: { ...answers, criteria: { value: 'all-pass', from: 'parameter' } },
      source: { kind: 'release', repository: 'o/r', tag: 'v1', asset: 'a.tar.gz' },
    })
    expect(text).toContain('Registry: none\n  Standard: saorsa-2, saorsa-7\n  NAT Emulation: none\n')
    expect(text).toContain('Success: 100% of tests must pass (from parameter)')
    expect(text).toContain('Binary source: Release v1 of o/r, a.tar.gz\n')
    expect(planSummary({ ...facts, source: { kind: 'file', path: '/x', sha256: '0'.repeat(64) } })).toContain(
      'Binary source: Given file /x\n',
    )
  })

  test('cannot be redrawn by what it shows', () => {
    const evil = '\u001b[2J\u009b1A\r\nProject: trusted\u202e'
    const lines = planSummary({
      ...facts,
      answers: { ...answers, project: { value: evil, from: evil } },
      source: { kind: 'file', path: evil, sha256: '0'.repeat(64) },
    }).split('\n')
    expect(lines).toHaveLength(planSummary(facts).split('\n').length)
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  })
})

test('an expression stands in the summary that is confirmed, with nothing hidden in it', () =>
  expect(
    planSummary({
      ...facts,
      answers: { ...answers, criteria: { value: 'custom', from: 'parameter' } },
      expression: 'rate >= 0.9\u202e',
    }),
  ).toContain('Success: Custom: rate >= 0.9 (from parameter)'))
