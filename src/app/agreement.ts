/** A person's yes to what changes nodes: asked on a terminal, given by `--yes` elsewhere, never assumed. */
import { choose } from '../adapters/prompt.ts'
import { Failure } from '../domain/failure.ts'
import type { Context } from './context.ts'

export interface NeededYes {
  readonly text: string
  /** What a yes means. */
  readonly yes: string
  /** The same command with its yes. */
  readonly line: string
}

export async function agreed(
  c: Context,
  flags: { readonly yes?: boolean; readonly json?: boolean },
  { text, yes, line }: NeededYes,
): Promise<boolean> {
  if (flags.yes === true) return true
  if (flags.json === true || !c.terminal.interactive)
    throw new Failure({ code: 'U101', message: `this needs a yes: ${yes}`, remedy: line })
  const answer = await choose(
    text,
    [
      { value: 'yes', description: yes },
      { value: 'no', description: 'leave everything as it is' },
    ],
    'no',
  )
  return answer === 'yes'
}
