/** What a node and its services said of themselves at one moment, whatever a node may write: there, absent, or not read. */
import { notRead, thereIs, type NodeClock, type Read } from './evidence.ts'
import { parseClock } from './node-clock.ts'

export interface MachineFacts {
  readonly clock: Read<NodeClock>
  /** There and back over the SSH connection, smoothed by the node's kernel; absent: it was asked over none. */
  readonly rttMs: Read<number>
  readonly bootId: Read<string>
  readonly kernel: Read<string>
  /** Over one, five and fifteen minutes. */
  readonly load: Read<readonly [number, number, number]>
  readonly cpus: Read<number>
  readonly memory: Read<{ readonly totalKiB: number; readonly availableKiB: number }>
  /** By path, in the order in which they were asked for. */
  readonly disks: readonly DiskFacts[]
}

export interface DiskFacts {
  readonly path: string
  readonly space: Read<{ readonly totalKiB: number; readonly freeKiB: number }>
  /** Absent: a file system that has no fixed number of them. */
  readonly freeInodes: Read<number>
}

export interface UnitFacts {
  /** Without `.service`. */
  readonly unit: string
  /** Absent: systemd knows no such unit. `state` as `active running`. */
  readonly state: Read<{ readonly active: string; readonly sub: string; readonly result: string }>
  /** Of the main process; absent: none runs. */
  readonly pid: Read<number>
  /** Unix milliseconds by the node's clock. */
  readonly startedAt: Read<number>
  readonly restarts: Read<number>
  /** Processes and threads of the whole unit. */
  readonly tasks: Read<number>
  readonly residentKiB: Read<number>
  readonly openFiles: Read<number>
  readonly sockets: Read<number>
  /** User and system time of the main process. */
  readonly cpuMs: Read<number>
  /** systemd's name for this run of the unit. */
  readonly invocation: Read<string>
  /** The file that it executes, by the kernel. */
  readonly exe: Read<string>
  /** SHA-256 in the path of a release of ours; absent: it executes something else. */
  readonly release: Read<string>
  /** Absent: it was not asked for. */
  readonly errors: Read<{ readonly errors: number; readonly lines: number }>
  /** By the note that we wrote beside the unit. */
  readonly owner: Read<{ readonly project: string; readonly session: string }>
}

export interface NodeFactsRead {
  readonly machine: MachineFacts
  readonly units: readonly UnitFacts[]
  /** False: the answer was cut, and a unit may be missing. */
  readonly whole: boolean
}

/** By key: what stands behind it, in the order of the lines. */
type Lines = ReadonlyMap<string, readonly string[]>

export function parseNodeFacts(stdout: string): NodeFactsRead {
  const all = stdout.split('\n')
  const begin = all.indexOf('vps-test-facts')
  const end = all.indexOf('vps-test-facts end', begin + 1)
  const lines = begin === -1 ? [] : all.slice(begin + 1, end === -1 ? -1 : end)
  const machine = grouped(lines.flatMap((l) => keyed(/^node ([a-z]+) (.*)$/.exec(l))))
  const units = Map.groupBy(
    lines.flatMap((l) => {
      const m = /^unit ([A-Za-z0-9_.@:-]{1,200}) ([a-z]+) (.*)$/.exec(l)
      return m === null ? [] : [{ unit: m[1] ?? '', key: m[2] ?? '', value: m[3] ?? '' }]
    }),
    ({ unit }) => unit,
  )
  const [hz, bootedAt] = ticksOf(machine)
  return {
    machine: machineOf(machine),
    units: [...units].map(([unit, of]) => unitOf(unit, grouped(of), hz, bootedAt)),
    whole: end !== -1,
  }
}

const keyed = (m: RegExpExecArray | null): readonly { readonly key: string; readonly value: string }[] =>
  m === null ? [] : [{ key: m[1] ?? '', value: m[2] ?? '' }]

const grouped = (lines: readonly { readonly key: string; readonly value: string }[]): Lines =>
  new Map([...Map.groupBy(lines, ({ key }) => key)].map(([key, of]) => [key, of.map(({ value }) => value.trim())]))

const first = (lines: Lines, key: string): string | undefined => lines.get(key)?.[0]

/** `pattern` with its groups; a line that is not there, or says something else, was not read. */
function read<T>(lines: Lines, key: string, pattern: RegExp, value: (groups: readonly string[]) => T): Read<T> {
  const text = first(lines, key)
  if (text === undefined) return notRead(`the node did not say its ${key}`)
  const m = pattern.exec(text)
  return m === null ? notRead(`the node's ${key} cannot be read`) : thereIs(value(m.slice(1).map((g) => g ?? '')))
}

const count = (lines: Lines, key: string): Read<number> => read(lines, key, /^(\d{1,15})$/, ([n]) => Number(n))

/** Ticks a second, and when the node was booted, Unix milliseconds; null: not told. */
function ticksOf(lines: Lines): readonly [number | null, number | null] {
  const m = /^(\d{1,5}) (\d{1,12})$/.exec(first(lines, 'ticks') ?? '')
  const hz = Number(m?.[1] ?? 0)
  return m === null || hz === 0 ? [null, null] : [hz, Number(m[2]) * 1000]
}

function machineOf(lines: Lines): MachineFacts {
  const clock = parseClock(first(lines, 'clock') ?? '')
  return {
    clock: clock === null ? notRead("the node's clock cannot be read") : thereIs(clock),
    rttMs: lines.has('rtt') ? read(lines, 'rtt', /^(\d{1,7}(?:\.\d{1,6})?)$/, ([n]) => Number(n)) : { kind: 'absent' },
    bootId: read(lines, 'boot', /^([0-9a-f-]{36})$/, ([id = '']) => id),
    kernel: read(lines, 'kernel', /^([\w.+~-]{1,100})$/, ([name = '']) => name),
    load: read(lines, 'load', /^(\d{1,6}\.\d\d) (\d{1,6}\.\d\d) (\d{1,6}\.\d\d)$/, ([a, b, c]) => [
      Number(a),
      Number(b),
      Number(c),
    ]),
    cpus: count(lines, 'cpus'),
    memory: read(lines, 'memory', /^(\d{1,15}) (\d{1,15})$/, ([total, available]) => ({
      totalKiB: Number(total),
      availableKiB: Number(available),
    })),
    disks: (lines.get('disk') ?? []).flatMap(diskOf),
  }
}

function diskOf(text: string): readonly DiskFacts[] {
  const m = /^(?:(\d{1,18}) (\d{1,18}))? ?(\d{1,18}|-)? (\/[^\u0000-\u001f]{0,300})$/.exec(` ${text}`.trimStart())
  if (m === null) return []
  const [, total, free, inodes, path = '/'] = m
  return [
    {
      path,
      space:
        total === undefined || free === undefined
          ? notRead(`the space of ${path} cannot be read`)
          : thereIs({ totalKiB: Number(total), freeKiB: Number(free) }),
      freeInodes:
        inodes === undefined
          ? notRead(`the inodes of ${path} cannot be read`)
          : inodes === '-'
            ? { kind: 'absent' }
            : thereIs(Number(inodes)),
    },
  ]
}

function unitOf(unit: string, lines: Lines, hz: number | null, bootedAt: number | null): UnitFacts {
  const state = read(lines, 'state', /^([a-z-]+) ([a-z-]+) ([a-z-]+) ([a-z-]*)$/, (words) => words)
  const pid = count(lines, 'pid')
  const none: Read<never> | null =
    pid.kind === 'there' && pid.value === 0 ? { kind: 'absent' } : pid.kind === 'there' ? null : pid
  /** Of the main process: absent where there is none, not read where it ended while it was looked at. */
  const ofProcess = <T>(look: () => Read<T>): Read<T> => none ?? look()
  const stat = ofProcess(() => read(lines, 'stat', /^(\d{1,15}) (\d{1,15}) (\d{1,18})$/, (n) => n.map(Number)))
  const inTicks = (value: (of: readonly number[], hertz: number) => number | null): Read<number> => {
    if (stat.kind !== 'there') return stat
    const told = hz === null ? null : value(stat.value, hz)
    return told === null ? notRead('the node did not say how long its ticks are') : thereIs(told)
  }
  const exe = ofProcess(() => read(lines, 'exe', /^(\/.{1,500})$/, ([path = '']) => path))
  return {
    unit,
    state:
      state.kind !== 'there'
        ? state
        : state.value[0] === 'not-found'
          ? { kind: 'absent' }
          : thereIs({ active: state.value[1] ?? '', sub: state.value[2] ?? '', result: state.value[3] ?? '' }),
    pid: none ?? pid,
    startedAt: inTicks(([, , start = 0], hertz) =>
      bootedAt === null ? null : bootedAt + Math.round((start * 1000) / hertz),
    ),
    restarts: count(lines, 'restarts'),
    tasks: count(lines, 'tasks'),
    residentKiB: ofProcess(() => count(lines, 'resident')),
    openFiles: ofProcess(() => read(lines, 'files', /^(\d{1,9}) \d{1,9}$/, ([n]) => Number(n))),
    sockets: ofProcess(() => read(lines, 'files', /^\d{1,9} (\d{1,9})$/, ([n]) => Number(n))),
    cpuMs: inTicks(([user = 0, system = 0], hertz) => Math.round(((user + system) * 1000) / hertz)),
    invocation: read(lines, 'invocation', /^([0-9a-f]{32})$/, ([id = '']) => id),
    exe,
    release: exe.kind === 'there' ? releaseIn(exe.value) : exe,
    errors: lines.has('errors')
      ? read(lines, 'errors', /^(\d{1,9}) (\d{1,9})$/, ([errors, of]) => ({
          errors: Number(errors),
          lines: Number(of),
        }))
      : { kind: 'absent' },
    owner: read(lines, 'owner', /^([\w.-]{1,100}) ([\w.-]{1,200})$/, ([project = '', session = '']) => ({
      project,
      session,
    })),
  }
}

function releaseIn(path: string): Read<string> {
  const sha256 = /\/releases\/([0-9a-f]{64})\//.exec(path)?.[1]
  return sha256 === undefined ? { kind: 'absent' } : thereIs(sha256)
}

export interface ClockOffset {
  /** The node's clock minus ours. */
  readonly ms: number
  /** Give or take. */
  readonly within: number
}

/** The node read its clock at some moment between our sending and our receiving. */
export const clockOffset = (clock: NodeClock, sentAt: number, receivedAt: number): ClockOffset => ({
  ms: Math.round(clock.wallMs - (sentAt + receivedAt) / 2),
  within: Math.ceil(Math.max(0, receivedAt - sentAt) / 2),
})

/** With what only the asking tells. */
export interface FactsLook extends NodeFactsRead {
  readonly clockOffset: Read<ClockOffset>
}
