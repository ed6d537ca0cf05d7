/** `test`: single attempts of an earlier session once more, with its plan, fleet and program. */
import { busyPolicies } from '../domain/answers.ts'
import { originOf } from '../domain/events/readers.ts'
import { Failure } from '../domain/failure.ts'
import type { Context } from '../app/context.ts'
import { readNotes } from '../app/local-notes.ts'
import { repeatedRun } from '../app/selection.ts'
import { quote } from '../commands/quote.ts'
import { carryOut } from './start.ts'

export interface TestFlags {
  readonly failed?: string
  readonly session?: string
  readonly pair?: readonly string[]
  readonly binary?: string
  readonly key?: string
  readonly onBusy?: string
  readonly yes?: boolean
  readonly json?: boolean
}

export async function test(c: Context, flags: TestFlags): Promise<number> {
  const wish = wishOf(flags)
  const { plan, from } = await repeatedRun(c, {
    ...wish,
    ...(flags.binary === undefined ? {} : { binary: flags.binary }),
  })
  const key = flags.key ?? (await readNotes(c.sessions.folderOf(from.project, from.session.id))).key
  const words =
    wish.pairs.length === 0
      ? ['--failed', wish.session]
      : ['--session', wish.session, ...wish.pairs.flatMap((p) => ['--pair', p])]
  const origin = originOf(from.entries) ?? { repository: null, branch: null, commit: null }
  return carryOut(
    c,
    {
      plan,
      origin: { ...origin, event: 'cli', actor: c.who },
      source: null,
      checkout: c.cwd,
      onBusy: busyPolicies.find((p) => p === flags.onBusy) ?? 'queue',
      line: ['vps-test', 'test', ...words].map(quote).join(' '),
    },
    { ...flags, ...(key === undefined ? {} : { key }) },
  )
}

function wishOf({ failed, session, pair = [] }: TestFlags): {
  readonly session: string
  readonly pairs: readonly string[]
} {
  const remedy = 'vps-test test --help'
  if (failed !== undefined && (session !== undefined || pair.length > 0))
    throw new Failure({ code: 'U099', message: '--failed names the session, and its failed attempts are all', remedy })
  if (failed !== undefined) return { session: failed, pairs: [] }
  if (session === undefined || pair.length === 0)
    throw new Failure({
      code: 'U099',
      message: 'which attempts: --failed <session>, or --session <session> with --pair <caller:callee>',
      remedy,
    })
  return { session, pairs: pair }
}
