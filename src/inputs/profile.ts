/** A profile file read into a {@link Profile}: how one program is started, dialled and read is data, and a mistyped placeholder is a fault. */
import * as z from 'zod'
import { focuses } from '../domain/plan.ts'
import { noClaims, type Profile, type RegistryUse } from '../domain/profile.ts'
import { placeholders } from '../domain/program.ts'
import { usageFailure, type FieldPath } from './faults.ts'
import {
  fileName,
  identifier,
  isRecord,
  taggedUnion,
  port,
  projectName,
  seconds,
  servicePort,
  textField,
} from './fields.ts'
import { hint } from './nearest.ts'
import { environment, eventFaults, eventField, field, stopSignal } from './profile-events.ts'
import { gossipUse } from './profile-gossip.ts'
import { claims, window } from './profile-observed.ts'
import { profileCommands } from './profile-commands.ts'
import { throughputUse } from './profile-throughput.ts'
import { survivalUse } from './profile-survival.ts'
import { payload } from './profile-payload.ts'
import { peerId } from './profile-peer-id.ts'
import { listPath, receiverRecord } from './profile-record.ts'
import { loadYaml, type CrossCheck, type Report } from './yaml.ts'
import { stripHidden } from '../domain/text.ts'

/** Throws a usage failure (U010) that lists every fault of the file. */
export function parseProfile(yaml: string, file: string): Profile {
  const loaded = loadYaml(yaml, file, profileSchema, templateChecks)
  if (!loaded.ok) throw usageFailure(loaded.faults)
  return loaded.value
}

const words = z.array(textField).default([])
const dial = z
  .union([
    z.literal('observed'),
    taggedUnion({
      commanded: z.strictObject({
        dialect: identifier.describe('How the dialler reports: the name of a dialect.'),
        args: z.array(textField).min(1).describe('Arguments of one dial, with placeholders.'),
        environment: environment('Environment of one dial, with placeholders: `{freshDir}` is a folder of its own.'),
        id: eventField
          .nullable()
          .default(null)
          .describe('The event of its output that names the id it dialled with (default: it names none).'),
        stop: stopSignal,
        end_seconds: seconds(1, 120)
          .default(3)
          .describe("Seconds beyond a dial's timeout that it may take to end by itself (default 3)."),
      }),
    }),
  ])
  .transform((d): Profile['dial'] => {
    if (d === 'observed' || d.commanded === undefined) return { kind: 'observed' }
    const { end_seconds: endSeconds, ...commanded } = d.commanded
    return { kind: 'commanded', ...commanded, endSeconds }
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
    needs: z
      .strictObject({
        datagram_bytes: z
          .number()
          .int()
          .min(64)
          .max(8000)
          .default(1200)
          .describe('Largest datagram that it sends, fragmented where need be (default 1200).'),
        ipv6: z.boolean().default(false).describe('Its packets go by IPv6 alone (default false).'),
      })
      .optional()
      .describe('What the network must let pass: where it does not, the program is not blamed.'),
    starts_programs: z
      .boolean()
      .default(false)
      .describe(
        'It starts programs other than itself: what it executes is not confined, and a run that sees one is never passed (default false).',
      ),
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
        environment: environment('Environment of the service.'),
        stop: stopSignal,
      })
      .describe('How the service is started.'),
    peer_id: peerId.describe(
      "Where a node's peer id is: a file below {dataDir}/, the hash of a key there, an event in the journal, or none.",
    ),
    dial: dial.describe('How it is made to connect: commanded by a process for each attempt, or observed.'),
    record: receiverRecord.describe('Where the receiver writes down what it received, or none.'),
    window: window.nullable().default(null).describe('How a program is watched that cannot be told to dial.'),
    claims: claims
      .default(noClaims)
      .describe('Where such a program says what it connected: compared with what was seen, never believed.'),
    payload: payload.describe('What is sent: random bytes of ours, bytes that follow from the nonce, or opaque.'),
    gossip: gossipUse
      .nullable()
      .default(null)
      .describe('How it takes part in broadcasts, a shared map and a list of members (default: not).'),
    commands: profileCommands
      .default([])
      .describe("Suites of the program's own: commands that run on every peer with the full suite (default: none)."),
    throughput: throughputUse
      .nullable()
      .default(null)
      .describe('How megabytes are sent at once (default: they are not, and throughput is not measured).'),
    survival: survivalUse
      .nullable()
      .default(null)
      .describe('How it opens a connection that stays, and sends over it (default: it does not).'),
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
    node: {
      args: w.node.args,
      bootstrapArgs: w.node.bootstrap_args,
      environment: w.node.environment,
      stop: w.node.stop,
    },
    peerId: w.peer_id,
    dial: w.dial,
    record: w.record,
    payload: w.payload,
    gossip: w.gossip,
    ...(w.needs === undefined ? {} : { needs: { datagramBytes: w.needs.datagram_bytes, ipv6: w.needs.ipv6 } }),
    survival: w.survival,
    ...(w.starts_programs ? { startsPrograms: true } : {}),
    window: w.window,
    claims: w.claims,
    throughput: w.throughput,
    commands: w.commands,
    ...(w.only_when_named ? { onlyWhenNamed: true } : {}),
  }))
  .superRefine((profile, context) => {
    for (const [path, message] of eventFaults(profile)) context.addIssue({ code: 'custom', path: [...path], message })
  })

const templateChecks: CrossCheck = (raw, report) => {
  const known = isRecord(raw) && isRecord(raw['registry'])
  if (!known && /\{registry(?:Url|Ip)\}/.test(JSON.stringify(raw) ?? ''))
    report(['registry'], 'is missing, and an argument asks for it: {} where the fleet keeps its own registry')
  check(raw, ['registry', 'args'], placeholders.registry, report)
  check(raw, ['node', 'args'], placeholders.node, report)
  check(raw, ['node', 'bootstrap_args'], placeholders.node, report)
  check(raw, ['dial', 'commanded', 'args'], placeholders.dial, report)
  check(raw, ['dial', 'commanded', 'environment'], placeholders.dial, report)
  check(raw, ['peer_id', 'file'], placeholders.file, report)
  check(raw, ['peer_id', 'key_file', 'path'], placeholders.file, report)
  check(raw, ['record', 'jsonl', 'path'], placeholders.file, report)
  check(raw, ['record', 'log', 'path'], placeholders.file, report)
  check(raw, ['record', 'http', 'path'], placeholders.record, report)
  check(raw, ['payload', 'stdin', 'kept'], placeholders.kept, report)
  check(raw, ['throughput', 'args'], placeholders.dial, report)
  check(raw, ['gossip', 'broadcast', 'command'], placeholders.message, report)
  check(raw, ['gossip', 'broadcast', 'record', 'jsonl', 'path'], placeholders.file, report)
  check(raw, ['gossip', 'map', 'write'], placeholders.write, report)
  check(raw, ['gossip', 'map', 'state'], placeholders.file, report)
  check(raw, ['gossip', 'members', 'list'], placeholders.members, report)
  check(raw, ['survival', 'keep'], placeholders.keep, report)
  check(raw, ['survival', 'deliver'], placeholders.deliver, report)
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
  else if (isRecord(value)) for (const name of Object.keys(value)) check(raw, [...path, name], known, report)
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
