/** Every failure of the SSH side, one function per code. */
import { quote } from '../../commands/quote.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'

type Node = string

const transport = (node: Node, code: FailureCode, message: string, remedy?: string, cause?: unknown): Failure =>
  new Failure({ code, node, message: `${node}: ${message}`, ...(remedy === undefined ? {} : { remedy }) }, cause)

export const lost = (node: Node, why: string, reason: string): Failure =>
  transport(node, 'T001', `“${why}”: the connection was lost (${clean(reason)})`)
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
export const refusedChannel = (node: Node, why: string, reason: string): Failure =>
  transport(node, 'T006', `“${why}”: the node refused a channel (${clean(reason)})`)
export const refusedStart = (node: Node, address: string, reason: string): Failure =>
  transport(node, 'T007', `${address} closed the connection before the key exchange (${clean(reason)})`)
export const closed = (node: Node): Failure => transport(node, 'T009', 'this connection was closed by vps-test itself')

/** `jump host h:22` or `h:22`, as ssh-copy-id wants it. */
const sshTarget = (user: string, address: string): string => {
  const [, host = address, port = '22'] = /^(?:jump host )?(.*):(\d+)$/.exec(address) ?? []
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
