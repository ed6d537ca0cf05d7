/** What the program says of a window, read beside what was seen: the registry's entries and figures, and the nodes' logs. */
import { journalSinceStart } from '../commands/service.ts'
import { notRead, thereIs, type Read } from '../domain/evidence.ts'
import { registryOf, type NodeName } from '../domain/fleet.ts'
import { holdsListAt, listAt } from '../domain/json-path.ts'
import type { ClaimsUse, FigureUse } from '../domain/profile.ts'
import { registryUrlOf } from '../domain/program.ts'
import { claimReader, fieldAt, reportsIn } from '../domain/suites/observed/claims.ts'
import type { Figure, LogClaims, ObservedWindow, Reports, Unanswered } from '../domain/suites/observed/window.ts'
import { messageOf } from '../domain/text.ts'
import { onEachNode } from '../instruments/per-node.ts'
import type { Bench } from './bench.ts'

const timeoutMs = 15_000
const longestAnswer = 32 << 20
/** Of one node in one window, and of one answer. */
const mostClaims = 400
const mostFigures = 1000

export interface RegistryAnswers {
  readonly reports: Read<Reports>
  readonly figures: readonly Figure[]
  readonly registry: ObservedWindow['registry']
  readonly unanswered: readonly Unanswered[]
}

/** Each path once. A registry that is down, or answers with an error or in no form that is known, has said nothing. */
export async function askRegistry(
  { world, plan }: Pick<Bench, 'world' | 'plan'>,
  { reports, figures }: ClaimsUse,
): Promise<RegistryAnswers> {
  const node = registryOf(world.fleet)
  const ready = plan.profile.registry?.ready ?? null
  const wanted = [...(reports === null ? [] : [reports]), ...figures, ...(ready === null ? [] : [ready])]
  const answers = new Map<string, Read<string>>()
  for (const path of new Set(wanted.map((w) => w.path))) answers.set(path, await ask(path))

  async function ask(path: string): Promise<Read<string>> {
    if (node === undefined) return notRead('the fleet has no registry')
    try {
      const answer = await world.http(node.name, `${registryUrlOf(world.fleet, plan)}${path}`, timeoutMs)
      if (answer.status < 200 || answer.status > 299) return notRead(`status ${answer.status}`)
      if (answer.body.length > longestAnswer) return notRead(`${answer.body.length} bytes`)
      const text = Buffer.from(answer.body).toString('utf8')
      const without = wanted.find((w) => w.path === path && !holdsListAt(text, w.list))
      return without === undefined
        ? thereIs(text)
        : notRead(`nothing at ${without.list} in ${JSON.stringify(text.slice(0, 80))}`)
    } catch (error) {
      world.signal.throwIfAborted()
      return notRead(messageOf(error).slice(0, 300))
    }
  }

  const told = reports === null ? notRead('the profile names no list') : (answers.get(reports.path) ?? notRead(''))
  const found = ready === null ? null : (answers.get(ready.path) ?? notRead(''))
  return {
    registry: found?.kind === 'there' ? thereIs(true) : (found as Read<never> | null),
    unanswered: [...answers].flatMap(([path, a]) => (a.kind === 'not-read' ? [{ path, why: a.why }] : [])),
    reports:
      told.kind === 'there' && reports !== null ? thereIs(reportsIn(told.value, reports)) : (told as Read<never>),
    figures: figures
      .flatMap(({ path, list, field }: FigureUse) => {
        const text = answers.get(path)
        return text?.kind !== 'there'
          ? []
          : listAt(text.value, list).map((o): Figure => {
              const value = fieldAt(o, field)
              return { path, field, value: typeof value === 'number' ? value : null }
            })
      })
      .slice(0, mostFigures),
  }
}

/** What is listed now and was not before. Without the list of before nobody knows which is new. */
export function newReports(before: Read<Reports>, after: Read<Reports>): Read<Reports> {
  if (before.kind !== 'there' || after.kind !== 'there') return before.kind === 'there' ? after : before
  const known = new Set(before.value.list.map((r) => r.id))
  return thereIs({
    list: after.value.list.filter((r) => !known.has(r.id)),
    unreadable: Math.max(0, after.value.unreadable - before.value.unreadable),
  })
}

export async function readLogs(
  { world, plan, subjects }: Bench,
  names: readonly NodeName[],
  { log }: ClaimsUse,
): Promise<Readonly<Record<NodeName, Read<LogClaims>>>> {
  if (log.length === 0) return {}
  const claimIn = claimReader(log, subjects.peerIds)
  const read = await onEachNode(names, world.signal, async (name): Promise<Read<LogClaims>> => {
    const { code, stdout, stderr } = await (
      await world.remote(name)
    ).run(journalSinceStart(plan.config.deploy.serviceName), {
      timeoutMs: 2 * timeoutMs,
      signal: world.signal,
      maxBytes: 2 << 20,
    })
    if (code !== 0) return notRead(stderr.trim().slice(0, 200) || `exit ${String(code)}`)
    const list = stdout.split('\n').flatMap((line) => claimIn(line) ?? [])
    return thereIs({ list: list.slice(-mostClaims), more: Math.max(0, list.length - mostClaims) })
  })
  return Object.fromEntries(
    names.map((n) => [n, read.done.get(n) ?? notRead(read.failed.get(n)?.message ?? 'it was not asked')]),
  )
}
