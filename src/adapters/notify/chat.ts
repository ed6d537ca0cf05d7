/** Slack, Discord, Matrix and a signed webhook: each takes one line by one request. */
import { createHmac, createHash } from 'node:crypto'
import type { Notification } from '../../domain/notifications/events.ts'
import type { Notifier, Sent } from '../../ports/notifier.ts'
import { json, post, type Request } from './post.ts'

const chat = (channel: string, request: (note: Notification) => Request): Notifier => ({
  channel,
  send: async (note, { signal }): Promise<Sent> => {
    const sent = await post(request(note), signal, async (answer) => answer.body?.cancel())
    return sent.kind === 'answered' ? { kind: 'delivered' } : sent
  },
})

/** An incoming webhook; without `mrkdwn` three characters mean something in its text. */
export const slack = (url: URL): Notifier =>
  chat('slack', ({ line }) => ({
    method: 'POST',
    url,
    headers: json,
    body: JSON.stringify({ text: escaped(line), mrkdwn: false }),
  }))

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A webhook of a channel; nobody is called by a name in the text. */
export const discord = (url: URL): Notifier =>
  chat('discord', ({ line }) => ({
    method: 'POST',
    url,
    headers: json,
    body: JSON.stringify({
      content: line.replaceAll(/[\\*_~`|>#\-[\]()@:]/g, '\\$&'),
      allowed_mentions: { parse: [] },
      // SUPPRESS_EMBEDS: an address in a reason is not visited.
      flags: 4,
    }),
  }))

export interface MatrixRoom {
  readonly homeserver: URL
  readonly room: string
  readonly token: string
}

/** By the client-server API; the transaction's id makes a second try of one notification no second message. */
export const matrix = ({ homeserver, room, token }: MatrixRoom): Notifier =>
  chat('matrix', (note) => ({
    method: 'PUT',
    url: new URL(
      `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/send/m.room.message/${transaction(note)}`,
      homeserver,
    ),
    headers: { ...json, authorization: `Bearer ${token}` },
    body: JSON.stringify({ msgtype: 'm.notice', body: note.line }),
  }))

const transaction = ({ session, seq }: Notification): string =>
  `vps-test-${createHash('sha256').update(`${session} ${seq}`).digest('hex').slice(0, 32)}`

/** The notification as JSON, signed as GitHub signs its own: HMAC-SHA-256 of the body. */
export const webhook = (url: URL, secret: string | null): Notifier =>
  chat('webhook', (note) => {
    const body = JSON.stringify({ source: 'vps-test', ...note })
    return {
      method: 'POST',
      url,
      headers: {
        ...json,
        'x-vps-test-event': note.event,
        'x-vps-test-delivery': transaction(note),
        ...(secret === null
          ? {}
          : { 'x-vps-test-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
      },
      body,
    }
  })
