/** Which failed builds of this machine are worth another try here, by the words of cargo, compiler and kernel. */
import type { BuildFailed } from '../build.ts'
import type { RuleId } from './rules.ts'

export type AgainRule = Extract<RuleId, 'build-fetch' | 'build-out-of-memory' | 'build-disk-full'>

/** Less than this on the disk that a build writes to is a full disk; a compiler's word alone is none. */
export const roomForBuild = 256 << 20

const fetching = /could not be fetched|[Cc]ould(?:n't| not) resolve host/
const killed = /the compiler was killed|signal: 9, SIGKILL/
const full = /No space left on device|os error 28\b|ENOSPC|NoSpaceLeft/
/** Nothing can be linked in so little, whatever the linker says of it. */
const noRoom = 4 << 20

/** Null: the same try would fail the same way. `freeBytes`: where the build writes. */
export function againRuleOf(
  failed: Pick<BuildFailed, 'reason' | 'message' | 'errors'>,
  freeBytes: number,
): AgainRule | null {
  const said = [failed.message, ...failed.errors.map((e) => e.message)].join('\n')
  const told = full.test(said) || failed.errors.some((e) => full.test(e.rendered))
  if (told && freeBytes < roomForBuild) return 'build-disk-full'
  const other =
    failed.reason !== 'toolchain'
      ? null
      : killed.test(said)
        ? 'build-out-of-memory'
        : fetching.test(said)
          ? 'build-fetch'
          : null
  return other ?? (freeBytes < noRoom ? 'build-disk-full' : null)
}
