/**
 * Which ways to a person this machine or job has: by its environment alone. A repository names none, or a change of it
 * could send what it likes where it likes, and run a program here.
 */
import { Failure } from '../../domain/failure.ts'
import type { Notifier } from '../../ports/notifier.ts'
import { discord, matrix, slack, webhook } from './chat.ts'
import { desktop, hook } from './program.ts'
import { found, usualVoice, voice } from './voice.ts'

type Env = Readonly<Record<string, string | undefined>>

/** They hold keys, or addresses that are keys: no program that a run starts gets them. */
export const notifySecrets = [
  'ELEVENLABS_API_KEY',
  'VPS_TEST_SLACK_WEBHOOK',
  'VPS_TEST_DISCORD_WEBHOOK',
  'VPS_TEST_MATRIX_TOKEN',
  'VPS_TEST_WEBHOOK_URL',
  'VPS_TEST_WEBHOOK_SECRET',
] as const

/** Words of a hook: a program and its first arguments, without a shell. */
const handed = /^(?:PATH|HOME|USER|LANG|LC_[A-Z]+|DISPLAY|WAYLAND_DISPLAY|XDG_RUNTIME_DIR|DBUS_SESSION_BUS_ADDRESS)$/

export async function channelsOf(env: Env): Promise<readonly Notifier[]> {
  const at = (name: string): string | null => (env[name] === undefined || env[name] === '' ? null : env[name])
  const url = (name: string): URL | null => addressOf(name, at(name))
  const path = at('PATH') ?? ''
  const surroundings = {
    env: Object.fromEntries(
      Object.entries(env).filter((e): e is [string, string] => e[1] !== undefined && handed.test(e[0])),
    ),
  }
  const key = at('ELEVENLABS_API_KEY')
  const [slackUrl, discordUrl, hookUrl, homeserver] = [
    url('VPS_TEST_SLACK_WEBHOOK'),
    url('VPS_TEST_DISCORD_WEBHOOK'),
    url('VPS_TEST_WEBHOOK_URL'),
    url('VPS_TEST_MATRIX_HOMESERVER'),
  ]
  const [room, token] = [at('VPS_TEST_MATRIX_ROOM'), at('VPS_TEST_MATRIX_TOKEN')]
  if (homeserver !== null && (room === null || token === null))
    throw unusable('VPS_TEST_MATRIX_HOMESERVER is set without VPS_TEST_MATRIX_ROOM and VPS_TEST_MATRIX_TOKEN')
  const program = at('VPS_TEST_NOTIFY_COMMAND')
  const onDesktop = at('VPS_TEST_NOTIFY_DESKTOP') === null ? null : await desktopProgram(path)
  return [
    ...(key === null
      ? []
      : [
          voice({
            api: url('VPS_TEST_ELEVENLABS_API') ?? new URL('https://api.elevenlabs.io'),
            key,
            voice: at('VPS_TEST_ELEVENLABS_VOICE') ?? usualVoice,
            path,
          }),
        ]),
    ...(program === null ? [] : [hook([program], surroundings)]),
    ...(slackUrl === null ? [] : [slack(slackUrl)]),
    ...(discordUrl === null ? [] : [discord(discordUrl)]),
    ...(homeserver === null || room === null || token === null ? [] : [matrix({ homeserver, room, token })]),
    ...(hookUrl === null ? [] : [webhook(hookUrl, at('VPS_TEST_WEBHOOK_SECRET'))]),
    ...(onDesktop === null ? [] : [desktop(onDesktop, surroundings)]),
  ]
}

async function desktopProgram(path: string): Promise<string> {
  const program = (await found('notify-send', path)) ?? (await found('osascript', path))
  if (program === null) throw unusable('VPS_TEST_NOTIFY_DESKTOP is set, and there is neither notify-send nor osascript')
  return program
}

/** Keys go over TLS; to this machine itself they need not. */
function addressOf(name: string, text: string | null): URL | null {
  if (text === null) return null
  const url = URL.canParse(text) ? new URL(text) : null
  const here = url !== null && /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url === null || !(url.protocol === 'https:' || (here && url.protocol === 'http:')))
    throw unusable(`${name} is no https address`)
  // No request can be made of it, and what says so repeats it.
  if (url.username !== '' || url.password !== '') throw unusable(`${name} holds a user or a password`)
  return url
}

const unusable = (message: string): Failure => new Failure({ code: 'U092', message })
