/** A cause as a row: how it is recognised, whose it is, on what it rests; and how much of a failure it explains. */
import { layout } from '../../bundle.ts'
import type { EvidenceLine, FailedSubject, NodeSymptoms, Symptoms } from '../symptoms.ts'

export type Owner = 'product' | 'infra' | 'harness'

export interface Recognised {
  readonly evidence: readonly EvidenceLine[]
  /** Share of what failed that it would explain, 0 to 1: how much of it is concerned, times how plainly it is shown. */
  readonly explains: number
  /** More exactly than the row's own words. */
  readonly what?: string
  /** Where it was seen first. */
  readonly node?: string
}

export interface CauseRow {
  readonly id: string
  readonly what: string
  readonly owner: Owner
  /** Null: nothing of it is seen. */
  readonly seen: (s: Symptoms) => Recognised | null
  /** To be typed. */
  readonly look: (s: Symptoms, node: string | undefined) => string
}

const mostLines = 10

export const rests = (evidence: readonly EvidenceLine[], explains: number, more: Partial<Recognised> = {}) =>
  evidence.length === 0 ? null : { evidence: evidence.slice(0, mostLines), explains, ...more }

export const at = (file: string, text: string): EvidenceLine => ({ file, text: text.slice(0, 500) })

/** What its attempts say, by the suite's file. */
export const ofSubject = (f: FailedSubject): EvidenceLine => at(`evidence/suites/${f.suite}.jsonl`, f.sentence)

export const inVerdict = (text: string): EvidenceLine => at(`evidence/${layout.verdict}`, text)
export const inLedger = (text: string): EvidenceLine => at('the ledger', text)
export const inLogs = (text: string): EvidenceLine => at(`evidence/${layout.logs}`, text)

/** What there is to explain: failures first, else what did not count. */
const troubled = ({ failing, hindered }: Symptoms): readonly FailedSubject[] =>
  failing.length > 0 ? failing : hindered

/** Share of what there is to explain that has one of these nodes in it, or leans on it. */
export function shareTouching(s: Symptoms, nodes: readonly string[], of = troubled(s)): number {
  if (nodes.length === 0) return 0
  const roles = new Map(s.nodes.map((n) => [n.node, n]))
  // All nodes lean on a registry, and pairs behind NATs on the nodes that introduce them.
  if (of.length > 0 && nodes.some((n) => roles.get(n)?.role === 'registry')) return 1
  const introduces = nodes.some((n) => roles.get(n)?.role === 'bootstrap')
  const natted = (f: FailedSubject): boolean =>
    [f.from, f.to].some((n) => n !== null && (roles.get(n)?.nat ?? 'no NAT') !== 'no NAT')
  if (of.length > 0)
    return (
      of.filter(
        (f) =>
          [f.from, f.to, f.node].some((n) => n !== null && nodes.includes(n)) ||
          (f.from === null && f.node === null) ||
          (introduces && natted(f)),
      ).length / of.length
    )
  if (s.leftOut.length > 0) return s.leftOut.filter((l) => nodes.includes(l.node)).length / s.leftOut.length
  const told = [s.why, ...s.reasons.map((r) => r.text)]
  return nodes.some((n) => told.some((t) => t.includes(n))) ? 1 : 0.5
}

/** What keeps attempts from counting explains no failure that counts. */
export const leastShare = 0.1

/** Of something that only takes attempts away: the rest of the failure is somebody else's. */
export const hindering = (s: Symptoms, share: number): number =>
  s.failing.length > 0 ? leastShare : Math.max(leastShare, share)

/** Attempts whose sentences hold these words, as a share of what there is to explain. */
export const saying =
  (pattern: RegExp, strength: number, of: (s: Symptoms) => readonly FailedSubject[] = (s) => s.failing) =>
  (s: Symptoms): Recognised | null => {
    const all = of(s)
    const found = all.filter((f) => pattern.test(f.sentence))
    return rests(found.map(ofSubject), (strength * found.length) / Math.max(1, all.length))
  }

/** Nodes that told something of themselves, with the lines that show it. */
export function toldByNodes(
  s: Symptoms,
  strength: number,
  lines: (n: NodeSymptoms & { readonly found: NonNullable<NodeSymptoms['found']> }) => readonly string[],
  what?: (first: string, node: string) => string,
): Recognised | null {
  const seen = s.nodes.flatMap((n) => {
    const { found } = n
    const its = found === null ? [] : lines({ ...n, found })
    return its.length === 0 ? [] : [{ n, its }]
  })
  const [first] = seen
  if (first === undefined) return null
  const share = shareTouching(
    s,
    seen.map(({ n }) => n.node),
  )
  return rests(
    seen.flatMap(({ n, its }) => its.slice(0, 4).map((l) => at(n.file, `${n.node}: ${l}`))),
    Math.max(leastShare, strength * share),
    { node: first.n.node, ...(what === undefined ? {} : { what: what(first.its[0] ?? '', first.n.node) }) },
  )
}

/** What the program said on a node, newest process and those before it. */
export const wordsOf = (n: NodeSymptoms): readonly string[] =>
  n.found === null ? [] : [...new Set([...n.found.machine.ended, ...n.found.said])]

export const findingsNamed = (s: Symptoms, ...kinds: readonly string[]) =>
  s.findings.filter((f) => kinds.includes(f.kind))
