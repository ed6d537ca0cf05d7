/** The NAT passport of each node: what our own prober saw of it, behaviour by behaviour, before the test and after it. */
import type { FleetNode, NatMeasurement } from '../../domain/fleet.ts'
import { natChange } from '../../domain/nats.ts'
import { asDeclared, natName } from '../../domain/suites/connectivity/oracle.ts'
import type { RunInput } from '../../domain/verdict-input.ts'
import { paragraph, strong, table, text, type Inline, type Section } from '../section.ts'

export function passportSection({ fleet, planned, measurements, excluded }: RunInput): Section | null {
  const nodes = fleet.nodes.filter((n) => planned.includes(n.name))
  if (nodes.length === 0) return null
  const leftOut = new Set(excluded.map((e) => e.node))
  return {
    id: 'nat-passport',
    title: 'NAT passports',
    blocks: [
      paragraph(
        'Each measured from inside the network that its service lives in, with two other public nodes as reflectors, before the first round; the last column compares it with what the same prober saw after the last one. How long a mapping lives is not measured here.',
      ),
      table(
        [
          'node',
          'declared',
          'measured',
          'mapping (RFC 4787 §4.1)',
          'filtering (§5)',
          'after an unsolicited packet',
          'hairpin (REQ-9)',
          'keeps the port',
          'seen from outside as',
          'after the test',
        ],
        nodes.map((n) => row(n, measurements, leftOut.has(n.name))),
      ),
    ],
  }
}

function row(node: FleetNode, { before, after }: RunInput['measurements'], leftOut: boolean): readonly Inline[] {
  const [m, later] = [before, after].map((list) => list.find((x) => x.node === node.name))
  const declared = natName(asDeclared(node))
  if (m === undefined) return [node.name, declared, leftOut ? 'left out' : 'not measured', '', '', '', '', '', '', '']
  const measured = natName(m)
  return [
    node.name,
    declared,
    measured === declared ? measured : strong(measured),
    mappings[m.mapping],
    filterings[m.filtering],
    m.stable === null ? 'says nothing' : m.stable ? 'the same port' : strong('another port'),
    hairpins[m.hairpin],
    m.mapping === 'none' ? '' : m.portPreserving ? 'yes' : 'no',
    text(m.externalAddresses.join(', '), 120),
    again(m, later),
  ]
}

const mappings: Readonly<Record<NatMeasurement['mapping'], string>> = {
  none: 'none: its own address',
  EIM: 'one port for everybody',
  ADM: 'a port for each address',
  APDM: 'a port for each address and port',
}
const filterings: Readonly<Record<NatMeasurement['filtering'], string>> = {
  EIF: 'lets everybody in',
  ADF: 'addresses that were written to',
  APDF: 'addresses and ports that were written to',
}
const hairpins: Readonly<Record<NatMeasurement['hairpin'], string>> = {
  none: 'no',
  'external-source': 'yes, from the external address',
  'internal-source': 'yes, from the internal address',
}

function again(before: NatMeasurement, later: NatMeasurement | undefined): Inline {
  if (later === undefined) return 'not measured'
  const change = natChange(before, later)
  return change === null ? 'the same' : strong(text(change, 200))
}
