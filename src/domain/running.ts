/**
 * Whether every node ran the deployed binary, one process from before the first attempt until after the last
 * (testnet-interfaces §9, "binary X runs on host H").
 */
import { changeBetween, type Change } from './continuity.ts'
import type { Reason } from './reason.ts'
import type { RunningProof, RunEvidence } from './evidence.ts'
import type { Restart } from './restart.ts'
import type { Finding, FindingKind } from './findings.ts'
import type { NodeName } from './fleet.ts'

export interface RunningJudged {
  /** Nodes whose attempts do not count, and why. */
  readonly barred: ReadonlyMap<NodeName, string>
  readonly findings: readonly Finding[]
  readonly reasons: readonly Reason[]
}

/** `deployed`: sha256 of the binary that DEPLOY put, or found and kept, on each node. */
export function judgeRunning(
  evidence: Pick<RunEvidence, 'runningBefore' | 'runningAfter' | 'restarted'>,
  tried: readonly NodeName[],
  deployed: Readonly<Record<NodeName, string>>,
): RunningJudged {
  const barred = new Map<NodeName, string>()
  const findings: Finding[] = []
  const reasons: Reason[] = []
  const find = (kind: FindingKind, node: NodeName, message: string): void => {
    findings.push({ kind, node, message: `${node}: ${message}`, attempts: [] })
  }
  const nodes = new Set([
    ...tried,
    ...evidence.runningBefore.map((p) => p.node),
    ...evidence.runningAfter.map((p) => p.node),
  ])
  for (const node of nodes) {
    const peer = tried.includes(node)
    const [before, after] = [evidence.runningBefore, evidence.runningAfter].map((list) =>
      list.find((p) => p.node === node),
    )
    const between = (evidence.restarted ?? []).filter((r) => r.ended.node === node).map((r) => r.started)
    const wrong = [before, ...between, after].find(
      (p) => p !== undefined && deployed[node] !== undefined && p.exeSha256 !== deployed[node],
    )
    if (wrong !== undefined) {
      find('wrong-binary', node, `runs ${wrong.exeSha256.slice(0, 12)}, deployed was ${deployed[node]?.slice(0, 12)}`)
      if (peer) barred.set(node, `wrong binary on ${node}`)
    } else if (peer && (before === undefined || deployed[node] === undefined)) {
      barred.set(node, `nothing proves which binary ran on ${node}`)
    }
    const moved = before === undefined ? null : (displaced(before) ?? containerChange(before, after))
    if (moved !== null) {
      find('container-restarted', node, moved)
      if (peer && !barred.has(node)) barred.set(node, `${node}: ${moved}`)
    }
    const bar = barred.get(node)
    if (bar !== undefined) reasons.push({ kind: 'inconclusive', text: `${bar}: its attempts do not count` })
    if (before !== undefined && after === undefined && peer) {
      find('not-running', node, 'no running service was found after the test')
      reasons.push({ kind: 'inconclusive', text: `${node}: no running service was found after the test` })
    }
    const unit = unitFault(before) ?? unitFault(after)
    if (unit !== null) {
      find('unit-changed', node, unit)
      reasons.push({ kind: 'inconclusive', text: `${node}: ${unit}` })
    }
    const tamper = before === undefined ? undefined : power(before)
    if (tamper !== undefined) {
      const text = `the program under test ${tamper}, so it could change the packet counters`
      find('subject-can-tamper', node, text)
      // What the subject could have made up witnesses nothing, whatever it says.
      reasons.push({ kind: 'inconclusive', text: `${node}: ${text}` })
    }
  }
  return { barred, findings, reasons }
}

/**
 * One process went on until the end of the test: the one from before it, or that which a suite started afresh last
 * (`started`, by node).
 */
export function judgeRestarts(
  { runningBefore, runningAfter, restarted = [] }: Pick<RunEvidence, 'runningBefore' | 'runningAfter' | 'restarted'>,
  tried: readonly NodeName[],
  started: ReadonlyMap<NodeName, RunningProof>,
): Pick<RunningJudged, 'findings' | 'reasons'> {
  const changes = runningBefore.flatMap((before) => {
    const { node } = before
    const after = runningAfter.find((p) => p.node === node)
    // What follows from a container's end is told by its name, and not as the program's.
    const change =
      after === undefined || containerChange(before, after) !== null
        ? undefined
        : changeOf(started.get(node) ?? before, after, started.has(node) ? [] : restarted)
    return change === undefined ? [] : [{ node, change }]
  })
  return {
    findings: changes.map(({ node, change: { finding: kind, text } }) => ({
      kind,
      node,
      message: `${node}: ${text}`,
      attempts: [],
    })),
    reasons: changes
      .filter(({ node }) => tried.includes(node))
      .map(({ node, change: { result: kind, text } }) => ({ kind, text: `${node}: ${text}` })),
  }
}

/** Where the service stayed behind in a network that its container has no more. */
const displaced = ({ network }: RunningProof): string | null =>
  network === 'another'
    ? 'its service runs in another network than the one that is measured: its container was started anew'
    : null

/** A container that was started anew has a new network: what was open through it is gone, whoever did it. */
function containerChange(before: RunningProof, after: RunningProof | undefined): string | null {
  if (after === undefined) return null
  const [place, box] = (['place', 'box'] as const).map((which) => {
    const [was, is] = [before.lives[which], after.lives[which]]
    return was === null || is === null || was === is ? null : is === 'none' ? 'ended' : 'was started anew'
  })
  const told = [
    ...(place === null ? [] : [`the container of its service ${place} during the test`]),
    ...(box === null ? [] : [`the container that is its NAT ${box} during the test`]),
  ]
  return told.length === 0 ? displaced(after) : told.join(', and ')
}

/** What we ended ourselves was no change; what happened before it, and what happened to the next one, was. */
function changeOf(before: RunningProof, after: RunningProof, restarted: readonly Restart[]): Change | undefined {
  const own = restarted.filter((r) => r.ended.node === before.node && r.started.node === before.node)
  const looks = [before, ...own.flatMap((r) => [r.ended, r.started]), after]
  for (let i = 0; i + 1 < looks.length; i += 2) {
    const [first, next] = [looks[i], looks[i + 1]]
    const change = first === undefined || next === undefined ? undefined : changeBetween(first, next, 'during the test')
    if (change !== undefined) return change
  }
  return undefined
}

/** Some distributions put it beside every service; it only shortens how long a stop may take. */
const vendors: readonly string[] = ['/usr/lib/systemd/system/service.d/10-timeout-abort.conf']

/** What hooks of the project, or somebody else, made of a unit of ours; a foreign one is as its owner wants it. */
function unitFault(proof: RunningProof | undefined): string | null {
  if (proof === undefined || proof.unitFile === 'foreign') return null
  if (proof.unitFile === 'changed') return `the file of ${proof.unit} is not the one that was written at DEPLOY`
  const added = proof.dropIns.filter((p) => !vendors.includes(p))
  return added.length === 0 ? null : `${added.join(', ')} adds to ${proof.unit} and is not ours`
}

const CAP_NET_ADMIN = 1n << 12n

function power(proof: RunningProof): string | undefined {
  if (proof.uid === 0) return 'runs as root'
  if (!/^[0-9a-f]{1,16}$/i.test(proof.capEff)) return 'has capabilities that could not be read'
  return (BigInt(`0x${proof.capEff}`) & CAP_NET_ADMIN) !== 0n ? 'has CAP_NET_ADMIN' : undefined
}
