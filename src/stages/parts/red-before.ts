/** What a fix has to make green: what its failed test left red, and what the fix before it was to mend and did not. */
import { layout } from '../../domain/bundle.ts'
import { isSealed, isTest, type Entry } from '../../domain/events/entry.ts'
import type { Red } from '../../domain/fix/end.ts'
import { eachOnce, redOf } from '../../domain/fix/red.ts'
import type { Verdict } from '../../domain/verdict.ts'
import type { Files } from '../../ports.ts'

export async function redBefore(
  files: Pick<Files, 'exists' | 'read'>,
  entries: readonly Entry[],
): Promise<readonly Red[]> {
  const pushed = entries.findLastIndex((e) => e.event === 'pushed')
  const whole = entries.findLastIndex(isTest)
  const fixed = entries.findLastIndex((e) => e.event === 'fixed')
  const last = entries.findLastIndex(isSealed)
  const before = entries[fixed]
  const carried = before?.event === 'fixed' && fixed > Math.max(pushed, whole) ? before.facts.fix.red : []
  const test = entries[last]
  return test !== undefined && isSealed(test) && last > Math.max(pushed, fixed)
    ? eachOnce([...carried, ...(await failedIn(files, test.facts.folder))])
    : carried
}

/** Our own file of this session; nothing where another machine has it. */
async function failedIn(files: Pick<Files, 'exists' | 'read'>, folder: string): Promise<readonly Red[]> {
  const path = `${folder}/evidence/${layout.verdict}`
  return (await files.exists(path))
    ? redOf(JSON.parse(new TextDecoder().decode(await files.read(path))) as Verdict)
    : []
}
