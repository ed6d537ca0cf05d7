/** `gc`: what is older than a limit and in nobody's use goes, here and, where a fleet is named, on its nodes. */
import { emptied, thrownAway } from '../adapters/disk.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import { sortFound, type Garbage, type GarbageKind, type Sorted } from '../domain/garbage.ts'
import { iso, messageOf } from '../domain/text.ts'
import { blockText } from '../report/plain.ts'
import { table } from '../report/section.ts'
import type { KeySource } from '../world.ts'
import { agreed } from './agreement.ts'
import { loadFleet, type Context } from './context.ts'
import { chosenFleet } from './fleet-choice.ts'
import { homeOf, lookHere, type OnThisMachine } from './gc-local.ts'
import { lookOnNodes, type OnNodes } from './gc-nodes.ts'

export interface GcFlags {
  /** `30d`, `12h`, `2w`. */
  readonly olderThan: string
  readonly dryRun?: boolean
  readonly nodes?: boolean
  readonly fleet?: string
  readonly lab?: string
  readonly key?: KeySource | null
  readonly yes?: boolean
  readonly json?: boolean
}

export async function gc(c: Context, flags: GcFlags): Promise<number> {
  const before = c.clock.now() - ageOf(flags.olderThan)
  const fleet =
    flags.nodes === true
      ? (await loadFleet(c, await chosenFleet(c, { named: flags.fleet, lab: flags.lab }), flags.lab)).fleet
      : null
  const here = await lookHere(c, before)
  const sorted = sortFound(here.found, { before, alive: here.alive })
  const there = fleet === null ? null : await lookOnNodes(c, fleet, flags.key ?? null, before)
  try {
    if (flags.json !== true) show(c, sorted, there, before)
    there?.failed.forEach((f) => c.terminal.warn(f.message))
    const nothing = sorted.goes.length === 0 && (there?.goes.length ?? 0) === 0
    const act = flags.dryRun !== true && !nothing
    const question = {
      text: 'Take all of this away?',
      yes: `${sizeText(totalOf(sorted, there))} of it is gone for good, evidence included`,
      line: lineOf(flags),
    }
    if (act && !(await agreed(c, flags, question))) return exitCodes.usage
    // A question may stay unanswered for hours, in which a session begins.
    const goes = act ? await still(c, sorted.goes, before) : sorted.goes
    const failed = act ? await clear(c, here, goes, there) : []
    failed.forEach((text) => c.terminal.warn(text))
    const exitCode = failed.length + (there?.failed.length ?? 0) === 0 ? exitCodes.passed : exitCodes.infra
    if (flags.json === true)
      c.terminal.print(JSON.stringify(told({ ...sorted, goes }, there, before, act, failed, exitCode)))
    else if (act && failed.length === 0) c.terminal.info(`${sizeText(totalOf({ ...sorted, goes }, there))} freed`)
    return exitCode
  } finally {
    await there?.close()
  }
}

/** What may go now as it might before the question. */
async function still(c: Context, goes: readonly Garbage[], before: number): Promise<readonly Garbage[]> {
  const { found, alive } = await lookHere(c, before)
  const now = new Set(sortFound(found, { before, alive }).goes.map((f) => f.path))
  return goes.filter((f) => now.has(f.path))
}

/** One after the other, each in one rename: what was cut off is found again by the next. */
async function clear(
  c: Context,
  { bins }: OnThisMachine,
  goes: readonly Garbage[],
  there: OnNodes | null,
): Promise<readonly string[]> {
  const [homeBin = '', cacheBin = ''] = bins
  const failed: string[] = []
  // A ledger goes last: while there is one, its sessions are known to have ended.
  for (const found of goes.toSorted((a, b) => Number(a.kind === 'ledger') - Number(b.kind === 'ledger'))) {
    c.signal.throwIfAborted()
    c.terminal.progress('gc', found.path)
    const bin = found.path.startsWith(`${homeOf(c)}/`) ? homeBin : cacheBin
    const work = found.kind === 'cut-off' ? emptied(found.path, c.signal) : thrownAway(found.path, bin, c.signal)
    await work.catch((error: unknown) => {
      c.signal.throwIfAborted()
      failed.push(`${found.path} stays: ${messageOf(error)}`)
    })
  }
  for (const bin of bins)
    await emptied(bin, c.signal).catch((error: unknown) => {
      c.signal.throwIfAborted()
      failed.push(messageOf(error))
    })
  return [...failed, ...((await there?.drop()) ?? []).map((f) => f.message)]
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, d: 24 * 3_600_000, w: 7 * 24 * 3_600_000 }

export function ageOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,4})([hdw])$/.exec(text.trim()) ?? []
  const of = units[unit]
  if (of !== undefined) return Number(number) * of
  throw new Failure({
    code: 'U103',
    message: `--older-than ${text} is no age: a number with h, d or w behind it, as in 30d`,
    remedy: 'vps-test gc --older-than 30d --dry-run',
  })
}

const lineOf = (flags: GcFlags): string =>
  [
    'vps-test',
    'gc',
    '--older-than',
    flags.olderThan,
    ...(flags.nodes === true ? ['--nodes'] : []),
    ...(flags.fleet === undefined ? [] : ['--fleet', flags.fleet]),
    ...(flags.lab === undefined ? [] : ['--lab', flags.lab]),
    '--yes',
  ]
    .map(quote)
    .join(' ')

const means: Readonly<Record<GarbageKind, string>> = {
  evidence: 'folder of a session that ended',
  ledger: 'ledger of which every session ended',
  copy: "local copy of a repository's ledger",
  build: "project's build directory",
  binary: 'program kept for a session',
  fix: 'work of a fix in a session that ended',
  release: 'release on a node',
  'cut-off': 'left by a gc that was cut off',
}

const sizeText = (bytes: number): string =>
  bytes < 1 << 20 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`

const totalOf = ({ goes }: Sorted<Garbage>, there: OnNodes | null): number =>
  goes.reduce((sum, f) => sum + f.bytes, 0) +
  (there?.goes ?? []).flatMap((g) => g.releases).reduce((sum, r) => sum + r.bytes, 0)

function show(c: Context, { goes, kept }: Sorted<Garbage>, there: OnNodes | null, before: number): void {
  const rows = [
    ...goes.map((f) => [means[f.kind], iso(f.at), sizeText(f.bytes), f.path]),
    ...(there?.goes ?? []).flatMap((g) =>
      g.releases.map((r) => [
        means.release,
        iso(r.at),
        sizeText(r.bytes),
        `${g.node}: ${g.service} ${r.sha256.slice(0, 12)}`,
      ]),
    ),
  ]
  c.terminal.print(
    rows.length === 0
      ? `nothing that is older than ${iso(before)} can go`
      : `${blockText(table(['what', 'last changed', 'size', 'where'], rows), c.terminal.palette)}\n${sizeText(totalOf({ goes, kept }, there))} in all`,
  )
  for (const { found, why } of kept) c.terminal.info(`stays: ${found.path} (${why})`)
  for (const line of there?.kept ?? []) c.terminal.info(`stays: ${line}`)
}

const told = (
  { goes, kept }: Sorted<Garbage>,
  there: OnNodes | null,
  before: number,
  done: boolean,
  failed: readonly string[],
  exitCode: number,
) => ({
  before: new Date(before).toISOString(),
  done,
  bytes: totalOf({ goes, kept }, there),
  goes,
  kept: kept.map((k) => ({ ...k.found, why: k.why })),
  nodes: there === null ? null : { goes: there.goes, kept: there.kept },
  failed: [...(there?.failed ?? []).map((f) => f.message), ...failed],
  exitCode,
})
