/** What a node that is well tells of itself after a failure; tests change what they are about. */
import type { Diagnosis } from '../../src/domain/diagnosis.ts'
import type { MachineState, UnitState } from '../../src/domain/post-mortem/machine.ts'
import type { NodeSymptoms } from '../../src/domain/failed/symptoms.ts'

const disk = { usedKiB: 5_000_000, freeKiB: 900_000, freeInodes: 10_000, ownKiB: 40_000, mount: ['rw', 'relatime'] }

export const unitWell: UnitState = {
  active: 'active',
  sub: 'running',
  result: 'success',
  ended: null,
  status: null,
  restarts: 0,
  memoryBytes: 9_000_000,
}

export const machineWell: MachineState = {
  unit: unitWell,
  systemd: ['Started peer (program under test).'],
  process: { openFiles: 12, mostFiles: 1024, residentKiB: 9000, sockets: ['udp UNCONN 0 0 0.0.0.0:9000'] },
  memory: { totalKiB: 4_000_000, availableKiB: 3_000_000, swapFreeKiB: 0 },
  load: 0.2,
  kernel: [],
  conntrack: { count: 20, most: 65_536 },
  receiveOverflows: 0,
  route: true,
  unknownNames: [],
  clock: { wallMs: 1_790_000_000_000, synchronized: true },
  ended: [],
}

export const nodeWell: Diagnosis = {
  unit: 'peer',
  result: 'success',
  listens: { protocol: 'udp', port: 9000 },
  holder: null,
  releases: { path: '/opt/peer', ...disk },
  data: { path: '/var/lib/peer', ...disk },
  firewall: '',
  machine: machineWell,
  said: ['listening'],
}

export const nodeFound = (
  node: string,
  machine: Partial<MachineState> = {},
  more: Partial<Diagnosis> = {},
  as: Partial<NodeSymptoms> = {},
): NodeSymptoms => ({
  node,
  role: 'test',
  nat: 'no NAT',
  provider: 'hetzner',
  region: 'HEL1',
  found: { ...nodeWell, ...more, machine: { ...machineWell, ...machine } },
  silent: null,
  file: 'evidence/post-mortem.json',
  ...as,
})
