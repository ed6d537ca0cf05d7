/** The fleet of a recorded plan, as far as it may act on this machine: a ledger elsewhere names no program and no key here. */
import { quote } from '../commands/quote.ts'
import { Failure } from '../domain/failure.ts'
import { fleetReference, type Fleet } from '../domain/fleet.ts'
import type { KeySource } from '../world.ts'
import { loadFleet, type Context } from './context.ts'

export interface PlanFleetWish {
  readonly key: KeySource | null
  /** As a person names it; its file is this machine's own word. */
  readonly named?: string | undefined
}

export async function planFleet(c: Context, fleet: Fleet, wish: PlanFleetWish): Promise<Fleet> {
  const names = c.sessions.remote === true && c.writer.kind === 'process' ? namedHere(fleet, wish.key) : null
  if (names === null) return fleet
  const reference = fleetReference(fleet)
  if (wish.named !== undefined) {
    const own = (await loadFleet(c, wish.named)).fleet
    if (JSON.stringify(own.nodes) === JSON.stringify(fleet.nodes)) return own
  }
  throw new Failure({
    code: 'U105',
    message: `the plan in the ledger names ${names} for fleet ${reference}, and that ledger is not of this machine: only a fleet file of the same nodes that you name yourself, or --key for a key, is used`,
    remedy: `vps-test check --fleet ${quote(reference)}`,
  })
}

/** What of it would be run or read here. */
function namedHere(fleet: Fleet, key: KeySource | null): string | null {
  const runs = fleet.nodes.find((n) => n.proxy?.kind === 'command' || n.natBox?.kind === 'orchestrator')
  if (runs !== undefined) return `a program to run here (node ${runs.name})`
  return fleet.identityFile !== undefined && key === null ? `the key ${fleet.identityFile}` : null
}
