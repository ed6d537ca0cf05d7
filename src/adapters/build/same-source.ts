/** Whether the source is still what it was when its build began. */
import type { SourceInfo } from '../../domain/build.ts'
import { Failure } from '../../domain/failure.ts'
import { readSource } from './source.ts'

/** A source that moved during the build belongs to no commit that could be named. Commits elsewhere in the repository do not move it. */
export async function sameSource(before: SourceInfo, workspace: string, signal: AbortSignal): Promise<SourceInfo> {
  const after = await readSource(workspace, signal)
  if (content(after) === content(before)) return before
  throw new Failure({
    code: 'B303',
    message: `the source in ${workspace} changed while it was built`,
    remedy: 'git status',
  })
}

const content = (s: SourceInfo): string => (s.kind === 'none' ? '' : `${s.tree} ${s.dirty?.digest}`)
