/**
 * The words of a start, from a form or a command line: every field, every fault at once, each by the name under which
 * it was given.
 */
import { describe, expect, test } from 'vitest'
import { answersIn, parseRequest, type RawRequest } from '../../src/inputs/request.ts'
import { readInputs } from '../../src/action/inputs.ts'
import { Failure } from '../../src/domain/failure.ts'

const own = (field: string): string => field
const parse = (raw: RawRequest) => parseRequest(raw, own)
const faults = (raw: RawRequest): readonly string[] => parse(raw).faults

describe('a request', () => {
  test('with every field, trimmed and typed', () => {
    expect(
      parse({
        project: ' testnet ',
        focus: 'connectivity',
        criteria: 'custom',
        proof: 'logs',
        customCriteria: ' nat > 85 ',
        nodes: 'saorsa-1, saorsa-2\nsaorsa-1',
        binarySource: 'release',
        releaseTag: 'o/r@v1.2:peer',
        soak: 'on',
        onBusy: 'supersede',
        queueMinutes: '12.5',
        fleet: 'lab',
        lab: 'x',
        seed: '4294967295',
        repo: 'sub dir',
        config: 'a.yaml',
        confirm: 'modify',
      }),
    ).toEqual({
      faults: [],
      request: {
        project: 'testnet',
        focus: 'connectivity',
        criteria: 'custom',
        proof: 'logs',
        customCriteria: 'nat > 85',
        nodes: ['saorsa-1', 'saorsa-2'],
        binarySource: 'release',
        releaseTag: { repository: 'o/r', tag: 'v1.2', asset: 'peer' },
        soak: 'on',
        onBusy: 'supersede',
        queueMinutes: 12.5,
        fleet: 'lab',
        lab: 'x',
        seed: 4294967295,
        repo: 'sub dir',
        config: 'a.yaml',
        confirm: 'modify',
      },
    })
  })

  test('of empty fields is one of none: a form sends text for a field left alone', () => {
    const fields = [
      'project',
      'focus',
      'criteria',
      'proof',
      'customCriteria',
      'nodes',
      'binarySource',
      'binaryFile',
      'releaseTag',
      'soak',
      'onBusy',
      'queueMinutes',
      'fleet',
      'lab',
      'seed',
      'repo',
      'config',
      'confirm',
    ] as const
    const { request, faults: found } = parse(Object.fromEntries(fields.map((f, i) => [f, i % 2 === 0 ? '' : '  '])))
    expect(found).toEqual([])
    expect(Object.entries(request).filter(([, v]) => v !== undefined && v !== null)).toEqual([])
    expect(request.nodes).toBeNull()
  })

  test.each<[string, readonly string[] | null]>([
    ['all', null],
    ['a', ['a']],
    ['a,b c,,\n a', ['a', 'b', 'c']],
  ])('nodes %j', (nodes, expected) => {
    expect(parse({ nodes })).toMatchObject({ faults: [], request: { nodes: expected } })
  })
  test.each([
    ['v1', { repository: null, tag: 'v1', asset: null }],
    ['v1:peer', { repository: null, tag: 'v1', asset: 'peer' }],
    ['o/r@v1', { repository: 'o/r', tag: 'v1', asset: null }],
    ['o.x/r-y@release/1.0:peer_x', { repository: 'o.x/r-y', tag: 'release/1.0', asset: 'peer_x' }],
  ])('release tag %s', (releaseTag, expected) => {
    expect(parse({ binarySource: 'release', releaseTag })).toMatchObject({
      faults: [],
      request: { releaseTag: expected },
    })
  })
  test.each([
    ['0', 0],
    ['240', 240],
    ['0.5', 0.5],
  ])('queue minutes %s', (queueMinutes, expected) => {
    expect(parse({ queueMinutes })).toMatchObject({ faults: [], request: { queueMinutes: expected } })
  })
  test.each(['241', '-1', 'soon', 'Infinity', 'NaN'])('queue minutes %s are none', (queueMinutes) => {
    expect(faults({ queueMinutes })).toEqual([
      `queueMinutes: "${queueMinutes}" is not a number of minutes from 0 to 240`,
    ])
  })
  test.each(['a b', 'v1:a:b', 'o/r@', 'o@v1', 'v1:../x', '@v1', 'o/r@v1:'])('release tag %j is none', (releaseTag) => {
    expect(faults({ binarySource: 'release', releaseTag })).toEqual([
      `releaseTag: "${releaseTag}" is not tag, tag:asset or owner/repo@tag:asset`,
    ])
  })
  test.each(['-x', 'a b$(c)', '..', 'a;b', '\u001b[2J'])('nodes %j are none', (nodes) => {
    expect(faults({ nodes })[0]).toMatch(/^nodes: ".*" cannot be names of nodes: names separated by commas, or all$/)
  })
})

describe('faults', () => {
  const broken: RawRequest = {
    nodes: 'ok,$(reboot),-x',
    binarySource: 'zigbild',
    releaseTag: 'a b',
    soak: 'onn',
    onBusy: 'supersed',
    queueMinutes: 'ten',
    confirm: 'procede',
    criteria: 'custom',
  }

  test('all at once, with the nearest word; the rest is looked at too', () => {
    expect(faults(broken)).toEqual([
      'nodes: "$(reboot)", "-x" cannot be names of nodes: names separated by commas, or all',
      'binarySource: "zigbild" is not one of zigbuild, native, release; did you mean "zigbuild"?',
      'releaseTag: "a b" is not tag, tag:asset or owner/repo@tag:asset',
      'soak: "onn" is not one of on, off, default; did you mean "on"?',
      'onBusy: "supersed" is not one of queue, refuse, supersede; did you mean "supersede"?',
      'queueMinutes: "ten" is not a number of minutes from 0 to 240',
      'confirm: "procede" is not one of proceed, modify, cancel; did you mean "proceed"?',
    ])
  })
  test('what is near nothing gets no guess', () =>
    expect(faults({ confirm: 'banana' })).toEqual(['confirm: "banana" is not one of proceed, modify, cancel']))
  test('what is right beside them is kept', () =>
    expect(parse({ ...broken, project: 'testnet' }).request).toMatchObject({ project: 'testnet', criteria: 'custom' }))
  test('hostile words are shown, not obeyed', () =>
    expect(faults({ soak: '\u001b[2J\n::error::x\u202e' })[0]).toMatch(/^soak: "\[2J::error::x" is not one of/))

  test.each<[RawRequest, string]>([
    [{ binarySource: 'release' }, 'releaseTag is missing: binarySource release needs a tag'],
    [{ binarySource: 'zigbuild', releaseTag: 'v1' }, 'releaseTag is given, but binarySource is zigbuild'],
    [{ binarySource: 'native', releaseTag: 'v1' }, 'releaseTag is given, but binarySource is native'],
    [{ binaryFile: 'x', binarySource: 'native' }, 'binaryFile excludes binarySource'],
    [{ binaryFile: 'x', binarySource: 'release', releaseTag: 'v1' }, 'binaryFile excludes releaseTag'],
  ])('%j contradicts itself', (raw, fault) => {
    expect(faults(raw)).toEqual([fault])
  })
  test.each<RawRequest>([
    { binaryFile: 'x' },
    { releaseTag: 'v1' },
    { binarySource: 'native' },
    { criteria: 'custom', customCriteria: 'x' },
    { criteria: 'custom' },
    { criteria: 'threshold' },
  ])('%j does not', (raw) => {
    expect(faults(raw)).toEqual([])
  })
  test('a wrong tag is one fault, not two', () =>
    expect(faults({ binarySource: 'release', releaseTag: 'a b' })).toHaveLength(1))
})

describe('names are those under which it was given', () => {
  test('flags', () => {
    const flags: Readonly<Record<string, string>> = {
      onBusy: '--on-busy',
      releaseTag: '--release',
      binaryFile: '--binary',
    }
    expect(
      parseRequest({ onBusy: 'x', releaseTag: 'a b' }, (f) => flags[f] ?? f).faults.map((t) => t.split(':')[0]),
    ).toEqual(['--release', '--on-busy'])
    expect(parseRequest({ binaryFile: 'x', releaseTag: 'v1' }, (f) => flags[f] ?? f).faults).toEqual([
      '--binary excludes --release',
    ])
  })

  const inputs = (given: Readonly<Record<string, string>>) => readInputs((name) => given[name] ?? '')
  test('inputs of the Action', () => {
    expect(
      inputs({
        'on-busy': 'x',
        'release-tag': 'a b',
        'queue-minutes': 'y',
        'binary-source': 'z',
        criteria: 'custom',
      }).faults.map((t) => t.split(/[: ]/)[0]),
    ).toEqual(['binary-source', 'release-tag', 'on-busy', 'queue-minutes'])
  })
  test('every start input reaches its field', () => {
    const given = {
      project: 'p',
      focus: 'f',
      criteria: 'c',
      proof: 'r',
      'custom-criteria': 'x',
      nodes: 'n',
      'binary-source': 'native',
      soak: 'off',
      confirm: 'cancel',
      'on-busy': 'refuse',
      'queue-minutes': '3',
      fleet: 'g',
      repo: 'd',
      config: 'h',
    }
    expect(inputs(given)).toMatchObject({
      faults: [],
      command: 'run',
      ledger: 'branch',
      attest: 'auto',
      request: {
        project: 'p',
        focus: 'f',
        criteria: 'c',
        proof: 'r',
        customCriteria: 'x',
        nodes: ['n'],
        binarySource: 'native',
        soak: 'off',
        confirm: 'cancel',
        onBusy: 'refuse',
        queueMinutes: 3,
        fleet: 'g',
        repo: 'd',
        config: 'h',
      },
    })
  })
  test.each([
    [{ command: 'tset' }, 'U063', /did you mean "test"/],
    [{ ledger: 'brunch' }, 'U063', /did you mean "branch"/],
    [{ attest: 'on' }, 'U063', /auto, off/],
    [{ session: '../x' }, 'U060', /cannot be the name/],
    [{ session: '-rf' }, 'U060', /cannot be/],
    [{ 'head-sha': 'main' }, 'U061', /no commit/],
    [{ 'run-id': '1; x' }, 'U062', /no number/],
  ] as const)('%j is refused at once', (given, code, message) => {
    try {
      inputs(given)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(Failure)
      expect((error as Failure).facts).toMatchObject({ kind: 'usage', code })
      expect((error as Failure).message).toMatch(message)
    }
  })
})

test('the four answers, without those left open', () => {
  expect(answersIn(parse({ project: 'p', proof: ' ', focus: 'f' }).request)).toEqual({ project: 'p', focus: 'f' })
})
