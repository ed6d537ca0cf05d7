/** How long the last build of a project took, by the ledgers that are at hand: a plan's guess is for a warm build. */
import type { Context } from './context.ts'
import { storedSessions } from './sessions.ts'

/** Seconds; `never`: no build of it is recorded; null: it is not known. */
export type LastBuild = number | 'never' | null

export async function lastBuildOf({ sessions }: Pick<Context, 'sessions'>, project: string): Promise<LastBuild> {
  const stored = await storedSessions(sessions, project).catch(() => null)
  if (stored === null) return null
  const built = stored
    .flatMap(({ entries }) => entries)
    .flatMap((e) =>
      e.event === 'built' && (e.facts.build.source === 'zigbuild' || e.facts.build.source === 'native')
        ? [{ at: e.at, seconds: e.facts.build.seconds }]
        : [],
    )
  return built.toSorted((a, b) => b.at - a.at)[0]?.seconds ?? 'never'
}
