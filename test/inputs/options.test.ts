/** No option without a reader: every field of a parsed input is read by something besides the code that parses it. */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { unsupportedFields } from '../../src/domain/unsupported.ts'
import { questionIds } from '../../src/inputs/questions.ts'
import { fieldsOf, parsed, pathsOf, programsUnder, readsIn, typesIn } from '../architecture/options.ts'

const root = join(import.meta.dirname, '..', '..')
const programs = programsUnder(root, 'src')
const types = typesIn(programs)
const readsByFile = programs.map(([path, program]) => [path, readsIn(program)] as const)

/** The interview and init act on what they read: they offer, choose and refuse. */
const interview = ['answers', 'questions', 'project-checks', 'init-config'].map((name) => `src/inputs/${name}.ts`)
/** What parses, what writes the same files, and the list of what does not act: none of them makes an option act. */
const noReader = (path: string): boolean =>
  (path.startsWith('src/inputs/') && !interview.includes(path)) ||
  path.startsWith('src/lab/') ||
  path === 'src/domain/unsupported.ts'

/** What a value is called where it is read, by its type or by the field that holds it. */
const names: Readonly<Record<string, readonly string[]>> = {
  ProjectConfig: ['config', 'found', 'c', 'ProjectConfig'],
  Fleet: ['fleet', 'Fleet'],
  Profile: ['profile', 'Profile', 'PlannedProfile', 'p'],
  nodes: ['n', 'node', 'f', 'own', 'FleetNode'],
  natBox: ['box', 'b'],
  criteria: ['targets', 'Targets', 'c'],
  fix: ['FixConfig', 'config'],
  custom: ['CustomTest', 'AskedCommand'],
  commands: ['CustomTest', 'AskedCommand'],
  payload: ['range'],
  record: ['RecordBy', 'by'],
  dial: ['how', 'DialBy'],
  id: ['EventField'],
  received: ['of'],
  proxy: ['jump'],
  queries: ['MetricQuery'],
  broadcast: ['use'],
  map: ['use'],
  members: ['use'],
  survival: ['use', 'SurvivalUse'],
  peerId: ['KeyPart'],
  reports: ['ReportsUse', 'by'],
  log: ['LineUse', 'line'],
  figures: ['FigureUse'],
  window: ['use', 'WindowUse'],
  notifications: ['wishes', 'NotificationWishes', 'n'],
  needs: ['Needs'],
  quietHours: ['QuietHours'],
  knownFailures: ['known', 'k', 'KnownFailure'],
}

const readsWithout = (file?: string): ReadonlySet<string> =>
  new Set(readsByFile.flatMap(([path, of]) => (noReader(path) || path === file ? [] : [...of])))

/** Fields that nothing reads, as `tests.connectivity.enabled`. */
function unread(type: string, without?: string): readonly string[] {
  const reads = readsWithout(without)
  const isRead = (path: readonly string[]): boolean => {
    const [field = '', parent = type] = path.toReversed()
    return [parent, ...(names[parent] ?? [])].some((of) => reads.has(`${of}.${field}`))
  }
  return pathsOf(type, types)
    .filter((path) => !isRead(path))
    .map((path) => path.join('.'))
}
/** What the parser says itself is no option. */
const said = ['origin', 'warnings']
const listed = (path: string): boolean =>
  said.includes(path) || unsupportedFields.some(({ field }) => path === field || path.startsWith(`${field}.`))

describe('no option without a reader', () => {
  test('of a project', () => expect(unread('ProjectConfig').filter((path) => !listed(path))).toEqual([]))
  test('of a fleet', () => expect(unread('Fleet')).toEqual([]))
  test('of a profile', () => expect(unread('Profile')).toEqual([]))
  test('of a request', () => {
    const fields = fieldsOf(programs.find(([path]) => path === 'src/inputs/request.ts')?.[1] ?? expect.fail(), 'schema')
    const reads = readsWithout()
    const answered: readonly string[] = [...questionIds]
    expect(fields.length).toBeGreaterThan(10)
    expect(
      fields.filter(
        (field) =>
          !answered.includes(field) && !['r', 'request', 'StartRequest'].some((of) => reads.has(`${of}.${field}`)),
      ),
    ).toEqual([])
  })
  test('what is listed as not acting is read by nothing else', () =>
    expect(
      unsupportedFields
        .map((row) => row.field)
        .filter((field) => !unread('ProjectConfig').some((path) => path === field || path.startsWith(`${field}.`))),
    ).toEqual([]))
})

describe('the test itself sees', () => {
  test.each([
    ['a project', 'ProjectConfig', 'src/collectors/metrics.ts', 'metrics.prometheus'],
    ['a fleet', 'Fleet', 'src/domain/program.ts', 'registryUrl'],
    ['a profile', 'Profile', 'src/stages/parts/units.ts', 'node.environment'],
  ])('a field of %s that lost its only reader', (_, type, file, field) => {
    expect(unread(type)).not.toContain(field)
    expect(unread(type, file)).toContain(field)
  })
  test.each([
    ['a member', 'x = config.soak.days', true],
    ['an optional member', 'x = plan?.config?.soak!.days', true],
    ['a literal name', `x = config['soak']['days']`, true],
    ['a value taken apart', 'const { days } = config.soak', true],
    ['a value taken apart twice', 'const { soak: { days } } = config', true],
    ['a member of something else', 'x = weather.days', false],
    ['a value that is only written', 'x = { soak: { days: 3 } }', false],
    ['a comment', '// config.soak.days', false],
  ])('%s', (_, text, seen) => expect(readsIn(parsed('a.ts', text)).has('soak.days')).toBe(seen))
})
