/** The confirmation of a plan: a question on a terminal, or the flag that answers it. */
import { choose } from '../adapters/prompt.ts'
import type { Context } from '../app/context.ts'
import { Failure } from '../domain/failure.ts'
import { confirmation } from '../inputs/questions.ts'

/** A parameter never skips this; `--yes` gives it. `line`: the same start with every answer. */
export async function confirm(
  c: Context,
  yes: boolean,
  line: string,
): Promise<{ readonly choice: 'proceed' | 'modify' | 'cancel'; readonly by: string }> {
  if (yes) return { choice: 'proceed', by: `${c.who} (--yes)` }
  if (!c.terminal.interactive)
    throw new Failure({
      code: 'U042',
      message: 'there is no terminal to confirm the plan on',
      remedy: `${line} --yes`,
    })
  const choice = await choose(confirmation.text, confirmation.options, 'proceed')
  return { choice: choice === 'proceed' || choice === 'modify' ? choice : 'cancel', by: c.who }
}
