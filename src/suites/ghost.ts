/** The lie detector among the controls: a dial towards a peer that does not exist; a claim of success is a finding. */
import { dial } from '../commands/dial.ts'
import { placeOf } from '../commands/place.ts'
import { currentBinary } from '../commands/release.ts'
import type { Control } from '../domain/evidence.ts'
import type { FleetNode } from '../domain/fleet.ts'
import type { Plan } from '../domain/plan.ts'
import { isDialect } from '../domain/profile.ts'
import { fillArguments, registryUrlOf } from '../domain/program.ts'
import type { World } from '../ports.ts'
import { dialects } from './dialects/dialects.ts'
import { randomInt, randomHex } from '../instruments/prober.ts'

export async function ghostControl(world: World, plan: Plan, from: FleetNode): Promise<Control | null> {
  if (plan.profile.dial.kind !== 'commanded') return null
  const read = isDialect(plan.profile.dial.dialect) ? dialects[plan.profile.dial.dialect] : undefined
  if (read === undefined) return null
  const args = fillArguments(plan.profile.dial.args, {
    registryUrl: registryUrlOf(world.fleet, plan),
    peerId: randomHex(world, 32),
    localPort: String(randomInt(world, 21_000, 27_900)),
    bytes: '1000',
    nonce: randomHex(world, 16),
    timeoutMs: '4000',
  })
  const binary = currentBinary({ installPath: plan.config.deploy.installPath, name: plan.config.binary.name })
  const result = await (
    await world.remote(from.name)
  ).run(dial('dial nobody', placeOf(from.runtime), binary, args, 8), {
    timeoutMs: 30_000,
    signal: world.signal,
    maxBytes: 1 << 18,
  })
  const claim = read(result.stdout, result.code)
  return {
    name: 'nonexistent-peer',
    from: from.name,
    to: 'nobody',
    expected: 'no-claim',
    seen: claim.success === true ? 'claimed' : claim.success === false ? 'no-claim' : 'error',
    witnessed: true,
    detail: claim.error ?? `exit ${String(result.code)}`,
    raw: claim.lines,
  }
}
