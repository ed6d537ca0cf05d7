/** What came of a fix's number, in the session's folder: a run that goes on does not pay for the same fix twice. */
import { z } from 'zod'
import { canonical, sha256 } from '../../domain/canonical.ts'
import { fixFacts } from '../../domain/fix/end.ts'
import type { FixAsked, MadeFix } from '../../ports/fixer.ts'
import { gitTold } from '../build/source.ts'
import { folder } from '../system.ts'

const madeFacts = fixFacts.unwrap().omit({ red: true, first: true, pushed: true })
const kept = z.object({ asked: z.string(), made: madeFacts })

/** All but the words of a diagnosis, which may be others. */
const keyOf = ({ session, number, commit, workspace, config, guarded }: FixAsked): string =>
  sha256(canonical({ session, number, commit, workspace, config, guarded }))

const place = (number: number): string => `fix-${number}/made.json`

export const keepMade = (dir: string, asked: FixAsked, made: MadeFix): Promise<void> =>
  folder(dir).write(place(asked.number), JSON.stringify({ asked: keyOf(asked), made }))

/** Null: it was not made, for something else, or its branch is not where it was put. */
export async function madeBefore(
  dir: string,
  checkout: string,
  asked: FixAsked,
  signal: AbortSignal,
): Promise<MadeFix | null> {
  const files = folder(dir)
  if (!(await files.exists(place(asked.number)))) return null
  const told = kept.safeParse(jsonOf(new TextDecoder().decode(await files.read(place(asked.number)))))
  if (!told.success || told.data.asked !== keyOf(asked)) return null
  const { made } = told.data
  const branch = await gitTold(checkout, signal, [
    'rev-parse',
    '--verify',
    '--quiet',
    `refs/heads/${made.branch}`,
  ]).catch(() => '')
  return branch === made.commit ? made : null
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
