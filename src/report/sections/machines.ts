/** Sections on machines: the lab's own limits, controls, and what ran. */
import { isSelfTest } from '../../domain/controls.ts'
import type { Control, RunningProof } from '../../domain/evidence.ts'
import type { Fleet } from '../../domain/fleet.ts'
import type { Plan } from '../../domain/plan.ts'
import type { RunInput } from '../../domain/verdict-input.ts'
import {
  code,
  inline,
  list,
  paragraph,
  strong,
  table,
  text,
  type Block,
  type Inline,
  type Section,
} from '../section.ts'
import { iso } from '../../domain/text.ts'

export function labSection({ lab }: Fleet): Section | null {
  if (lab === undefined) return null
  return {
    id: 'lab',
    title: 'Lab',
    blocks: [
      list([
        `The fleet is a lab: network namespaces on one machine.`,
        inline`NAT mapping lifetimes are divided by ${lab.natTimeoutFactor}: RFC 4787 REQ-5's 120 s
          become ${Math.round(1200 / lab.natTimeoutFactor) / 10} s.`,
        `Delay and loss: ${lab.shaping === 'none' ? 'not covered' : `shaped by ${lab.shaping}`}.`,
      ]),
    ],
  }
}

export function controlsSection(controls: readonly Control[]): Section {
  const [id, title] = ['controls', 'Controls']
  if (controls.length === 0) return { id, title, blocks: [paragraph('None ran: the run is invalid.')] }
  return {
    id,
    title,
    blocks: [
      table(
        ['control', 'path', 'expected', 'seen', 'packet witness', 'right', 'detail'],
        controls
          .filter((c) => (isSelfTest(c) ? c.seen !== 'through' : c.name !== 'confinement' || c.seen !== c.expected))
          .map((c) => {
            const right = c.seen === c.expected && (c.witnessed || c.name === 'nonexistent-peer')
            return [
              c.name,
              `${c.from} → ${c.to}`,
              c.expected,
              c.seen,
              c.witnessed ? 'agrees' : 'disagrees',
              right ? 'yes' : strong('no'),
              text(c.detail, 160),
            ]
          }),
      ),
      ...selfTests(controls),
      ...confinements(controls),
    ],
  }
}

const selfTests = (controls: readonly Control[]): readonly Block[] => {
  const good = controls.filter((c) => isSelfTest(c) && c.seen === 'through')
  return good.length === 0
    ? []
    : [
        paragraph(
          `Self tests: on ${new Set(good.map((c) => c.from)).size} nodes our packet was counted, a record could be read and a program run.`,
        ),
      ]
}

const confinements = (controls: readonly Control[]): readonly Block[] => {
  const held = controls.filter((c) => c.name === 'confinement' && c.seen === c.expected)
  return held.length === 0
    ? []
    : [
        paragraph(
          `Confinement: on ${held.length} nodes a program of ours, in a unit like the service's and in place of a dialler, could execute nothing that it left in a folder or in memory; the service's own process has the same limits.`,
        ),
      ]
}

/** What ran on each node, by the kernel's word: one process, before and after. */
export function runningSection({ evidence, deployed }: RunInput): Section | null {
  const after = new Map(evidence.runningAfter.map((p) => [p.node, p]))
  const row = (p: RunningProof): readonly Inline[] => [
    p.node,
    p.unit,
    `${p.pid}`,
    code(p.exeSha256.slice(0, 16)),
    p.exeSha256 === deployed[p.node] ? 'yes' : deployed[p.node] === undefined ? 'not deployed by us' : strong('no'),
    iso(p.startedAt),
    p.udpPorts.join(', '),
    `${p.uid}`,
    code(p.capEff),
    p.version,
    sameProcess(p, after.get(p.node)),
  ]
  if (evidence.runningBefore.length === 0) return null
  return {
    id: 'running',
    title: 'What ran',
    blocks: [
      table(
        [
          'node',
          'unit',
          'pid',
          'sha256 of /proc/pid/exe',
          'is the deployed one',
          'started',
          'UDP ports',
          'uid',
          'capabilities',
          'says version',
          'after the test',
        ],
        evidence.runningBefore.map(row),
      ),
    ],
  }
}

/** What the project had done to each node as root; null: nothing. */
export function hooksSection({ deploy }: Plan['config']): Section | null {
  const hooks = [
    ...deploy.preDeploy.map((text) => ['before the switch', code(text)] as const),
    ...deploy.postDeploy.map((text) => ['after it', code(text)] as const),
  ]
  if (hooks.length === 0) return null
  return {
    id: 'hooks',
    title: 'Commands of the project',
    blocks: [
      paragraph(
        'They ran as root on each node that was switched. The unit and the running file were looked at afterwards; what else they changed is not known.',
      ),
      table(['when', 'command'], hooks),
    ],
  }
}

function sameProcess(before: RunningProof, after: RunningProof | undefined): Inline {
  if (after === undefined) return strong('not running')
  return after.pid === before.pid &&
    after.bootId === before.bootId &&
    after.exeSha256 === before.exeSha256 &&
    after.restarts === before.restarts
    ? 'the same process'
    : strong('another process')
}
