/** A node as it was found after a failure: its unit, process, memory, kernel messages, sockets, names and clock. Null: not told. */

export interface UnitState {
  readonly active: string
  readonly sub: string
  /** systemd's word: `success`, `exit-code`, `signal`, `core-dump`, `oom-kill`, … */
  readonly result: string
  /** How its last main process ended, by the kernel: `exited`, `killed` or `dumped`; null: it did not end. */
  readonly ended: 'exited' | 'killed' | 'dumped' | null
  /** Its exit code, or the signal's number. */
  readonly status: number | null
  readonly restarts: number
  readonly memoryBytes: number | null
}

export interface ProcessState {
  readonly openFiles: number | null
  readonly mostFiles: number | null
  readonly residentKiB: number | null
  readonly sockets: readonly string[]
}

export interface MachineState {
  readonly unit: UnitState | null
  /** What systemd said of the unit. */
  readonly systemd: readonly string[]
  /** Null: none runs. */
  readonly process: ProcessState | null
  readonly memory: {
    readonly totalKiB: number
    readonly availableKiB: number
    readonly swapFreeKiB: number | null
  } | null
  /** Of one minute, for each processor. */
  readonly load: number | null
  /** Those that are ever a cause. */
  readonly kernel: readonly string[] | null
  readonly conntrack: { readonly count: number; readonly most: number } | null
  /** Datagrams that were dropped because a program did not take them in time. */
  readonly receiveOverflows: number | null
  readonly route: boolean | null
  /** Host names that do not resolve there. */
  readonly unknownNames: readonly string[]
  readonly clock: { readonly wallMs: number; readonly synchronized: boolean | null } | null
  /** What processes of the unit said, also of those that ended. */
  readonly ended: readonly string[]
}

const number = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,18}$/.test(text) ? Number(text) : null

/** `text`: of a section, by its name; empty: it was not told. */
export function machineOf(text: (section: string) => string): MachineState {
  const lines = (section: string): readonly string[] =>
    text(section)
      .split('\n')
      .map((l) => l.trim())
      .filter((l) => l !== '')
  const kernel = lines('kernel')
  return {
    unit: unitOf(lines('unit')),
    systemd: lines('systemd'),
    process: processOf(lines('process')),
    ...memoryOf(lines('memory')),
    kernel: text('kernel') === '' || kernel[0] === 'not-read' ? null : kernel,
    conntrack: conntrackOf(lines('conntrack')),
    receiveOverflows: overflowsOf(lines('udp')),
    route: text('route') === '' ? null : lines('route').length > 0,
    unknownNames: lines('names').flatMap((l) => /^unknown (\S{1,253})$/.exec(l)?.[1] ?? []),
    clock: clockOf(lines('clock')),
    ended: text('ended')
      .split('\n')
      .flatMap((l) => (l.startsWith('| ') && l.length > 2 ? [l.slice(2)] : [])),
  }
}

function unitOf(lines: readonly string[]): UnitState | null {
  const of = new Map(lines.map((l) => [l.slice(0, Math.max(0, l.indexOf('='))), l.slice(l.indexOf('=') + 1)]))
  const active = of.get('ActiveState')
  if (active === undefined) return null
  // The kernel's codes of a child that ended (CLD_EXITED, CLD_KILLED, CLD_DUMPED).
  const ended = ({ '1': 'exited', '2': 'killed', '3': 'dumped' } as const)[of.get('ExecMainCode') ?? ''] ?? null
  return {
    active,
    sub: of.get('SubState') ?? '',
    result: of.get('Result') ?? '',
    ended,
    status: ended === null ? null : number(of.get('ExecMainStatus')),
    restarts: number(of.get('NRestarts')) ?? 0,
    memoryBytes: number(of.get('MemoryCurrent')),
  }
}

function processOf(lines: readonly string[]): ProcessState | null {
  if (lines.length === 0) return null
  const [, open, most] = /^fds (\d+) (\d*)$/.exec(lines.find((l) => l.startsWith('fds ')) ?? '') ?? []
  const resident = /^VmRSS (\d+) kB$/.exec(lines.find((l) => l.startsWith('VmRSS ')) ?? '')?.[1]
  return {
    openFiles: number(open),
    mostFiles: number(most),
    residentKiB: number(resident),
    sockets: lines.flatMap((l) => (l.startsWith('socket ') ? [l.slice(7)] : [])),
  }
}

function memoryOf(lines: readonly string[]): Pick<MachineState, 'memory' | 'load'> {
  const kib = (key: string): number | null =>
    number(new RegExp(`^${key}: *(\\d+) kB$`).exec(lines.find((l) => l.startsWith(`${key}:`)) ?? '')?.[1])
  const [totalKiB, availableKiB] = [kib('MemTotal'), kib('MemAvailable')]
  const [, one, processors] =
    /^load (\d+\.\d+) \S+ \S+ (\d+)$/.exec(lines.find((l) => l.startsWith('load ')) ?? '') ?? []
  return {
    memory:
      totalKiB === null || availableKiB === null ? null : { totalKiB, availableKiB, swapFreeKiB: kib('SwapFree') },
    load: one === undefined || number(processors) === null ? null : Number(one) / Math.max(1, Number(processors)),
  }
}

function conntrackOf([count, most]: readonly string[]): MachineState['conntrack'] {
  const [now, limit] = [number(count), number(most)]
  return now === null || limit === null || limit === 0 ? null : { count: now, most: limit }
}

/** Two lines, the names and the values. */
function overflowsOf([names = '', values = '']: readonly string[]): number | null {
  const at = names.split(' ').indexOf('RcvbufErrors')
  return at === -1 ? null : number(values.split(' ')[at])
}

function clockOf([line = '']: readonly string[]): MachineState['clock'] {
  const [, wall, synchronized] = /^(\d{1,16}) \S+ ?(yes|no)?$/.exec(line) ?? []
  const wallMs = number(wall)
  return wallMs === null ? null : { wallMs, synchronized: synchronized === undefined ? null : synchronized === 'yes' }
}
