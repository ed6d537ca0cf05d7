/** The shared grammars that a profile's data refers to by name. */
import type { Claim } from '../../domain/evidence.ts'
import type { Dialect } from '../../domain/profile.ts'
import { readTestnetClaim } from './testnet-jsonl.ts'

export const dialectReaders: Readonly<Record<Dialect, (stdout: string, exitCode: number | null) => Claim>> = {
  'testnet-jsonl': readTestnetClaim,
}
