/**
 * Waits until each node's own peer id, read from its disk, appears in the registry, as far as the program has either
 * (spec §4 DEPLOY).
 */
import { hashedKey, writtenId } from '../../commands/peer-id.ts'
import { firstEvents } from '../../commands/record.ts'
import { dataDir } from '../../commands/service.ts'
import { Failure, type FailureCode } from '../../domain/failure.ts'
import { fieldIn, isPeerId } from '../../domain/event-lines.ts'
import type { NodeName } from '../../domain/fleet.ts'
import { listAt } from '../../domain/json-path.ts'
import { registryOf } from '../../domain/fleet.ts'
import type { Plan, ProgramPlan } from '../../domain/plan.ts'
import type { EventField } from '../../domain/profile.ts'
import { registryUrlOf } from '../../domain/program.ts'
import type { RuleId } from '../../domain/recovery/rules.ts'
import { messageOf } from '../../domain/text.ts'
import type { Abortable, NodeHttp, Nodes, Execution } from '../../ports.ts'
import { onEachNode } from '../../instruments/per-node.ts'

export interface Registration {
  readonly peerIds: ReadonlyMap<NodeName, string>
  readonly missing: ReadonlyMap<NodeName, Missing>
}

/** Why a node is not registered, with the last that was heard, and whose fault that is. */
export interface Missing {
  readonly code: FailureCode
  readonly message: string
}

/** What came of one look: a value, or why there is none. */
type Look<T> = { readonly kind: 'there'; readonly value: T } | { readonly kind: 'none'; readonly why: Missing }

type RegistryRule = Extract<RuleId, `registry-${string}`>
/** Null: its node could not be asked, which has rules of its own. */
type RegistryLook =
  | { readonly kind: 'there'; readonly value: ReadonlySet<string> }
  | { readonly kind: 'none'; readonly why: Missing; readonly rule: RegistryRule | null }

export async function awaitRegistration(
  world: Execution & Nodes & NodeHttp,
  plan: Plan,
  nodes: readonly NodeName[],
): Promise<Registration> {
  const wait = plan.config.bootstrap.waitForRegistrationSeconds
  const deadline = world.clock.now() + wait * 1000
  const peerIds = new Map<NodeName, string>()
  const said = new Map<NodeName, Missing>()
  const recognised = new Set<RegistryRule>()
  const fire = (listed: RegistryLook, over: boolean): void => {
    if (listed.kind === 'there' || listed.rule === null || (recognised.has(listed.rule) && !over)) return
    recognised.add(listed.rule)
    const left = (deadline - world.clock.now()) / 1000
    world.recoveries?.fire(listed.rule, {
      node: registryOf(world.fleet)?.name ?? null,
      recognised: listed.why.message,
      done: over
        ? 'nodes that it did not list are left out'
        : `it is asked again for ${Math.max(0, Math.ceil(left))} s`,
      nth: Math.min(wait, Math.max(1, Math.ceil(wait - left))),
      of: wait,
      ...(over ? { usedUp: true } : {}),
    })
  }
  for (;;) {
    const unknown = nodes.filter((n) => !peerIds.has(n))
    const read = await onEachNode(unknown, world.signal, (name) => readPeerId(world, plan, name))
    read.failed.forEach((f, n) => said.set(n, { code: f.facts.code, message: f.message }))
    read.done.forEach((id, n) => {
      if (id === null) return
      if (id.kind === 'there') peerIds.set(n, id.value)
      else said.set(n, id.why)
    })
    const listed = await registeredPeers(world, plan)
    const peers = listed.kind === 'there' ? listed.value : new Set<string>()
    fire(listed, false)
    const missing = nodes.filter((n) => !isReady(plan, peerIds.get(n), peers))
    world.log.progress('registration', `registered: ${nodes.length - missing.length}/${nodes.length}`)
    if (missing.length === 0) return { peerIds, missing: new Map() }
    if (world.clock.now() >= deadline) {
      fire(listed, true)
      return {
        peerIds,
        missing: new Map(
          missing.map((n) => [
            n,
            peerIds.has(n)
              ? because(`not registered within ${wait} s`, listed.kind === 'none' ? listed.why : undefined)
              : because(`has no peer id after ${wait} s`, said.get(n)),
          ]),
        ),
      }
    }
    await world.clock.sleep(300, world.signal)
  }
}

/** The last reason counts: a node or a way to it that fails is not the program's fault. */
const because = (text: string, why: Missing | undefined): Missing => ({
  code: why?.code ?? 'P012',
  message: why === undefined ? text : `${text}: ${why.message}`,
})

/** Null: the profile says nothing of an id. */
export async function readPeerId(
  world: Nodes & Abortable,
  plan: ProgramPlan,
  name: NodeName,
): Promise<Look<string> | null> {
  const { peerId } = plan.profile
  if (peerId.kind === 'none') return null
  if (peerId.kind === 'journal') return idInJournal(world, plan.config.deploy.serviceName, peerId.event, name)
  const path = peerId.path.replaceAll('{dataDir}', dataDir(plan.config.deploy.serviceName))
  const command = peerId.kind === 'key-file' ? hashedKey({ ...peerId, path }) : writtenId(path)
  const result = await (await world.remote(name)).run(command, { timeoutMs: 15_000, signal: world.signal })
  const id = result.stdout.trim()
  if (result.code !== 0)
    return none('P012', `${path}: ${result.stderr.trim().slice(0, 200) || `exit ${String(result.code)}`}`)
  return /^[0-9a-f]{16,128}$/i.test(id)
    ? { kind: 'there', value: id }
    : none('P012', `${path} holds no peer id, but: ${JSON.stringify(id.slice(0, 80))}`)
}

/** Of this very process: what one before it said is another's id. */
async function idInJournal(
  world: Nodes & Abortable,
  unit: string,
  event: EventField,
  name: NodeName,
): Promise<Look<string>> {
  const text = Object.values(event.where)[0] ?? event.field
  const remote = await world.remote(name)
  const result = await remote.run(firstEvents(unit, text), { timeoutMs: 15_000, signal: world.signal })
  const id = fieldIn(result.stdout.split('\n'), event)
  if (id === null)
    return none('P012', `the journal of ${unit} has no event ${JSON.stringify(event.where)} with ${event.field}`)
  return isPeerId(id)
    ? { kind: 'there', value: id }
    : none('P012', `the journal of ${unit} names no peer id, but: ${JSON.stringify(id.slice(0, 80))}`)
}

const none = (code: FailureCode, message: string) => ({ kind: 'none', why: { code, message } }) as const

/** A program whose ids nobody can read is not looked for in any list. */
const isReady = (
  { profile: { peerId, registry } }: Plan,
  id: string | undefined,
  listed: ReadonlySet<string>,
): boolean => peerId.kind === 'none' || (id !== undefined && ((registry?.ready ?? null) === null || listed.has(id)))

/** Peer ids that the registry lists now; none are listed where nothing says where. */
async function registeredPeers(world: Nodes & NodeHttp & Abortable, plan: Plan): Promise<RegistryLook> {
  const [node, ready] = [registryOf(world.fleet), plan.profile.registry?.ready ?? null]
  if (node === undefined || ready === null) return { kind: 'there', value: new Set() }
  const url = `${registryUrlOf(world.fleet, plan)}${ready.path}`
  const not = (rule: RegistryRule | null, code: FailureCode, message: string): RegistryLook => ({
    ...none(code, message),
    rule,
  })
  try {
    const answer = await world.http(node.name, url, 10_000)
    const text = Buffer.from(answer.body).toString('utf8')
    if (answer.status < 200 || answer.status > 299)
      return not('registry-error', 'P012', `the registry answers ${url} with ${answer.status}: ${shorten(text)}`)
    if (!isJson(text))
      return not('registry-garbage', 'P012', `the registry answers ${url} with no JSON: ${shorten(text)}`)
    return { kind: 'there', value: new Set(listAt(text, ready.list).map((peer) => String(peer[ready.id] ?? ''))) }
  } catch (error) {
    world.signal.throwIfAborted()
    // That nothing listens, or answers, is the program's; that the node cannot be asked is not.
    const ways = error instanceof Failure && !['I040', 'I041'].includes(error.facts.code)
    return ways ? not(null, error.facts.code, messageOf(error)) : not('registry-down', 'P012', messageOf(error))
  }
}

const shorten = (text: string): string => JSON.stringify(text.slice(0, 80))

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
