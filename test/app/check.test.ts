/** `check`: each file is known by what stands in it, and a profile of a repository stays in it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkFiles, inputKindOf } from '../../src/app/check.ts'
import { tryPlan } from '../../src/app/check-try.ts'
import { contextOf } from '../../src/app/surroundings.ts'
import { knownFailuresFor } from '../../src/app/known-failures.ts'
import { profilesFor } from '../../src/app/profiles.ts'
import { parseProject } from '../../src/inputs/project.ts'
import { unitOf } from '../../src/stages/parts/units.ts'
import { failureOf, fileText, profiles, root, saorsa } from '../inputs/read.ts'

let dir = ''
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'check-'))
  mkdirSync(join(dir, 'profiles'))
  put('profiles/mine.yaml', fileText('profiles/testnet.yaml').replace('name: testnet', 'name: mine'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))
const put = (name: string, text: string): void => writeFileSync(join(dir, name), text)

async function check(...files: readonly string[]) {
  const printed: string[] = []
  const here = contextOf({
    env: {},
    cwd: dir,
    home: dir,
    directory: join(root, 'src'),
    signal: new AbortController().signal,
    version: '1.2.3',
  })
  const terminal = { ...here.terminal, print: (text: string) => void printed.push(text) }
  const code = await checkFiles({ ...here, root, terminal }, files, {})
  return { code, printed }
}

describe('the kind of a file', () => {
  test.each([
    ['profiles/ant-quic-cli.yaml', 'profile'],
    ['fleets/saorsa.yaml', 'fleet'],
    ['examples/testnet/vps-test.yaml', 'project'],
    ['test/inputs/files/workspace.yaml', 'project'],
  ])('%s: %s', (file, kind) => expect(inputKindOf(fileText(file), file)).toBe(kind))
  test('what is no YAML has none', () => expect(inputKindOf('a: [', 'x')).toBeNull())
})

const project = (profile: string): string =>
  fileText('examples/testnet/vps-test.yaml').replace('profile: testnet', `profile: ${profile}`)

describe('check', () => {
  test('files without a fault, a project with a profile of its own among them', async () => {
    put('vps-test.yaml', project('./profiles/mine.yaml'))
    expect(await check('vps-test.yaml', 'profiles/mine.yaml', join(root, 'fleets/saorsa.yaml'))).toEqual({
      code: 0,
      printed: [
        '✓ vps-test.yaml: project testnet (profile mine)',
        '✓ profiles/mine.yaml: profile mine',
        `✓ ${join(root, 'fleets/saorsa.yaml')}: fleet saorsa`,
      ],
    })
  })
  test('every fault of all files, each with its place', async () => {
    put(
      'odd.yaml',
      fileText('profiles/testnet.yaml')
        .replace('service_port: 9000', 'service_port: nine thousand')
        .replace('{peerId}', '{peer}'),
    )
    put('none.yaml', 'project: [\n')
    const { code, printed } = await check('odd.yaml', 'none.yaml', 'missing.yaml')
    expect(code).toBe(2)
    expect(printed).toEqual([
      expect.stringMatching(/^✗ odd\.yaml:\d+:\d+ service_port: /),
      expect.stringMatching(/^✗ odd\.yaml:\d+:\d+ dial\.commanded\.args\[\d+\]: unknown placeholder \{peer\}/),
      expect.stringMatching(/^✗ none\.yaml:\d+:\d+/),
      expect.stringMatching(/^✗ missing\.yaml: cannot read the file/),
    ])
  })
  test.each([
    ['a profile that is not there', './profiles/other.yaml', /cannot read the profile/],
    ['a link that leads out of the repository', './profiles/out.yaml', /leads out of the repository/],
    ['the name of one that ships', './profiles/shipped.yaml', /another profile is named testnet already/],
    ['a path that begins elsewhere', '../mine.yaml', /must be a name, or the path of a file below the repository/],
    ['a path with two dots in it', './a/../../mine.yaml', /must be a name, or the path/],
  ])('%s is a fault', async (_, path, message) => {
    put('profiles/shipped.yaml', fileText('profiles/testnet.yaml'))
    rmSync(join(dir, 'profiles/out.yaml'), { force: true })
    symlinkSync(join(root, 'profiles/testnet.yaml'), join(dir, 'profiles/out.yaml'))
    put('vps-test.yaml', project(path))
    const { code, printed } = await check('vps-test.yaml')
    expect([code, printed.join('\n')]).toEqual([2, expect.stringMatching(message)])
  })
})

describe('a list of known failures in a file of its own', () => {
  const named = (path: string): string => `${fileText('examples/testnet/vps-test.yaml')}\nknown_failures: ${path}\n`
  const list = '- { pair: "saorsa-5:saorsa-6", reason: issue 7, until: 2026-12-31 }\n'
  const read = async (path: string, file = '/else/where/vps-test.yaml') => {
    const place = { dir, text: named(path), file }
    return parseProject(place.text, file, { profiles, known: await knownFailuresFor(place) })
  }
  test('is read like one in the configuration, and the configuration says where it stands', async () => {
    put('known.yaml', list)
    const inside = parseProject(named(`\n${list}`), 'vps-test.yaml', { profiles })
    const { knownFailures, knownFailuresFile } = await read('./known.yaml')
    expect([knownFailures, knownFailuresFile]).toEqual([inside.knownFailures, 'known.yaml'])
    expect([knownFailures.length, inside.knownFailuresFile]).toEqual([1, null])
  })
  test('its faults are told with its own place', async () => {
    put('known.yaml', '- { pair: "saorsa-5", reason: r, until: 2026-12-31 }\n')
    put('vps-test.yaml', named('known.yaml'))
    const { code, printed } = await check('vps-test.yaml')
    expect([code, printed]).toEqual([2, [expect.stringMatching(/^✗ known\.yaml:1:\d+ \[0\]\.pair: must be two nodes/)]])
  })
  test.each([
    ['that is not there', 'lists/none.yaml', /cannot read the list of known failures/],
    ['that a link leads to', 'profiles/list.yaml', /leads out of the repository/],
    ['above the repository', '../known.yaml', /must be a path below the repository/],
  ])('one %s is a fault', async (_, path, message) => {
    rmSync(join(dir, 'profiles/list.yaml'), { force: true })
    symlinkSync(join(root, 'package.json'), join(dir, 'profiles/list.yaml'))
    put('vps-test.yaml', named(path))
    const { code, printed } = await check('vps-test.yaml')
    expect([code, printed.join('\n')]).toEqual([2, expect.stringMatching(message)])
  })
  test('and where nobody read it, nothing is left out in silence', () => {
    expect(failureOf(() => parseProject(named('known.yaml'), 'vps-test.yaml', { profiles }))?.message).toContain(
      'names a file that was not read: "known.yaml"',
    )
  })
})

test('profiles that a configuration names by path stand beside those that ship', async () => {
  const { all, files } = await profilesFor(
    { root },
    { dir, text: project('./profiles/mine.yaml'), file: 'vps-test.yaml' },
  )
  expect([all.length - profiles.length, all.at(-1)?.name, [...files]]).toEqual([
    1,
    'mine',
    [['./profiles/mine.yaml', 'mine']],
  ])
})

test.each(profiles)('$name is tried as a service of its own', (profile) => {
  const plan = tryPlan(profile, saorsa)
  const node = saorsa.nodes.find((n) => n.role === 'test') ?? expect.fail()
  const unit = failureOf(() => unitOf(plan, node)) ?? unitOf(plan, node)?.unit.name
  expect(unit).toBe(`try-${profile.name}`)
})
