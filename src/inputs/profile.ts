/** A profile file read into a {@link Profile}: how one program is started, dialled and read is data, and a mistyped placeholder is a fault. */
import * as z from 'zod'
import { patternOf } from '../domain/pattern.ts'
import { focuses } from '../domain/plan.ts'
import type { Profile, RegistryUse } from '../domain/profile.ts'
import { placeholders } from '../domain/program.ts'
import { usageFailure, type FieldPath } from './faults.ts'
import { fileName, identifier, isRecord, taggedUnion, port, projectName, servicePort, textField } from './fields.ts'
import { hint } from './nearest.ts'
import { gossipUse } from './profile-gossip.ts'
import { payload } from './profile-payload.ts'
import { loadYaml, type CrossCheck, type Report } from './yaml.ts'
import { stripHidden } from '../domain/text.ts'

/** Throws a usage failure (U010) that lists every fault of the file. */
export function parseProfile(yaml: string, file: string): Profile {
  const loaded = loadYaml(yaml, file, profileSchema, templateChecks)
  if (!loaded.ok) throw usageFailure(loaded.faults)
  return loaded.value
}

const words = z.array(textField).default([])
const file = textField.refine(
  (t) => t.startsWith('{dataDir}/') && !t.split('/').includes('..'),
  'must be a file below {dataDir}/',
)
const field = z.string().regex(/^[A-Za-z_]\w{0,63}$/, 'must be the name of a JSON field')

const dial = z
  .union([
    z.literal('observed'),
    taggedUnion({
      commanded: z.strictObject({
        dialect: identifier.describe('How the dialler reports: the name of a dialect.'),
        args: z.array(textField).min(1).describe('Arguments of one dial, with placeholders.'),
      }),
    }),
  ])
  .transform((d): Profile['dial'] =>
    d === 'observed' || d.commanded === undefined ? { kind: 'observed' } : { kind: 'commanded', ...d.commanded },
  )

const recordFields = z
  .strictObject({
    nonce: field.describe('Field of the nonce that was received.'),
    bytes: field.describe('Field of the number of bytes.'),
    sha256: field.describe('Field of the digest of what was received.'),
    from: field.describe('Field of the sender.'),
    missing: field.describe('Field of what did not arrive.'),
    completed_ms: field.describe('Field of the time of the last byte, in milliseconds.'),
  })
  .transform(({ completed_ms: completedMs, ...others }) => ({ ...others, completedMs }))
/** What a log line must be found to hold. */
const neededGroups = ['nonce', 'bytes', 'sha256'] as const
const logPattern = textField.superRefine((t, context) => {
  const made = patternOf(t)
  if ('fault' in made) {
    context.addIssue(`must be a regular expression: ${made.fault}`)
    return
  }
  const missing = neededGroups.filter((name) => !made.groupNames.includes(name))
  if (missing.length > 0) context.addIssue(`must have the named groups ${missing.join(', ')}, as (?<${missing[0]}>…)`)
})
const httpPath = textField.refine((t) => /^\/[\w./?=&{}~%-]*$/.test(t), 'must be a path on the node, beginning with /')
const listPath = z.string().regex(/^(?:\$|\w+(?:\.\w+)*)$/, 'must be $, or names with dots between')

const record = z
  .union([
    z.literal('none'),
    taggedUnion({
      jsonl: z.strictObject({
        path: file.describe('File in which the receiver writes down what it received, below {dataDir}/.'),
        fields: recordFields.describe('Names of the fields of each line.'),
      }),
      log: z.strictObject({
        path: file
          .nullable()
          .default(null)
          .describe("File of the log, below {dataDir}/ (default: the unit's own journal)."),
        pattern: logPattern.describe('Regular expression (RE2 syntax) whose named groups hold what was received.'),
      }),
      http: z.strictObject({
        port: port.describe('TCP port on the node.'),
        path: httpPath.describe('Path of the request, with placeholders.'),
        list: listPath
          .default('$')
          .describe('Where the answer holds the list: names with dots between (default $, all of it).'),
        fields: recordFields.describe('Names of the fields of each entry.'),
      }),
    }),
  ])
  .transform((r): Profile['record'] => {
    if (r === 'none') return { kind: 'none' }
    if (r.jsonl !== undefined) return { kind: 'jsonl', ...r.jsonl }
    if (r.log !== undefined) return { kind: 'log', ...r.log }
    return r.http === undefined ? { kind: 'none' } : { kind: 'http', ...r.http }
  })

const registryPath = textField.refine((t) => /^\/[\w./-]*$/.test(t), 'must be a path of the registry, beginning with /')
const registry = z
  .strictObject({
    args: z
      .array(textField)
      .nullable()
      .default(null)
      .describe("Arguments of the registry that is started on the registry node (default: the fleet's own is used)."),
    http_port: port.default(8080).describe('TCP port of the registry (default 8080).'),
    ready: taggedUnion({
      http_json: z
        .strictObject({
          path: registryPath.describe('Path of the answer.'),
          list: listPath.default('$').describe('Where the list is in the answer, $ for the whole (default).'),
          id: field.describe("Field that holds a peer's id."),
        })
        .describe('An answer in JSON that lists the registered peers.'),
    })
      .nullable()
      .default(null)
      .describe('Where it lists who has registered (default: nothing is waited for).'),
    keep: z.array(registryPath).default([]).describe('Paths whose answers are kept as evidence.'),
  })
  .transform(({ args, http_port: httpPort, ready, keep }): RegistryUse => ({
    args,
    httpPort,
    ready: ready?.http_json ?? null,
    keep,
  }))

export const profileSchema = z
  .strictObject({
    name: identifier.describe('Name of the profile, by which a configuration chooses it.'),
    title: textField.describe('What the program is, in a few words.'),
    project: projectName.describe('Project that it serves.'),
    module: identifier.describe('Module of a workspace that it serves.'),
    only_when_named: z
      .boolean()
      .default(false)
      .describe('Never chosen for its project unless it is named (default false).'),
    focuses: z.array(z.enum(focuses)).min(1).describe('What can be tested of the program.'),
    binary: fileName.describe("Name of the program's file."),
    service_port: z
      .union([servicePort, projectName])
      .describe("UDP port of the service: a number, or a key of the fleet's ports; 0: one of its own choice."),
    registry: registry
      .nullable()
      .default(null)
      .describe('Where nodes find each other (default: the program knows no registry).'),
    node: z
      .strictObject({
        args: words.describe('Arguments of the service, with placeholders.'),
        bootstrap_args: words.describe('Further arguments on a bootstrap node.'),
        environment: z
          .record(z.string().regex(/^[A-Z_][A-Z0-9_]*$/, 'must be the name of an environment variable'), textField)
          .default({})
          .describe('Environment of the service.'),
      })
      .describe('How the service is started.'),
    peer_id: z
      .union([z.literal('none'), taggedUnion({ file: file.describe('The file, below {dataDir}/.') })])
      .transform((p): Profile['peerId'] =>
        p === 'none' || p.file === undefined ? { kind: 'none' } : { kind: 'file', path: p.file },
      )
      .describe('Where a node writes its peer id: a file below {dataDir}/, or none.'),
    dial: dial.describe('How it is made to connect: commanded by a process for each attempt, or observed.'),
    record: record.describe('Where the receiver writes down what it received, or none.'),
    payload: payload.describe('What is sent: random bytes of ours, bytes that follow from the nonce, or opaque.'),
    gossip: gossipUse
      .nullable()
      .default(null)
      .describe('How it takes part in broadcasts, a shared map and a list of members (default: not).'),
  })
  .transform((w): Profile => ({
    name: w.name,
    title: w.title,
    project: w.project,
    module: w.module,
    focuses: w.focuses,
    binary: w.binary,
    servicePort: w.service_port,
    registry: w.registry,
    node: { args: w.node.args, bootstrapArgs: w.node.bootstrap_args, environment: w.node.environment },
    peerId: w.peer_id,
    dial: w.dial,
    record: w.record,
    payload: w.payload,
    gossip: w.gossip,
    ...(w.only_when_named ? { onlyWhenNamed: true } : {}),
  }))

const templateChecks: CrossCheck = (raw, report) => {
  const known = isRecord(raw) && isRecord(raw['registry'])
  if (!known && /\{registry(?:Url|Ip)\}/.test(JSON.stringify(raw) ?? ''))
    report(['registry'], 'is missing, and an argument asks for it: {} where the fleet keeps its own registry')
  check(raw, ['registry', 'args'], placeholders.registry, report)
  check(raw, ['node', 'args'], placeholders.node, report)
  check(raw, ['node', 'bootstrap_args'], placeholders.node, report)
  check(raw, ['dial', 'commanded', 'args'], placeholders.dial, report)
  check(raw, ['peer_id', 'file'], placeholders.file, report)
  check(raw, ['record', 'jsonl', 'path'], placeholders.file, report)
  check(raw, ['record', 'log', 'path'], placeholders.file, report)
  check(raw, ['record', 'http', 'path'], placeholders.record, report)
  check(raw, ['payload', 'stdin', 'kept'], placeholders.kept, report)
  check(raw, ['gossip', 'broadcast', 'command'], placeholders.message, report)
  check(raw, ['gossip', 'broadcast', 'record', 'jsonl', 'path'], placeholders.file, report)
  check(raw, ['gossip', 'map', 'write'], placeholders.write, report)
  check(raw, ['gossip', 'map', 'state'], placeholders.file, report)
  check(raw, ['gossip', 'members', 'list'], placeholders.members, report)
}

function check(raw: unknown, path: readonly string[], known: readonly string[], report: Report): void {
  const value = path.reduce<unknown>(
    (v, key) => (typeof v === 'object' && v !== null ? (v as Record<string, unknown>)[key] : undefined),
    raw,
  )
  if (typeof value === 'string') for (const message of templateFaults(value, known)) report(path, message)
  if (Array.isArray(value))
    value.forEach((word, i) => {
      if (typeof word === 'string')
        for (const message of templateFaults(word, known)) report([...path, i] satisfies FieldPath, message)
    })
}

/** What is wrong with the placeholders of one word. */
export function templateFaults(word: string, known: readonly string[]): readonly string[] {
  const names = [...word.matchAll(/\{([^{}]*)\}/g)].map((m) => m[1] ?? '')
  const faults = names
    .filter((n) => !known.includes(n))
    .map((n) => `unknown placeholder {${stripHidden(n, 40)}}${hint(n, known)}`)
  return /[{}]/.test(word.replaceAll(/\{[^{}]*\}/g, ''))
    ? [...faults, 'has a brace that is no part of a {placeholder}']
    : faults
}
