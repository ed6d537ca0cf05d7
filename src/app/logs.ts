/** `logs`: what the programs of a session say, from the nodes or from the evidence, and the session's own steps between. */
import { nearestRemedy, namedSession } from './named-session.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { merged, type LogLine } from '../domain/log-lines.ts'
import { patternOf } from '../domain/pattern.ts'
import { sinceOf } from '../domain/since.ts'
import { isFinal } from '../domain/states.ts'
import { iso, stripHidden } from '../domain/text.ts'
import { newestPlan } from '../stages/parts/interview.ts'
import { hint } from '../inputs/nearest.ts'
import type { KeySource } from '../world.ts'
import type { Context } from './context.ts'
import { evidenceLogs } from './evidence-logs.ts'
import { followLogs } from './follow-logs.ts'
import { linePrinter } from './log-printer.ts'
import { nodeLogs, type LogsOf } from './node-logs.ts'
import type { StoredSession } from './sessions.ts'

export interface LogsFlags {
  readonly json?: boolean
  readonly session?: string
  /** Only what the ledger says; no node is asked. */
  readonly transitions?: boolean
  readonly node?: readonly string[]
  readonly follow?: boolean
  readonly since?: string
  readonly grep?: string
  readonly lines?: string
  readonly from?: 'nodes' | 'evidence'
  readonly key?: KeySource | null
}

export async function logs(c: Context, project: string, flags: LogsFlags): Promise<number> {
  const known = await namedSession(c, project, flags.session)
  if (flags.transitions === true) return transitions(c, known, flags)
  const wish = wishOf(c, known, flags)
  const printer = linePrinter(c, { json: flags.json === true, names: wish.nodes, matches: wish.matches })
  const steps = flags.node === undefined || flags.node.length === 0 ? stepsOf(known, wish.since) : []
  if (flags.follow === true) {
    await followLogs(c, known, wish, steps, printer)
    return exitCodes.passed
  }
  const wanted = flags.from ?? (isFinal(known.session.state) ? 'evidence' : 'nodes')
  const found =
    wanted === 'evidence'
      ? ((await fromEvidence(c, known, wish)) ?? (flags.from === undefined ? await fromNodes(c, known, wish) : null))
      : ((await fromNodes(c, known, wish)) ?? (flags.from === undefined ? await fromEvidence(c, known, wish) : null))
  printer.print(merged([...steps, ...(found ?? [])]))
  if (found === null && wish.nodes.length > 0)
    c.terminal.warn(`no log of a node could be read; the session's own steps: ${nearestRemedy(project, known)}`)
  return found === null && wish.nodes.length > 0 ? exitCodes.infra : exitCodes.passed
}

function transitions(c: Context, { entries }: StoredSession, flags: Pick<LogsFlags, 'json'>): number {
  c.terminal.print(
    flags.json === true
      ? JSON.stringify(entries.map((e) => ({ ...e, facts: undefined })))
      : entries.map((e) => `${iso(e.at)} ${e.from} → ${e.to}: ${stripHidden(e.why, 2000)}`).join('\n'),
  )
  return exitCodes.passed
}

const usualLines = 200
const mostLines = 20_000

function wishOf(c: Context, { entries }: StoredSession, flags: LogsFlags): LogsOf {
  const plan = newestPlan(entries) ?? null
  const names = plan?.fleet.nodes.map((n) => n.name) ?? []
  const asked = flags.node ?? []
  for (const name of asked)
    if (!names.includes(name))
      throw new Failure({
        code: 'U030',
        message: `the session has no node ${JSON.stringify(stripHidden(name, 80))}${hint(name, names)}`,
        remedy:
          plan === null
            ? 'vps-test status'
            : `vps-test nodes --fleet ${quote(plan.fleet.reference ?? plan.fleet.name)}`,
      })
  const since = flags.since === undefined ? null : sinceOf(flags.since, c.clock.now())
  if (flags.since !== undefined && since === null)
    throw unread(
      '--since',
      flags.since,
      'it is no time: 10m, 2h, 1d, or a date such as 2026-12-31T08:00',
      '--since 10m',
    )
  const pattern = flags.grep === undefined ? null : patternOf(flags.grep)
  if (pattern !== null && 'fault' in pattern)
    throw unread('--grep', flags.grep ?? '', pattern.fault, "--grep 'error|warn'")
  if (flags.lines !== undefined && !/^[1-9]\d{0,4}$/.test(flags.lines))
    throw unread('--lines', flags.lines, `it is no number from 1 to ${mostLines}`, '--lines 500')
  return {
    plan,
    // Before the first deploy nothing of the session runs anywhere.
    nodes:
      plan === null || !entries.some((e) => e.to === 'DEPLOY')
        ? []
        : asked.length === 0
          ? plan.nodes
          : names.filter((n) => asked.includes(n)),
    since,
    // What is looked for may stand far back.
    lines: Math.min(mostLines, Number(flags.lines ?? (pattern !== null || since !== null ? mostLines : usualLines))),
    matches: pattern === null ? () => true : (text) => pattern.matches(text),
    key: flags.key ?? null,
  }
}

const unread = (flag: string, text: string, why: string, example: string): Failure =>
  new Failure({
    code: 'U013',
    message: `${flag} ${JSON.stringify(stripHidden(text, 80))}: ${why}`,
    remedy: `vps-test logs --help  # ${example}`,
  })

/** The session's own entries as lines. */
const stepsOf = ({ entries }: StoredSession, since: number | null): readonly LogLine[] =>
  entries
    .filter((e) => since === null || e.at >= since)
    .map((e) => ({ at: e.at, node: null, text: `${e.from} → ${e.to}: ${e.why}` }))

/** Null: no node answered. */
async function fromNodes(c: Context, known: StoredSession, wish: LogsOf): Promise<readonly LogLine[] | null> {
  if (wish.plan === null || wish.nodes.length === 0) return null
  const { lines, failed, answered } = await nodeLogs(c, known, wish)
  for (const why of failed) c.terminal.warn(why)
  return answered === 0 ? null : lines
}

/** Null: this machine has none. */
async function fromEvidence(c: Context, known: StoredSession, wish: LogsOf): Promise<readonly LogLine[] | null> {
  const found = await evidenceLogs(c, known, wish)
  if (found === null) return null
  c.terminal.info(`from the evidence of ${found.test}: what the nodes' journals held when it ended`)
  return found.lines
}
