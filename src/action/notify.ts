/** `notify`: tells people of what this run wrote into the ledger, by the ways that the secret of this one job names. */
import { channelsOf, notifySecrets } from '../adapters/notify/channels.ts'
import { exitCodes } from '../domain/failure.ts'
import { notificationsOf } from '../domain/notifications/events.ts'
import { messageOf } from '../domain/text.ts'
import { parseLines } from '../inputs/variables.ts'
import { deliver, wishesOf } from '../app/notifications.ts'
import { filesBelow } from './store-artifact.ts'
import type { JobResult, Job } from './job.ts'
import { runOf, sessionOf } from './report.ts'

/** A notifier never fails a run: what went wrong is a warning. */
export async function notify(job: Job): Promise<JobResult> {
  const { terminal } = job.context
  try {
    return { code: exitCodes.passed, title: await told(job) }
  } catch (error) {
    terminal.warn(`nobody was notified: ${messageOf(error)}`)
    return { code: exitCodes.passed, title: '' }
  }
}

async function told(job: Job): Promise<string> {
  const { surface, facts, inputs, context } = job
  const text = surface.rawInput('notify')
  for (const line of text.split('\n').filter((l) => l.trim() !== '')) surface.mask(line)
  const env = parseLines(text, 'the input notify')
  for (const value of Object.values(env)) surface.mask(value)
  const channels = await channelsOf(env)
  if (channels.length === 0) return 'no way to notify a person is set up'
  const { project, session, entries } = await sessionOf(job)
  const mine = new Set(
    entries.filter((e) => runOf(e)?.run === facts.run && runOf(e)?.attempt === facts.attempt).map((e) => e.seq),
  )
  const notes = notificationsOf(entries).filter((n) => mine.has(n.seq))
  const folder = context.sessions.folderOf(project, session.id)
  const keys = notifySecrets.flatMap((name) => env[name] ?? [])
  const telling = {
    channels,
    clock: context.clock,
    log: context.terminal,
    secrets: [...(context.secrets ?? []), ...keys],
  }
  const made = await deliver(telling, folder, notes, wishesOf(entries))
  const files = made.length === 0 ? [] : await filesBelow(folder)
  if (files.length > 0)
    await job.artifacts?.upload(
      `vps-test-notifications-${inputs.session}-${facts.run}-${facts.attempt}`,
      folder,
      files.filter((f) => /(?:\/notifications\.jsonl|\/voice\/[^/]+\.mp3)$/.test(f)),
    )
  const out = made.filter((d) => d.outcome.kind === 'delivered').length
  return `${notes.length} to tell, ${out} of ${made.length} deliveries went out`
}
