/** What ledger entries say to a report: their facts are JSON from outside, so every field is checked and what is not as agreed is not there. */
import type { Entry, Json } from '../domain/ledger.ts'
import { countsSchema, type Counts } from '../domain/counts.ts'
import type { Origin, Writer } from '../domain/writer.ts'

type Fields = Readonly<Record<string, Json | undefined>>
export type Result = 'passed' | 'failed' | 'inconclusive'

export interface CheckpointFact {
  readonly name: string
  readonly dueAt: number | null
  readonly takenAt: number | null
  readonly latenessMs: number | null
}

/** One recorded test. */
export interface TestFact {
  readonly seq: number
  readonly at: number
  readonly result: Result
  readonly reasons: readonly string[]
  readonly counts: Counts
  readonly checkpoint: CheckpointFact | null
  readonly evidenceRoot: string | null
  readonly proof: string | null
  readonly proofSha256: string | null
  readonly artifact: { readonly name: string; readonly url: string | null } | null
}

export const fields = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
export const string = (value: Json | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null
export const number = (value: Json | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null
export const strings = (value: Json | undefined): readonly string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : []
const whole = (value: Json | undefined): number | null =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null
export const digest = (value: Json | undefined): string | null =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : null

export const countsOf = (value: Json | undefined): Counts => countsSchema.safeParse(value).data ?? {}

export function checkpointOf(value: Json | undefined): CheckpointFact | null {
  const one = fields(value)
  const name = string(one['name'])
  return name === null
    ? null
    : { name, dueAt: number(one['dueAt']), takenAt: number(one['takenAt']), latenessMs: number(one['latenessMs']) }
}

const results: readonly string[] = ['passed', 'failed', 'inconclusive'] satisfies readonly Result[]

/** Tests that ended with a verdict, oldest first; a claim or a stop is none. */
export const testsOf = (entries: readonly Entry[]): readonly TestFact[] =>
  entries
    .filter((e) => e.from === 'TEST' && results.includes(e.event))
    .map((e) => {
      const f = fields(e.facts)
      const artifact = fields(f['artifact'])
      const name = string(artifact['name'])
      return {
        seq: e.seq,
        at: e.at,
        result: e.event as Result,
        reasons: strings(f['reasons']),
        counts: countsOf(f['counts']),
        checkpoint: checkpointOf(f['checkpoint']),
        evidenceRoot: digest(f['evidenceRoot']),
        proof: string(f['proof']),
        proofSha256: digest(f['proofSha256']),
        artifact: name === null ? null : { name, url: string(artifact['url']) },
      }
    })

export function writerOf(entry: Entry | undefined): Writer | null {
  const by = fields(entry?.facts['by'])
  const [repository, run, attempt, url, host, pid] = [
    string(by['repository']),
    string(by['run']),
    whole(by['attempt']),
    string(by['url']),
    string(by['host']),
    whole(by['pid']),
  ]
  if (by['kind'] === 'run' && repository !== null && run !== null && attempt !== null)
    return { kind: 'run', repository, run, attempt, url: url ?? '' }
  return by['kind'] === 'process' && host !== null && pid !== null ? { kind: 'process', host, pid } : null
}

/** Of the newest entry that has one: a push that continued the session tells another commit than its start. */
export function originOf(entries: readonly Entry[]): Origin | null {
  const given = entries.findLast((e) => typeof fields(e.facts['origin'])['event'] === 'string')
  if (given === undefined) return null
  const o = fields(given.facts['origin'])
  return {
    repository: string(o['repository']),
    branch: string(o['branch']),
    commit: string(o['commit']),
    event: string(o['event']) ?? '',
    actor: string(o['actor']),
  }
}

export function projectOf(entries: readonly Entry[]): string | null {
  for (const { facts } of entries.toReversed()) {
    const answers = [fields(facts['answers']), fields(fields(facts['plan'])['answers'])]
    const name = answers.map((a) => string(fields(a['project'])['value'])).find((n) => n !== null)
    if (name !== undefined && name !== null) return name
  }
  return null
}

/** The fleet of the newest plan. */
export const fleetOf = (entries: readonly Entry[]): string | null =>
  entries.reduceRight<string | null>(
    (found, e) => found ?? string(fields(fields(e.facts['plan'])['fleet'])['name']),
    null,
  )

/** First line of the tested commit's message; null where nothing was built yet, or not from that commit. */
export function subjectOf(entries: readonly Entry[]): string | null {
  const from = fields(fields(entries.findLast((e) => e.from === 'BUILD' && e.event === 'built')?.facts)['from'])
  const commit = string(from['commit'])
  return commit === null || commit !== originOf(entries)?.commit ? null : string(from['subject'])
}

export interface BuildFaultFact {
  readonly file: string | null
  readonly line: number | null
  readonly message: string
}

/** Of the newest build, when that one failed. */
export function buildFaultsOf(entries: readonly Entry[]): readonly BuildFaultFact[] {
  const last = entries.findLast((e) => e.from === 'BUILD')
  if (
    last === undefined ||
    (last.event !== 'failed' && last.event !== 'unrecoverable') ||
    !Array.isArray(last.facts['faults'])
  )
    return []
  return last.facts['faults'].flatMap((value: Json) => {
    const f = fields(value)
    const [file, line, message] = [string(f['file']), whole(f['line']), string(f['message'])]
    return message === null ? [] : [{ file, line: line === 0 ? null : line, message }]
  })
}
