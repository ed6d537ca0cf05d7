/** Four answers, each with where it came from; what is missing or impossible is told all at once. */
import { describe, expect, test } from 'vitest'
import { answersFailure, resolveAnswers, type AnswerSources, type Resolved } from '../../src/inputs/answers.ts'
import { parseProject, parseProjectAll } from '../../src/inputs/project.ts'
import { confirmation, focusesOf, questions } from '../../src/inputs/questions.ts'
import { fileText, profiles } from './read.ts'

const example = parseProject(fileText('examples/testnet/vps-test.yaml'), 'vps-test.yaml', { profiles })
const modules = parseProjectAll(fileText('test/inputs/files/workspace.yaml'), 'f', { profiles })
const resolve = (sources: Partial<AnswerSources>): Resolved =>
  resolveAnswers({ parameters: {}, configs: [], ...sources }, profiles)
const told = (r: Resolved): readonly string[] => (r.ok ? [] : r.problems.map((p) => p.message))

test('a module offers the focuses that it names, and all of them together', () => {
  const profile = profiles.find((p) => p.name === 'saorsa-quic-test') ?? expect.fail('no profile')
  expect(focusesOf(profile, ['nat-traversal', 'broadcast'])).toEqual(['nat-traversal', 'full-suite'])
  expect(focusesOf(profile, ['broadcast'])).toEqual(focusesOf(profile))
})

describe('answers', () => {
  test('a parameter beats the interview, that the configuration, that a default', () => {
    const sources = {
      parameters: { focus: 'nat-traversal' },
      interview: { focus: 'full-suite', criteria: 'all-pass' },
      configs: [example],
      defaults: { proof: 'logs' },
    }
    const r = resolve(sources)
    expect(r).toMatchObject({
      ok: true,
      profile: { name: 'testnet' },
      answers: {
        project: { value: 'testnet', from: 'vps-test.yaml' },
        focus: { value: 'nat-traversal', from: 'parameter' },
        criteria: { value: 'all-pass', from: 'interview' },
        proof: { value: 'all-evidence', from: 'vps-test.yaml' },
      },
    })
    expect(
      resolve({ ...sources, configs: [{ ...example, answers: { ...example.answers, proof: null } }] }),
    ).toMatchObject({ answers: { proof: { value: 'logs', from: 'default' } } })
  })

  test('every missing answer is named, with its values', () => {
    expect(told(resolve({ parameters: { project: ' ' } }))).toEqual([
      'project is missing: one of ant-quic, communitas-mcp, saorsa-core, saorsa-gossip, saorsa-node, testnet',
      'focus is missing: one of connectivity, nat-traversal, gossip, throughput, full-suite',
      'criteria is missing: one of all-pass, threshold, improvement, custom',
      'proof is missing: one of logs, metrics, manual-verify, all-evidence',
    ])
    const failure = answersFailure(
      resolve({ parameters: { project: 'ant-quic' } }).ok
        ? []
        : [
            { question: 'focus', kind: 'missing', message: 'focus is missing' },
            { question: 'proof', kind: 'missing', message: 'proof is missing' },
          ],
    )
    expect(failure.facts).toMatchObject({
      kind: 'usage',
      code: 'U013',
      message: 'focus is missing\nproof is missing',
      remedy: 'vps-test start --help',
    })
  })

  test('a focus that the project does not have is refused with the ones it has', () => {
    const r = resolve({
      parameters: { project: 'saorsa-core', focus: 'gossip', criteria: 'thresold', proof: 'log\u001b[2J' },
    })
    expect(told(r)).toEqual([
      'focus "gossip" (parameter) is not a focus of "saorsa-core"; there are: full-suite',
      'criteria "thresold" (parameter) is not a success criterion; did you mean "threshold"? There are: all-pass, threshold, improvement, custom',
      expect.stringMatching(/^proof "log\[2J" \(parameter\) is not a proof method/),
    ])
    expect(r).toMatchObject({ ok: false, profile: { name: 'saorsa-core-test' } })
  })

  test('a project outside the repository’s configuration is refused; several there must be chosen from', () => {
    expect(told(resolve({ parameters: { project: 'ant-quic' }, configs: [example] }))[0]).toBe(
      'project "ant-quic" (parameter) is not a project of the configuration; there are: testnet',
    )
    const rest = { focus: 'gossip', criteria: 'threshold', proof: 'logs' }
    expect(told(resolve({ parameters: rest, configs: modules }))).toEqual([
      'project is missing: one of ant-quic, saorsa-gossip, saorsa-core, saorsa-node',
    ])
    expect(resolve({ parameters: { ...rest, project: 'saorsa-gossip' }, configs: modules })).toMatchObject({
      ok: true,
      profile: { name: 'saorsa-gossip-test' },
    })
  })

  test('a project of one’s own has the focuses of its profile', () => {
    const own = { ...example, project: 'mesh' }
    expect(resolve({ configs: [own] })).toMatchObject({
      ok: true,
      answers: { project: { value: 'mesh' } },
      profile: { name: 'testnet' },
    })
    const slower = profiles.map((p) => ({ ...p, focuses: p.focuses.filter((f) => f !== 'throughput') }))
    expect(told(resolveAnswers({ parameters: { focus: 'throughput' }, configs: [own] }, slower))).toEqual([
      'focus "throughput" (parameter) is not a focus of "mesh"; there are: connectivity, nat-traversal, gossip, full-suite',
    ])
  })
})

describe('the questions', () => {
  test('are the seed’s four, with the projects of the profiles', () => {
    const four = questions(profiles)
    expect(four.map((q) => [q.id, q.header, q.text])).toEqual([
      ['project', 'Project', 'Which project are you testing?'],
      ['focus', 'Test focus', 'What specific functionality are you testing?'],
      ['criteria', 'Success criteria', 'What result indicates success?'],
      ['proof', 'Proof method', 'How should success be proven/verified?'],
    ])
    expect(four[0]?.options).toEqual([
      { value: 'communitas-mcp', description: 'MCP server for Communitas (planned: cannot be tested yet)' },
      { value: 'saorsa-core', description: 'Core library (integration tests) (planned: cannot be tested yet)' },
      { value: 'saorsa-gossip', description: 'Gossip protocol layer (planned: cannot be tested yet)' },
      { value: 'saorsa-node', description: 'Full Saorsa network node (planned: cannot be tested yet)' },
      { value: 'ant-quic', description: 'QUIC transport with NAT traversal' },
      { value: 'testnet', description: 'The small honest example program of examples/testnet' },
    ])
    expect(confirmation.options.map((o) => o.value)).toEqual(['proceed', 'modify', 'cancel'])
  })

  test('offer only the focuses that the chosen profile has', () => {
    expect(
      questions(
        profiles,
        profiles.find((p) => p.name === 'testnet'),
      )[1]?.options.map((o) => o.value),
    ).toEqual(['connectivity', 'nat-traversal', 'gossip', 'throughput', 'full-suite'])
  })
})
