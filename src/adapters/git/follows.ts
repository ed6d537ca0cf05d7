/** Whether one commit was made after another, on top of it. */
import { gitAt, GitError } from './process.ts'

/** False too where the repository does not have the earlier one. */
export async function follows(place: string, earlier: string, later: string, signal: AbortSignal): Promise<boolean> {
  if (earlier === later) return false
  try {
    await gitAt(place, signal)(['merge-base', '--is-ancestor', earlier, later])
    return true
  } catch (error) {
    if (error instanceof GitError) return false
    throw error
  }
}
