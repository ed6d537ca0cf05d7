/** The lie detector among the controls: a dial towards a peer that does not exist; a claim of success is a finding. */
import { hostPort } from '../domain/addresses.ts'
import type { Control } from '../domain/evidence.ts'
import { Failure } from '../domain/failure.ts'
import type { FleetNode } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import type { Nodes, Randomness, Execution } from '../ports.ts'
import { asFailure } from '../instruments/per-node.ts'
import { randomInt, randomHex } from '../instruments/prober.ts'
import { driverOf } from './drivers/drivers.ts'

/** Of the addresses that are for documentation alone (RFC 5737). */
const nowhere = '203.0.113.1'

/** Null: the program cannot be told whom to dial. */
export async function ghostControl(
  world: Execution & Nodes & Randomness,
  plan: Plan,
  from: FleetNode,
  prober: string,
): Promise<Control | null> {
  if (plan.profile.dial.kind !== 'commanded') return null
  const control = { name: 'nonexistent-peer', from: from.name, to: 'nobody', expected: 'no-claim' } as const
  const dialled = driverOf(plan.profile, prober).connect(world, plan, {
    from,
    to: 'nobody',
    peerId: randomHex(world, 32),
    address: hostPort(nowhere, 9),
    localPort: randomInt(world, 21_000, 27_900),
    bytes: 1000,
    nonce: randomHex(world, 16),
    payload: plan.profile.payload.kind === 'given' ? world.random.bytes(1000) : null,
    seconds: 4,
  })
  const told = await dialled.catch((error: unknown) => asFailure(error, from.name))
  world.signal.throwIfAborted()
  // It is a finding at most: whatever kept it from running ends nothing.
  if (told instanceof Failure)
    return { ...control, seen: 'error', witnessed: true, detail: `did not run: ${told.message}`, raw: [] }
  const { claim } = told
  return {
    ...control,
    seen: claim.success === true ? 'claimed' : claim.success === false ? 'no-claim' : 'error',
    witnessed: true,
    detail: claim.error ?? `exit ${String(claim.exitCode)}`,
    raw: claim.lines,
  }
}
