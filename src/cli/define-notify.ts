/** The verb `notify` as the command line knows it. */
import type { Command } from 'commander'
import type { Context } from '../app/context.ts'
import type { Verbs } from './verbs.ts'

const ways = `
Ways to a person are set up by the environment, never by a repository:
  ELEVENLABS_API_KEY          a spoken line, kept as audio, played where a player is (VPS_TEST_ELEVENLABS_VOICE)
  VPS_TEST_NOTIFY_COMMAND     a program of yours: the line is its argument, the whole notification is JSON on stdin
  VPS_TEST_NOTIFY_DESKTOP     any value: the desktop's own notification
  VPS_TEST_SLACK_WEBHOOK      an incoming webhook of Slack
  VPS_TEST_DISCORD_WEBHOOK    a webhook of a Discord channel
  VPS_TEST_MATRIX_HOMESERVER  with VPS_TEST_MATRIX_ROOM and VPS_TEST_MATRIX_TOKEN
  VPS_TEST_WEBHOOK_URL        JSON, signed by HMAC-SHA-256 with VPS_TEST_WEBHOOK_SECRET
What is told, and when, stands under notifications in vps-test.yaml.

Examples:
  vps-test notify              # what is set up here
  VPS_TEST_NOTIFY_COMMAND=~/.claude/hooks/notify.py vps-test notify test
Exit codes: 0 delivered by all, 2 nothing is set up or cannot be used, 10 not delivered by some.`

export function defineNotify(
  program: Command,
  c: Context,
  done: (code: number) => void,
  handlers: Pick<Verbs, 'notifyChannels' | 'notifyTest'>,
): void {
  const verb = program
    .command('notify')
    .description('Which ways to a person are set up, and a test of them.')
    .option('--json', 'machine-readable output on stdout')
    .addHelpText('after', ways)
    .action(async (flags) => done(await handlers.notifyChannels(c, flags)))
  verb
    .command('test')
    .description('Send one line by every way.')
    .option('--json', 'machine-readable output on stdout')
    .action(async (flags) => done(await handlers.notifyTest(c, { ...verb.opts(), ...flags })))
}
