/** What a soak asks and what its recorders write: lines as a node's shell makes them, of whatever a test says. */
import { thereIs } from '../../src/domain/evidence.ts'
import type { ProjectConfig } from '../../src/domain/project.ts'
import { partsWord, type SoakNotes } from '../../src/domain/soak/sample.ts'

export const soakOf = (tolerance = 0, more: Partial<ProjectConfig['soak']> = {}): ProjectConfig['soak'] => ({
  checkpoints: [],
  regressionTolerance: tolerance,
  checkIntervalMinutes: 5,
  maxGrowthMbPerHour: null,
  maxGrowthFilesPerHour: null,
  maxRestarts: 3,
  preemptible: false,
  ...more,
})

export interface Said {
  readonly uptimeMs: number
  readonly wallMs: number
  readonly boot: string
  readonly pid: number
  readonly state: string
  readonly restarts: number
  readonly invocation: string
  readonly memoryKiB: number
  readonly files: number
  readonly sockets: number
  readonly cpuTicks: number
  readonly errors: number
  readonly oom: number
  readonly lives: string
  readonly totalKiB: number
}

export const boot = '11111111-2222-3333-4444-555555555555'
export const firstRun = 'a'.repeat(32)

export function soakLine(said: Partial<Said> = {}): string {
  const s: Said = {
    uptimeMs: 0,
    wallMs: 1_700_000_000_000,
    boot,
    pid: 400,
    state: 'loaded active running success',
    restarts: 0,
    invocation: firstRun,
    memoryKiB: 50_000,
    files: 20,
    sockets: 10,
    cpuTicks: 0,
    errors: 0,
    oom: 0,
    lives: '- -',
    totalKiB: 4_000_000,
    ...said,
  }
  return [
    `soak oom ${s.oom}`,
    `soak lives ${s.lives}`,
    'vps-test-facts',
    `node clock ${s.wallMs} ${(s.uptimeMs / 1000).toFixed(2)}`,
    `node boot ${s.boot}`,
    `node memory ${s.totalKiB} ${s.totalKiB / 2}`,
    'node ticks 100 1690000000',
    `unit peer state ${s.state}`,
    `unit peer restarts ${s.restarts}`,
    `unit peer invocation ${s.invocation}`,
    `unit peer pid ${s.pid}`,
    ...(s.pid === 0
      ? []
      : [
          `unit peer stat ${s.cpuTicks} 0 100`,
          `unit peer resident ${s.memoryKiB}`,
          `unit peer files ${s.files} ${s.sockets}`,
        ]),
    `unit peer errors ${s.errors} 100`,
    'vps-test-facts end',
  ].join(partsWord)
}

export const notesOf = (node: string, lines: readonly string[]): SoakNotes => ({ node, lines: thereIs(lines) })
