/**
 * Whether nothing but the deployed program ran, in a round: each process of its service, whoever had its port, and the
 * file that dialled. Whatever else ran there did so by the program's own doing, or as root.
 */
import type { Attempt, ProcessLook, Readings, RunningProof } from './evidence.ts'
import type { FindingKind } from './findings.ts'
import type { NodeName } from './fleet.ts'

/** Why what a node did in a round shows nothing of the deployed program. */
export interface Foreign {
  readonly kind: FindingKind
  readonly text: string
}

type Binaries = Readonly<Record<NodeName, string>>

/** A moment at which all nodes were looked at, and what was asked of their ports. */
export interface LookedAt {
  readonly attempts: readonly Pick<Attempt, 'pair' | 'servicePort'>[]
  readonly readings: Readings
}

/** What ran before a test, and right after we started it again ourselves. */
export interface Ran {
  readonly before: readonly RunningProof[]
  readonly startedAgain: readonly RunningProof[]
}

/** In the order of the rounds: by node, what is foreign. */
export function foreignIn(
  rounds: readonly LookedAt[],
  ran: Ran,
  deployed: Binaries,
): readonly ReadonlyMap<NodeName, Foreign>[] {
  const watch = foreignWatch(ran, deployed)
  const looks = rounds.map(watch.add)
  return looks.map(({ found, ifAsked }) => new Map([...found, ...[...ifAsked].filter(([node]) => watch.asked(node))]))
}

/** What is foreign in one round, by node. */
export interface ForeignLook {
  readonly found: ReadonlyMap<NodeName, Foreign>
  /** Where that depends on whether the node's port was ever asked for, which a later round may tell. */
  readonly ifAsked: ReadonlyMap<NodeName, Foreign>
}

/** Takes the rounds one after the other, in their order. */
export interface ForeignWatch {
  add(round: LookedAt): ForeignLook
  /** In a round so far. */
  asked(node: NodeName): boolean
}

export function foreignWatch({ before, startedAgain }: Ran, deployed: Binaries): ForeignWatch {
  const again = Map.groupBy(startedAgain, (p) => p.node)
  const called = new Set<NodeName>()
  const images = new Map(before.filter((p) => p.image !== '').map((p) => [p.node, new Set([p.image])]))
  return {
    asked: (node) => called.has(node),
    add({ attempts, readings }) {
      for (const { servicePort, pair } of attempts) if (servicePort > 0) called.add(pair.to)
      const [found, ifAsked] = [new Map<NodeName, Foreign>(), new Map<NodeName, Foreign>()]
      for (const [node, { processes }] of Object.entries(readings)) {
        if (processes?.kind !== 'there') continue
        const looks = processes.value
        const seen = images.get(node)
        const ours = (again.get(node) ?? []).map((p) => p.image)
        const known = seen === undefined ? null : new Set([...seen, ...ours])
        const foreign = judgeLook(looks, deployed[node], known, called.has(node))
        if (foreign !== null) found.set(node, foreign)
        else if (!called.has(node)) {
          const late = judgeLook(looks, deployed[node], known, true)
          if (late !== null) ifAsked.set(node, late)
        }
        images.set(node, new Set(looks.filter((l) => l.role === 'service').map((l) => l.image)))
      }
      return { found, ifAsked }
    },
  }
}

/** A dial by another file than the deployed one, or by one that is not known. */
export function foreignDialler(attempt: Attempt, deployed: Binaries): Foreign | null {
  const { from } = attempt.pair
  const [seen, expected] = [attempt.diallerSha256, deployed[from]]
  if (attempt.fault !== undefined || expected === undefined || seen === expected) return null
  return {
    kind: 'another-program',
    text:
      seen === null
        ? `which file dialled on ${from} is not known`
        : `the file that dialled on ${from} is ${short(seen)}, deployed was ${short(expected)}`,
  }
}

/** The main process had the service's port before a test and not after it. */
export function closedPort(
  { before, after }: { readonly before: readonly RunningProof[]; readonly after: readonly RunningProof[] },
  node: NodeName,
  port: number,
): Foreign | null {
  const [first, last] = [before, after].map((list) => list.find((p) => p.node === node))
  return first?.udpPorts.includes(port) === true && last?.udpPorts.includes(port) === false
    ? { kind: 'port-closed', text: `${node}: its main process had udp ${port} before the test and not after it` }
    : null
}

/** `known`: images of the look before; null: there was none. `port`: that its port was asked for. */
function judgeLook(
  looks: readonly ProcessLook[],
  expected: string | undefined,
  known: ReadonlySet<string> | null,
  port: boolean,
): Foreign | null {
  const service = looks.filter((l) => l.role === 'service')
  const owners = looks.filter((l) => l.role === 'port-owner')
  const another = [...owners, ...service].find((l) => expected !== undefined && l.exeSha256 !== expected)
  if (another !== undefined) return { kind: 'another-program', text: sentenceOf(another, expected) }
  const outside = owners.find((o) => !service.some((s) => s.pid === o.pid))
  if (outside !== undefined)
    return { kind: 'another-program', text: `its port is held by process ${outside.pid}, which is none of its service` }
  if (service.length === 0) return { kind: 'not-running', text: 'no process of its service ran' }
  if (port && owners.length === 0) return { kind: 'port-closed', text: 'no process had its port' }
  const anew = known === null ? undefined : service.find((s) => !known.has(s.image))
  return anew === undefined
    ? null
    : {
        kind: 'executed-anew',
        text: `process ${anew.pid} was executed since the look before: what ran in between is not known`,
      }
}

const sentenceOf = ({ role, pid, exeSha256 }: ProcessLook, expected: string | undefined): string => {
  const what = exeSha256 === null ? 'a program that could not be read' : short(exeSha256)
  const where =
    role === 'service' ? `process ${pid} of its service runs` : `its port is held by process ${pid}, which runs`
  return `${where} ${what}, deployed was ${short(expected ?? '')}`
}

const short = (sha256: string): string => sha256.slice(0, 12)
