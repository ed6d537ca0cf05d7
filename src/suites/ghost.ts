/** The lie detector among the controls: a dial towards a peer that does not exist; a claim of success is a finding. */
import type { Control } from '../domain/evidence.ts'
import type { FleetNode } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import type { Nodes, Randomness, Execution } from '../ports.ts'
import { randomInt, randomHex } from '../instruments/prober.ts'
import { driverOf } from './drivers/drivers.ts'

/** Null: the program cannot be told whom to dial. */
export async function ghostControl(
  world: Execution & Nodes & Randomness,
  plan: Plan,
  from: FleetNode,
): Promise<Control | null> {
  if (plan.profile.dial.kind !== 'commanded') return null
  const claim = await driverOf(plan.profile).connect(world, plan, {
    from,
    to: 'nobody',
    peerId: randomHex(world, 32),
    localPort: randomInt(world, 21_000, 27_900),
    bytes: 1000,
    nonce: randomHex(world, 16),
    seconds: 4,
  })
  return {
    name: 'nonexistent-peer',
    from: from.name,
    to: 'nobody',
    expected: 'no-claim',
    seen: claim.success === true ? 'claimed' : claim.success === false ? 'no-claim' : 'error',
    witnessed: true,
    detail: claim.error ?? `exit ${String(claim.exitCode)}`,
    raw: claim.lines,
  }
}
