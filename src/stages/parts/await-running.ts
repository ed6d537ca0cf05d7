/** Waits until the unit runs this very binary and its main process owns the port, or until waiting is of no use. */
import { diagnoseNode } from '../../commands/remedies.ts'
import type { RunningProof } from '../../domain/evidence.ts'
import { Failure } from '../../domain/failure.ts'
import type { FleetNode } from '../../domain/fleet.ts'
import type { ProcessReading } from '../../instruments/process.ts'
import type { Clock, Nodes, Abortable } from '../../ports.ts'
import { listens, type UnitPlan } from './units.ts'

type Wanted = UnitPlan & { readonly sha256: string }

export async function awaitRunning(
  world: Pick<Nodes, 'fleet'> & Abortable & { readonly clock: Clock },
  node: FleetNode,
  wanted: Wanted,
  first: ProcessReading,
  look: () => Promise<ProcessReading>,
): Promise<RunningProof> {
  const deadline = world.clock.now() + 15_000
  for (let seen = first; ; seen = await look()) {
    const bound = listens(seen.ports, wanted.listens)
    if (seen.proof !== null && seen.proof.exeSha256 === wanted.sha256 && bound && seen.proof.network !== 'another')
      return seen.proof
    if (endOf(seen, wanted) !== null || world.clock.now() > deadline) {
      throw new Failure({
        // What systemd does before it starts the program is nothing that the program did.
        code:
          seen.proof === null && seen.beforeStart !== null
            ? 'I155'
            : seen.proof?.network === 'another'
              ? 'I161'
              : 'P011',
        node: node.name,
        message: `${node.name}: ${why(seen, wanted)}`,
        remedy: diagnoseNode(node.name, world.fleet),
      })
    }
    await world.clock.sleep(100, world.signal)
  }
}

/** A program may need a peer that starts beside it, and be started anew once or twice; no more. */
const restartsAllowed = 2

/**
 * Nothing more comes of a unit that systemd leaves alone, or starts in vain again and again; null: something may. One
 * that ends with its container is started by it again.
 */
function endOf({ unitState, restarts, proof }: ProcessReading, { unit }: UnitPlan): string | null {
  if (unitState === 'inactive' && unit.container === undefined) return 'it ended by itself at once, without an error'
  if (unitState === 'failed') return 'it ended, and systemd does not start it again'
  return proof === null && restarts >= restartsAllowed ? `it ended again and again, ${restarts + 1} times` : null
}

function why(r: ProcessReading, wanted: Wanted): string {
  const { unit, listens: asked, sha256 } = wanted
  if (r.proof === null) {
    const told = [endOf(r, wanted), r.beforeStart === null ? null : `systemd could not start it: ${r.beforeStart}`]
    return [`${unit.name} does not run: ${r.state}`, ...told.filter((text) => text !== null)].join('; ')
  }
  if (r.proof.network === 'another')
    return `${unit.name} runs in another network than ${unit.container ?? 'the one that is measured'} has now`
  if (r.proof.exeSha256 !== sha256) return `${unit.name} runs another binary (${r.proof.exeSha256.slice(0, 12)})`
  const { protocol, port } = asked
  return `${unit.name} does not listen on ${port === 0 ? `any port of ${protocol}` : `${protocol} ${port}`}`
}
