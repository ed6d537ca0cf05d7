/** The shared grammars that a profile's data refers to by name. */
import type { Claim } from '../../domain/evidence.ts'
import type { Dialect } from '../../domain/profile.ts'
import type { Wanted } from '../drivers/driver.ts'
import { readAntQuicClaim } from './ant-quic-jsonl.ts'
import { readExitCode } from './exit-code.ts'
import { readTestnetClaim } from './testnet-jsonl.ts'

export const dialectReaders: Readonly<
  Record<Dialect, (stdout: string, exitCode: number | null, target: Pick<Wanted, 'peerId'>) => Claim>
> = {
  'testnet-jsonl': readTestnetClaim,
  'ant-quic-jsonl': readAntQuicClaim,
  'exit-code': readExitCode,
}
