/** Every failure of the SSH side, one function per code. */
import { quote } from '../../commands/quote.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'

type Node = string

const transport = (node: Node, code: FailureCode, message: string, remedy?: string, cause?: unknown): Failure =>
  new Failure({ code, node, message: `${node}: ${message}`, ...(remedy === undefined ? {} : { remedy }) }, cause)

/** `ran`: what is known of the command, for whoever may not run it twice. */
export const lost = (node: Node, why: string, reason: string, ran: 'not sent' | 'begun' | 'unknown'): Failure =>
  transport(node, 'T001', `“${why}”: the connection was lost (${clean(reason)}); ${whatRan[ran]}`)

const whatRan = {
  'not sent': 'the command was not sent',
  begun: 'the command had begun',
  unknown: 'whether the command began is not known',
} as const
export const noEnding = (node: Node, why: string): Failure =>
  transport(node, 'T002', `“${why}”: the channel closed with neither exit code nor signal`)
export const late = (node: Node, why: string, ms: number, phase?: string): Failure =>
  transport(
    node,
    'T003',
    `“${why}”: not finished after ${ms / 1000} s${phase === undefined ? '' : ` (${clean(phase)})`}`,
  )
export const nodeUnreachable = (node: Node, tries: readonly string[], fleet?: string): Failure =>
  transport(
    node,
    'T004',
    `cannot be reached: ${tries.map(clean).join('; ')}`,
    fleet === undefined ? undefined : `vps-test nodes --fleet ${quote(fleet)}`,
  )
export const refusedUser = (node: Node, user: string, address: string, reason: string): Failure =>
  transport(
    node,
    'T005',
    `${address} did not accept the key for user ${user} (${clean(reason)})`,
    `ssh-copy-id ${sshTarget(user, address)}`,
  )
/** Name left methods of a server that took the key and asks for more. */
export const secondFactor = (node: Node, user: string, address: string, left: readonly string[]): Failure =>
  transport(
    node,
    'T014',
    `${address} accepted the key for user ${user} and asks for a second factor (${clean(left.join(', ') || 'it names none')})`,
    `ssh ${sshTarget(user, address)} 'sshd -T | grep -i authenticationmethods'`,
  )

export interface Unstarted {
  readonly node: Node
  readonly user: string
  readonly address: string
  readonly why: string
  /** How the login shell ended; null: it still runs. */
  readonly ending: string | null
  readonly said: string
}
/** The login shell ended, or went on, without running what it was given. */
export const unstarted = (u: Unstarted): Failure =>
  transport(
    u.node,
    'T013',
    `“${u.why}”: the login shell of user ${u.user} did not run it (${u.ending ?? 'it still runs'}${clean(u.said) === '' ? ', it said nothing' : `, it said: ${clean(u.said)}`}); ${reasonUnstarted(u)}`,
    `ssh ${sshTarget(u.user, u.address)} 'exec /bin/sh -c "echo it works"'`,
  )

const reasonUnstarted = ({ ending, said }: Unstarted): string =>
  /not available/i.test(said)
    ? 'the account has no login shell'
    : /restricted/i.test(said)
      ? 'a restricted shell starts nothing'
      : ending === 'exit 0' || ending === null
        ? 'a login file replaces the shell or reads its input, or a forced command answers'
        : 'it is no shell that starts /bin/sh, or a login file ends it'

export const forbidden = (node: Node, user: string, address: string, target: string): Failure =>
  transport(
    node,
    'T015',
    `its sshd may not forward connections (AllowTcpForwarding or PermitOpen), so ${target} cannot be asked`,
    `ssh ${sshTarget(user, address)} 'sshd -T | grep -iE "allowtcpforwarding|disableforwarding|permitopen"'`,
  )

export const refusedChannel = (node: Node, why: string, reason: string): Failure =>
  transport(
    node,
    'T006',
    `“${why}”: the node refused a channel (${clean(reason)}), also over a fresh connection; MaxSessions of its sshd is the usual cause`,
  )
export const refusedStart = (node: Node, address: string, reason: string): Failure =>
  transport(node, 'T007', `${address} closed the connection before the key exchange (${clean(reason)})`)
export const closed = (node: Node): Failure => transport(node, 'T009', 'this connection was closed by vps-test itself')

/** `jump host h:22` or `h:22`, as ssh-copy-id wants it. */
const sshTarget = (user: string, address: string): string => {
  const [, host = address, port = '22'] = /^(?:jump host )?\[?(.*?)\]?:(\d+)$/.exec(address) ?? []
  return `-p ${port} ${quote(`${user}@${host}`)}`
}

const trust = (node: Node, fleet: string): string => `vps-test nodes trust ${quote(node)} --fleet ${quote(fleet)}`

export const unpinned = (node: Node, fleet: string, what = 'the node'): Failure =>
  transport(node, 'T010', `no usable host key is pinned for ${what}, so nothing was sent to it`, trust(node, fleet))
export const changedKey = (node: Node, fleet: string, pinned: readonly string[], offered: string): Failure =>
  transport(
    node,
    'T011',
    `the host key is not the pinned one: pinned ${pinned.join(' or ')}, offered ${clean(offered)}. Nothing was sent. Ask the provider's console which is right before trusting it`,
    trust(node, fleet),
  )
export const protocol = (node: Node, address: string, reason: string): Failure =>
  transport(node, 'T012', `${address}: no agreement on SSH algorithms or protocol (${clean(reason)})`)

/** The far end of a forward is the service's matter, not the connection's. */
export const noListener = (node: Node, target: string, reason: string): Failure =>
  new Failure({
    code: 'I040',
    node,
    message: `${node}: nothing accepts connections at ${target} (${clean(reason)})`,
  })
export const badReply = (node: Node, target: string, reason: string): Failure =>
  new Failure({
    code: 'I041',
    node,
    message: `${node}: no usable HTTP answer from ${target} (${clean(reason)})`,
  })
export const unreadable = (node: Node, why: string, reason: string): Failure =>
  new Failure({
    code: 'I042',
    node,
    message: `${node}: “${why}” gave no complete data (${clean(reason)})`,
  })
export const noForward = (node: Node): Failure =>
  new Failure({ code: 'H022', node, message: `${node}: a local remote cannot forward connections` })

/** Text from the other side on one bounded line without control characters. */
export const clean = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message || (error as NodeJS.ErrnoException).code || error.name : String(error)
