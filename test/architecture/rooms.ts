/**
 * The house as data: every room of src/, what it may import from the others and from outside, and why not more
 * (docs/architecture.md).
 */

export interface Room {
  readonly name: string
  readonly holds: (path: string) => boolean
  /** Rooms it may import, besides itself. */
  readonly rooms: readonly string[]
  /** Packages and `node:` modules it may import; a final `*` matches the rest of a name. */
  readonly outside: readonly string[]
  readonly reason: string
}

const inside =
  (directory: string) =>
  (path: string): boolean =>
    path.startsWith(`src/${directory}/`)
const file =
  (name: string) =>
  (path: string): boolean =>
    path === `src/${name}.ts`

/** node modules that compute and touch nothing. */
const computing = [
  'node:crypto',
  'node:buffer',
  'node:util',
  'node:path',
  'node:path/posix',
  'node:url',
  'node:events',
  'node:stream',
  'node:stream/*',
  'node:zlib',
  'node:string_decoder',
  'node:assert',
]

/**
 * Files that a person or a runner names are read where they are asked for; what a session writes goes through the port
 * `Files`.
 */
const files = ['node:fs', 'node:fs/promises']

export const rooms: readonly Room[] = [
  {
    name: 'entries',
    holds: (path) => path === 'src/main.ts' || path === 'src/cli.ts',
    rooms: ['cli', 'action', 'app', 'inputs', 'world', 'run', 'report', 'domain'],
    outside: ['commander', '@clack/prompts', '@actions/core', 'node:*'],
    reason:
      'an entry reads its surroundings, calls run, and turns the answer into an exit code (domain/failure); it decides nothing',
  },
  {
    name: 'action',
    holds: inside('action'),
    rooms: ['app', 'inputs', 'world', 'run', 'domain', 'commands', 'stages', 'ports', 'adapters', 'report'],
    outside: [...computing, ...files],
    reason:
      'one surface: one file per command of the Action, which reads a job and reports to it; what the command line does too stands in app',
  },
  {
    name: 'cli',
    holds: inside('cli'),
    rooms: ['app', 'inputs', 'world', 'run', 'domain', 'commands', 'stages', 'instruments', 'adapters'],
    outside: ['commander', ...computing, ...files],
    reason:
      'the other surface: verbs, flags and questions of a terminal; what the Action does too stands in app, and no verb runs a program by itself',
  },
  {
    name: 'app',
    holds: inside('app'),
    rooms: [
      'inputs',
      'world',
      'run',
      'domain',
      'commands',
      'stages',
      'instruments',
      'ports',
      'adapters',
      'report',
      'lab',
    ],
    outside: [...computing, ...files],
    reason:
      'use cases that both surfaces share: each surface says in its own words how a key, an answer or a yes is given; programs are run by adapters',
  },
  {
    name: 'world',
    holds: file('world'),
    rooms: [
      'inputs',
      'domain',
      'commands',
      'stages',
      'suites',
      'instruments',
      'ports',
      'adapters',
      'report',
      'lab',
      'run',
    ],
    outside: [...computing, ...files],
    reason:
      'the composition root may know everything but the entries and surfaces, which stand on it; it runs no program',
  },
  {
    name: 'run',
    holds: file('run'),
    rooms: ['domain', 'ports', 'stages'],
    outside: [],
    reason: 'run tells the story on one screen: it works the same for the real fleet, the lab and a dry run',
  },
  {
    name: 'ports',
    holds: (path) => file('ports')(path) || inside('ports')(path),
    rooms: ['domain', 'commands'],
    outside: ['node:stream'],
    reason: 'a port is an interface in our own words; an outside type in it would chain every stage to one library',
  },
  {
    name: 'domain',
    holds: inside('domain'),
    rooms: [],
    outside: ['zod', 're2js', 'jstat', '@marcbachmann/cel-js', 'node:crypto'],
    reason:
      'a verdict is a function of evidence: anybody can judge it again, offline, with the same answer; a pattern of others is run by RE2, in linear time',
  },
  {
    name: 'inputs',
    holds: inside('inputs'),
    rooms: ['domain'],
    outside: ['zod', 'yaml', 'smol-toml', ...computing],
    reason: "inputs turns text into one frozen value; who reads the file is the entry's and the adapter's business",
  },
  {
    name: 'commands',
    holds: inside('commands'),
    rooms: ['domain'],
    outside: ['node:crypto'],
    reason: 'a remote command is a value: printed in plans and tested without a socket',
  },
  {
    name: 'stages',
    holds: inside('stages'),
    rooms: ['domain', 'commands', 'ports', 'suites', 'instruments', 'collectors', 'report'],
    outside: ['p-limit', ...computing],
    reason:
      'a stage acts through ports only, so that the lab, the real fleet and a dry run are one code; a page is rendered by report, which is pure',
  },
  {
    name: 'suites',
    holds: inside('suites'),
    rooms: ['domain', 'commands', 'ports', 'instruments'],
    outside: ['p-limit', ...computing],
    reason: 'a suite acts through ports only; a dialect is data, not a library',
  },
  {
    name: 'instruments',
    holds: inside('instruments'),
    rooms: ['domain', 'commands', 'ports'],
    outside: ['p-limit', ...computing],
    reason: 'an instrument measures by ports only and knows no suite: each suite may use it',
  },
  {
    name: 'collectors',
    holds: inside('collectors'),
    rooms: ['domain', 'commands', 'ports', 'instruments'],
    outside: computing,
    reason:
      'a collector fetches evidence through ports only, and knows neither stage nor suite: it also runs when a test broke off',
  },
  {
    name: 'adapters',
    holds: inside('adapters'),
    rooms: ['ports', 'domain', 'commands'],
    outside: ['*'],
    reason: 'an adapter joins one port and one outside library; knowing a stage would turn the house upside down',
  },
  {
    name: 'report',
    holds: inside('report'),
    rooms: ['domain'],
    outside: computing,
    reason: 'a report is rebuilt from a ledger, offline',
  },
  {
    name: 'lab',
    holds: inside('lab'),
    rooms: ['ports', 'domain', 'commands', 'inputs'],
    outside: ['zod', 'p-limit', 'node:*'],
    reason:
      'the lab is reached by the same SSH code as a real fleet: it must not know stages or adapters; its topology is read, and its fleet file written, by the code of every input file',
  },
]

/** Libraries that compute: an adapter may use them beside its one outside library. */
export const pureLibraries = new Set(['zod', 'yaml', 'p-limit', 'smol-toml'])
