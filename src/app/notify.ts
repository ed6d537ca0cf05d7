/** `notify`: which ways to a person are set up, and a test message by each of them. */
import { exitCodes, Failure } from '../domain/failure.ts'
import type { Notification } from '../domain/notifications/events.ts'
import { type NotificationDelivery } from '../domain/notifications/policy.ts'
import { usualWishes } from '../domain/notifications/wishes.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { Context } from './context.ts'
import { join } from 'node:path'
import { deliver } from './notifications.ts'

export interface NotifyFlags {
  readonly json?: boolean
}

export async function notifyChannels(c: Context, flags: NotifyFlags): Promise<number> {
  const channels = (await c.notify()).map((n) => n.channel)
  if (flags.json === true) c.terminal.print(JSON.stringify({ channels }))
  else c.terminal.print(channels.length === 0 ? 'no way to notify a person is set up' : channels.join('\n'))
  return exitCodes.passed
}

/** Sends one line by every channel, whatever hours are quiet; exit 10 where one was not delivered. */
export async function notifyTest(c: Context, flags: NotifyFlags): Promise<number> {
  const channels = await c.notify()
  if (channels.length === 0) throw new Failure({ code: 'U093', message: 'no way to notify a person is set up' })
  const at = c.clock.now()
  const note: Notification = {
    event: 'start',
    project: 'vps-test',
    session: `test-${new Date(at).toISOString().replaceAll(/[-:.]/g, '')}`,
    seq: 0,
    at,
    state: 'IDLE',
    line: 'This is a test of vps-test: if you hear or read it, notifications reach you.',
  }
  const telling = { channels, clock: c.clock, log: c.terminal, secrets: c.notifySecrets }
  const made = await deliver(telling, join(c.scratch, 'notify', note.session), [note], usualWishes)
  if (flags.json === true) c.terminal.print(JSON.stringify({ deliveries: made }))
  else c.terminal.print(made.map(said(c, channels)).join('\n'))
  const failed = made.filter((d) => d.outcome.kind !== 'delivered').map((d) => d.channel)
  if (failed.length > 0 && flags.json !== true)
    throw new Failure({ code: 'I410', message: `not delivered by ${failed.join(', ')}` })
  return failed.length > 0 ? exitCodes.infra : exitCodes.passed
}

const said =
  ({ terminal: { palette } }: Context, channels: readonly Notifier[]) =>
  ({ channel, outcome }: NotificationDelivery): string => {
    const name = channel.padEnd(Math.max(...channels.map((c) => c.channel.length)))
    switch (outcome.kind) {
      case 'delivered':
        return `${name}  ${palette.good('delivered')}${outcome.file === undefined ? '' : `  ${outcome.file}`}`
      case 'failed':
        return `${name}  ${palette.bad('failed')}  ${outcome.why} (${outcome.tries} ${outcome.tries === 1 ? 'try' : 'tries'})`
      case 'silent':
        return `${name}  silent  ${outcome.why}`
    }
  }
