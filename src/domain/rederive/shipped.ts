/** What was built, put on the nodes and left out, as the ledger's entries tell it: the facts must say the same. */
import type { BundleFacts, BundleHead } from '../bundle.ts'
import { canonical } from '../canonical.ts'
import type { RunningProof } from '../evidence.ts'
import type { NodeName } from '../fleet.ts'
import { exclusions, setupFindings, setupWarnings, type Session } from '../session.ts'

/** sha256 of what DEPLOY put on each node; of one that it never touched, of what runs there. */
export function deployedOf(
  { newest }: Session,
  there: readonly NodeName[],
  before: readonly RunningProof[],
): BundleFacts['deployed'] {
  const shipped = newest.DEPLOY?.event === 'deployed' ? newest.DEPLOY.facts.deployed : {}
  return Object.fromEntries(
    [...there, ...before.map((p) => p.node)].map((n) => [
      n,
      shipped[n]?.sha256 ?? before.find((p) => p.node === n)?.exeSha256 ?? '',
    ]),
  )
}

export function shippedFaults({ facts, plan, running }: BundleHead, session: Session): readonly string[] {
  const { BUILD, DEPLOY } = session.newest
  const built = BUILD?.event === 'built' ? BUILD.facts.build : null
  const shipped = DEPLOY?.event === 'deployed' ? DEPLOY.facts : null
  const out = new Set(facts.excluded.map((e) => e.node))
  const there = plan.nodes.filter((n) => !out.has(n))
  const told = exclusions(session).map((e) => ({ node: e.node, why: e.message }))
  const missing = (all: readonly unknown[], wanted: readonly unknown[]): boolean => {
    const have = new Set(all.map(canonical))
    return wanted.some((one) => !have.has(canonical(one)))
  }
  return [
    ...(canonical(facts.build) === canonical(built) ? [] : ['the build is not the one that the entries tell']),
    ...(plan.source.kind === 'session' && canonical(facts.build) !== canonical(plan.source.build)
      ? ['the build is not that of the session that the plan names']
      : []),
    ...(shipped === null || built === null || shipped.binarySha256 === built.sha256
      ? []
      : ['what was deployed is not what was built']),
    ...Object.entries(shipped?.deployed ?? {}).flatMap(([node, { sha256 }]) =>
      sha256 === shipped?.binarySha256 ? [] : [`${node} was given another binary than was built`],
    ),
    ...(canonical(facts.deployed) === canonical(deployedOf(session, there, running.before))
      ? []
      : ['what was deployed is not what the entries tell']),
    ...(canonical(facts.excluded.slice(0, told.length)) === canonical(told)
      ? []
      : ['the nodes that were left out are not those that the entries tell']),
    ...(out.size === facts.excluded.length ? [] : ['a node is left out twice']),
    ...[...out].filter((n) => !plan.nodes.includes(n)).map((n) => `${n} is left out, and was not planned`),
    ...(missing(
      facts.notes,
      setupWarnings(session).map((w) => ({ what: 'warning of SETUP', why: w.message })),
    )
      ? ['a warning of SETUP is missing']
      : []),
    ...(missing(facts.findings, setupFindings(session)) ? ['a finding of SETUP is missing'] : []),
  ]
}
