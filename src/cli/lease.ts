/** `lease`: who holds which node, and taking a lease away after a person's yes; it asks the nodes and no ledger. */
import { choose } from '../adapters/prompt.ts'
import { loadFleet, readOnlyWorld, type Context, type FleetFile } from '../app/context.ts'
import { chosenFleet } from '../app/fleet-choice.ts'
import { breakLeases, isOdd, leasesOn } from '../app/leases.ts'
import type { NodesFlags } from '../app/nodes.ts'
import type { HeldLease } from '../commands/lease.ts'
import { listNodes } from '../commands/remedies.ts'
import { quote } from '../commands/quote.ts'
import { exitCodes, Failure } from '../domain/failure.ts'
import type { NodeName } from '../domain/fleet.ts'
import type { PerNode } from '../instruments/per-node.ts'
import { leasesTable, type LeaseRow } from '../app/leases-table.ts'

export type LeaseFlags = Omit<NodesFlags, 'measure'>
export interface BreakFlags extends LeaseFlags {
  readonly all?: boolean
  readonly session?: string
  readonly yes?: boolean
}

export async function leases(c: Context, flags: LeaseFlags): Promise<number> {
  const { fleet, seen } = await look(c, flags, null)
  if (flags.json === true) c.terminal.print(JSON.stringify(rowsOf(seen).map(jsonRow)))
  else show(c, seen, fleet.name)
  return unanswered(c, seen)
}

/** Those of the nodes that are named, or all; of one session, where it is named. */
export async function leaseBreak(c: Context, names: readonly NodeName[], flags: BreakFlags): Promise<number> {
  if (names.length > 0 === (flags.all === true))
    throw new Failure({
      code: 'U086',
      message: 'which leases are to be broken: those of nodes that are named, or --all?',
      remedy: 'vps-test lease break --help',
    })
  const { fleet, reference, seen: found } = await look(c, flags, flags.all === true ? null : names)
  const ofSession = (l: HeldLease): boolean => flags.session === undefined || l.holder === flags.session
  const seen = {
    ...found,
    done: new Map(
      [...found.done].map(([n, all]) => [n, all.filter(ofSession)] as const).filter(([, l]) => l.length > 0),
    ),
  }
  if (flags.json !== true) show(c, seen, fleet.name)
  if (seen.done.size > 0 && !(await agreed(c, names, reference, flags))) return exitCodes.usage
  const world = await readOnlyWorld(c, fleet, flags.key ?? null)
  try {
    const broken = await breakLeases(world, seen.done)
    const rows = rowsOf(seen).filter(({ node }) => broken.done.has(node))
    if (flags.json === true) c.terminal.print(JSON.stringify(rows.map(jsonRow)))
    else if (rows.length > 0) c.terminal.info(`broken: ${rows.map((r) => `${r.service} on ${r.node}`).join(', ')}`)
    return Math.max(unanswered(c, broken), unanswered(c, found))
  } finally {
    await world.close()
  }
}

async function agreed(c: Context, names: readonly NodeName[], fleet: string, flags: BreakFlags): Promise<boolean> {
  if (flags.yes === true) return true
  if (flags.json === true || !c.terminal.interactive)
    throw new Failure({
      code: 'U054',
      message: 'breaking a lease needs a yes: whoever holds it may be at work',
      remedy: [
        'vps-test lease break',
        ...(flags.all === true ? ['--all'] : names.map(quote)),
        '--fleet',
        quote(fleet),
        '--yes',
      ].join(' '),
    })
  const answer = await choose(
    'Break these leases?',
    [
      { value: 'yes', description: 'their sessions can change nothing on these nodes any more' },
      { value: 'no', description: 'leave them' },
    ],
    'no',
  )
  return answer === 'yes'
}

interface Look extends FleetFile {
  readonly reference: string
  readonly seen: PerNode<readonly HeldLease[]>
}

async function look(c: Context, flags: LeaseFlags, names: readonly NodeName[] | null): Promise<Look> {
  const reference = await chosenFleet(c, { named: flags.fleet, lab: flags.lab })
  const file = await loadFleet(c, reference, flags.lab)
  const { fleet } = file
  const unknown = (names ?? []).filter((n) => !fleet.nodes.some((f) => f.name === n))
  if (unknown.length > 0)
    throw new Failure({
      code: 'U030',
      message: `fleet ${fleet.name} has no node ${unknown.join(', ')}`,
      remedy: listNodes(fleet),
    })
  const world = await readOnlyWorld(c, fleet, flags.key ?? null)
  try {
    return { ...file, reference, seen: await leasesOn(world, names ?? fleet.nodes.map((n) => n.name)) }
  } finally {
    await world.close()
  }
}

const rowsOf = ({ done }: PerNode<readonly HeldLease[]>): readonly LeaseRow[] =>
  [...done].flatMap(([node, all]) => all.map((l) => ({ node, ...l, odd: isOdd(l) })))

function show(c: Context, seen: PerNode<readonly HeldLease[]>, fleet: string): void {
  const rows = rowsOf(seen)
  c.terminal.print(
    rows.length === 0
      ? `no lease is held on ${seen.done.size} node(s) of fleet ${fleet}`
      : leasesTable(rows, c.terminal.palette),
  )
}

const jsonRow = (l: LeaseRow) => ({
  node: l.node,
  service: l.service,
  session: l.holder,
  who: l.who,
  why: l.why,
  fence: l.fence,
  until: new Date(Math.min(l.until, 253_402_300_799) * 1000).toISOString(),
  secondsLeft: l.secondsLeft,
  odd: l.odd,
})

function unanswered(c: Context, { failed }: PerNode<unknown>): number {
  failed.forEach((f, node) => {
    c.terminal.warn(`${node}: ${f.message}`)
  })
  return failed.size === 0 ? exitCodes.passed : exitCodes.infra
}
