/** What became of a service between looks at it: deaths, restarts by somebody, reboots, and gaps in which nobody looked. */
import { valueOf } from '../evidence.ts'
import { duration } from '../text.ts'
import type { ServiceLook } from './looks.ts'

export const changeKinds = ['died', 'killed for memory', 'ended', 'restarted', 'container', 'rebooted'] as const
export type ChangeKind = (typeof changeKinds)[number]

export interface WatchChange {
  readonly kind: ChangeKind
  /** `failed`: nothing but the program explains it. */
  readonly result: 'failed' | 'inconclusive'
  /** Of the looks around it, milliseconds since the last test that passed. */
  readonly after: number
  readonly before: number
  readonly times: number
  /** Of systemd's own restarts, those that this accounts for. */
  readonly restarts: number
  readonly text: string
}

export const serviceChanges = (looks: readonly ServiceLook[]): readonly WatchChange[] =>
  looks.flatMap((b, i) => {
    const a = looks[i - 1]
    const change = a === undefined || b.afterTest ? null : changeOf(a, b)
    return a === undefined || change === null ? [] : [{ ...change, after: a.at, before: b.at }]
  })

type Bare = Omit<WatchChange, 'after' | 'before'>

function changeOf(a: ServiceLook, b: ServiceLook): Bare | null {
  if (a.bootId !== b.bootId)
    return { kind: 'rebooted', result: 'inconclusive', times: 1, restarts: 0, text: 'the host was rebooted' }
  const rose = a.restarts !== null && b.restarts !== null && b.restarts > a.restarts ? b.restarts - a.restarts : 0
  // The one that lay dead at the look before was told there.
  const died = a.pid === 0 ? rose - 1 : rose
  const container = containerChange(a, b, Math.max(0, died))
  if (container !== null) return container
  if (died > 0) return deathOf(a, b, died)
  if (rose > 0) return null
  const result = valueOf(b.sample?.unit.state)?.result ?? 'success'
  if (b.pid === 0) {
    if (a.pid === 0) return null
    return result === 'success' || result === ''
      ? {
          kind: 'ended',
          result: 'inconclusive',
          times: 1,
          restarts: 0,
          text: 'the service was stopped, or ended by itself',
        }
      : deathOf(a, b, 1)
  }
  // systemd forgets its count when somebody starts the service, and knows each run of it by another name.
  const another =
    (a.run !== null && b.run !== null && a.run !== b.run) ||
    (a.pid !== null && a.pid > 0 && b.pid !== null && a.pid !== b.pid) ||
    (a.restarts !== null && b.restarts !== null && b.restarts < a.restarts)
  return another || (a.pid === 0 && b.pid !== null)
    ? {
        kind: 'restarted',
        result: 'inconclusive',
        times: 1,
        restarts: 0,
        text: 'the service was started anew by somebody',
      }
    : null
}

/** Whoever held most of the memory when the kernel ran out of it is the reason. */
const ownShare = 0.5

function deathOf(a: ServiceLook, b: ServiceLook, times: number): Bare {
  const [before, after] = [a, b].map((l) => valueOf(l.sample?.oomKills))
  const short = before !== null && before !== undefined && after !== null && after !== undefined && after > before
  const held = valueOf(a.sample?.unit.residentKiB)
  const memory = valueOf(a.sample?.machine.memory)
  const often = times === 1 ? 'once' : `${times} times`
  const again =
    b.pid === 0 ? `died (${valueOf(b.sample?.unit.state)?.result ?? 'unknown'})` : `died and was restarted ${often}`
  if (!short) return { kind: 'died', result: 'failed', times, restarts: times, text: `the service ${again}` }
  const others = held !== null && memory !== null && held < ownShare * memory.totalKiB
  return {
    kind: 'killed for memory',
    result: others ? 'inconclusive' : 'failed',
    times,
    restarts: times,
    text: `the service ${again} while the kernel killed for lack of memory${
      held === null || memory === null
        ? ''
        : `; it held ${Math.round(held / 1024)} of ${Math.round(memory.totalKiB / 1024)} MiB before`
    }`,
  }
}

function containerChange(a: ServiceLook, b: ServiceLook, restarts: number): Bare | null {
  const changed = (['place', 'box'] as const).filter((w) => {
    const [was, is] = [a.lives[w], b.lives[w]]
    return was !== null && is !== null && was !== is
  })
  return changed.length === 0
    ? null
    : {
        kind: 'container',
        result: 'inconclusive',
        times: 1,
        // A NAT that goes down takes no service with it.
        restarts: changed.includes('place') ? restarts : 0,
        text: `the container ${changed.map((w) => (w === 'place' ? 'of the service' : "of the node's NAT")).join(' and that ')} was stopped or started anew`,
      }
}

export interface WatchGap {
  readonly from: number
  readonly to: number
}

/** A sample that comes late is none that is missing; two in a row are. */
const slack = 2.5

export const gapsIn = (looks: readonly ServiceLook[], intervalMs: number): readonly WatchGap[] =>
  looks.flatMap((b, i) => {
    const a = looks[i - 1]
    return a !== undefined && !b.afterTest && b.at - a.at > slack * intervalMs ? [{ from: a.at, to: b.at }] : []
  })

/** `between 1 h 05 min and 1 h 10 min`. */
export const whenText = ({ after, before }: Pick<WatchChange, 'after' | 'before'>): string =>
  `between ${duration(after)} and ${duration(before)} after the last test that passed`
