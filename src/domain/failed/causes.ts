/** Causes of a failure as a table: how each is recognised, whose it is, on what it rests, and where to look further. */
import { failureRow } from '../failures/failures.ts'
import type { LeftOut, Symptoms } from './symptoms.ts'
import { pairsOf, sharedEnds } from './shared.ts'

export type Owner = 'product' | 'infra' | 'harness'

export interface RankedCause {
  readonly id: string
  readonly what: string
  readonly owner: Owner
  /** Lines that it rests on. */
  readonly evidence: readonly string[]
  /** Share of what failed that it would explain, 0 to 1. */
  readonly explains: number
  /** To be typed. */
  readonly look: string
}

interface Recognised {
  readonly evidence: readonly string[]
  readonly explains: number
}

interface CauseRow {
  readonly id: string
  readonly what: string
  readonly owner: Owner
  /** Null: nothing of it is seen. */
  readonly seen: (s: Symptoms) => Recognised | null
  readonly look: string
}

const by = (evidence: readonly string[], explains = 1): Recognised | null =>
  evidence.length === 0 ? null : { evidence: evidence.slice(0, 10), explains }

/** Sentences that hold one of these words; as a share of all that fails. */
const sentences =
  (pattern: RegExp) =>
  ({ failing }: Symptoms): Recognised | null => {
    const found = failing.filter((f) => pattern.test(f.sentence))
    return by(
      found.map((f) => f.sentence),
      found.length / Math.max(1, failing.length),
    )
  }

const lines =
  (pattern: RegExp, explains: number) =>
  ({ lines: all }: Symptoms): Recognised | null =>
    by(
      all
        .filter((l) => pattern.test(l.template))
        .map(
          (l) => `${l.nodes.join(', ')}: ${l.template} (${l.count} times${l.change === null ? '' : `, ${l.change}`})`,
        ),
      explains,
    )

const left =
  (stage: Symptoms['stage'], owner: Owner) =>
  (s: Symptoms): Recognised | null =>
    s.stage === stage
      ? by(s.leftOut.filter((l) => ownerOf(l) === owner).map((l) => `${l.node}: ${l.code ?? ''} ${l.why}`))
      : null

/** Whoever saw a failure first has decided whose it is. */
function ownerOf({ code }: LeftOut): Owner {
  const kind = failureRow(code)?.kind
  return kind === 'product' || kind === 'harness' ? kind : 'infra'
}

const logsOf = 'vps-test logs'
const nodesOf = 'vps-test nodes'

/** Of two that explain as much, the one that stands first. */
export const causeRows: readonly CauseRow[] = [
  {
    id: 'controls',
    what: 'our own controls or tools did not do what they must',
    owner: 'harness',
    seen: ({ reasons }) => by(reasons.filter((r) => r.kind === 'invalid').map((r) => r.text)),
    look: 'vps-test doctor',
  },
  {
    id: 'does-not-compile',
    what: 'the program does not compile',
    owner: 'product',
    seen: ({ stage, buildFaults, why }) =>
      stage === 'BUILD'
        ? by([...buildFaults.map((f) => `${f.file}${f.line === null ? '' : `:${f.line}`}: ${f.message}`), why])
        : null,
    look: 'cargo check',
  },
  {
    id: 'machine',
    what: 'the machine keeps the program from running',
    owner: 'infra',
    seen: left('DEPLOY', 'infra'),
    look: nodesOf,
  },
  {
    id: 'does-not-run',
    what: 'the program does not stay up, or does not register',
    owner: 'product',
    seen: left('DEPLOY', 'product'),
    look: logsOf,
  },
  {
    id: 'panicked',
    what: 'the program panicked',
    owner: 'product',
    seen: lines(/\bpanicked at\b/, 1),
    look: logsOf,
  },
  {
    id: 'claims-refuted',
    what: 'the program says that it connected where nothing was delivered',
    owner: 'product',
    seen: ({ findings, failing }) =>
      failing.length === 0
        ? null
        : by(
            findings.filter((f) => f.kind === 'claim-without-delivery').map((f) => f.message),
            0.9,
          ),
    look: logsOf,
  },
  {
    id: 'one-node',
    what: 'one node has what the others do not: its program, or what it runs on',
    owner: 'product',
    seen: ({ failing, shared }) => (sharedEnds(pairsOf(failing), []).length > 0 ? by(shared, 0.8) : null),
    look: 'vps-test diagnose',
  },
  {
    id: 'not-recorded',
    what: 'what arrived was not written down by its receiver',
    owner: 'product',
    seen: sentences(/record is missing/),
    look: logsOf,
  },
  {
    id: 'one-class',
    what: 'one way of connecting does not work, the others do',
    owner: 'product',
    seen: ({ failing, shared, counted }) =>
      counted > failing.reduce((n, f) => n + f.times, 0)
        ? by(
            shared.filter((s) => s.startsWith('all that fails')),
            0.7,
          )
        : null,
    look: nodesOf,
  },
  {
    id: 'nothing-works',
    what: 'no attempt succeeds: what all of them use is broken',
    owner: 'product',
    seen: ({ failing, counted }) => {
      const times = failing.reduce((n, f) => n + f.times, 0)
      return times > 1 && times === counted ? by([`${times} of ${counted} attempts failed`], 0.75) : null
    },
    look: logsOf,
  },
  {
    id: 'new-errors',
    what: 'the journals hold errors that the last test that passed did not have',
    owner: 'product',
    seen: ({ lines: all }) =>
      by(
        all
          .filter((l) => l.level === 'error' && l.change !== null)
          .map((l) => `${l.nodes.join(', ')}: ${l.template} (${l.count} times, ${l.change ?? ''})`),
        0.5,
      ),
    look: logsOf,
  },
  {
    id: 'network',
    what: 'the network keeps nodes from each other',
    owner: 'infra',
    seen: ({ findings, uncounted, counted }) =>
      by(
        findings.filter((f) => f.kind === 'network-obstacle').map((f) => f.message),
        // What the network takes away is not counted, so that it explains no failure that is.
        counted === 0 && uncounted.infra > 0 ? 1 : 0.1,
      ),
    look: nodesOf,
  },
  {
    id: 'clock',
    what: 'a clock is wrong or moved',
    owner: 'infra',
    seen: ({ findings }) =>
      by(
        findings.filter((f) => f.kind === 'skewed-clock' || f.kind === 'clock-jump').map((f) => f.message),
        0.1,
      ),
    look: nodesOf,
  },
  {
    id: 'nodes-left-out',
    what: 'nodes were left out',
    owner: 'infra',
    seen: ({ stage, leftOut }) =>
      stage === 'TEST'
        ? by(
            leftOut.map((l) => `${l.node}: ${l.why}`),
            0.1,
          )
        : null,
    look: nodesOf,
  },
  {
    id: 'unknown',
    what: 'nothing here explains it',
    owner: 'product',
    // What counted and failed is the program's, whatever else was odd.
    seen: ({ why, failing }) => by([why], failing.length > 0 ? 0.2 : 0.05),
    look: logsOf,
  },
]

export function rankedCauses(s: Symptoms): readonly RankedCause[] {
  const found = recognised(s)
  const known = found.some((c) => c.owner === 'product' && c.id !== 'unknown')
  return found.filter((c) => !known || c.id !== 'unknown')
}

const recognised = (s: Symptoms): readonly RankedCause[] =>
  causeRows
    .flatMap(({ seen, ...row }) => {
      const found = seen(s)
      return found === null ? [] : [{ ...row, ...found }]
    })
    .toSorted((a, b) => b.explains - a.explains)
