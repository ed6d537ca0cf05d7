/** Our prober asks what a link carries: one end pours datagrams at a steady rate, the other drains and counts them. */
import type { Command } from './command.ts'

interface Drain {
  readonly port: number
  readonly token: string
  readonly seconds: number
  /** Whom to knock at; null: it waits. */
  readonly call: string | null
}

export const drainLink = (
  program: string,
  place: readonly string[],
  { port, token, seconds, call }: Drain,
): Command => ({
  kind: 'argv',
  why: 'link: drain',
  idempotent: false,
  argv: [
    ...place,
    program,
    'drain',
    '--port',
    String(port),
    '--token',
    token,
    '--seconds',
    String(seconds),
    '--until-eof',
    ...(call === null ? [] : ['--call', call]),
  ],
})

interface Pour {
  /** Null: whoever knocks first. */
  readonly to: string | null
  readonly port: number
  readonly token: string
  readonly kbps: number
  readonly bytes: number
}

export const pourLink = (
  program: string,
  place: readonly string[],
  { to, port, token, kbps, bytes }: Pour,
): Command => ({
  kind: 'argv',
  why: 'link: pour',
  idempotent: false,
  argv: [
    ...place,
    program,
    'pour',
    '--token',
    token,
    '--kbps',
    String(Math.round(kbps)),
    '--bytes',
    String(bytes),
    ...(to === null ? ['--answer', '--port', String(port)] : ['--to', to]),
  ],
})
