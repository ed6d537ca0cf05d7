/** How one recovery rule is provoked on a lab: in which part of the run, by what, and what of it is no real cause. */
import type { Lab } from '../../e2e/lab.ts'

/** Sessions that are run one after the other, each with all that its rules need. */
export type Part = 'does not compile' | 'cannot fetch' | 'no room to build' | 'host key' | 'soak' | 'fleet'

export interface Scene {
  readonly lab: Lab
  /** Where the run keeps what it builds. */
  readonly cache: string
  /** The workspace that is built. */
  readonly workspace: string
}

export interface Provocation {
  readonly part: Part
  readonly what: string
  /** What this machine cannot enforce, and what was done instead; absent: it is the real cause. */
  readonly instead?: string
  readonly node?: string
  /** What it gives back repairs; absent: the part itself is the provocation, or it follows from others. */
  readonly begin?: (scene: Scene) => Promise<() => Promise<unknown>>
  /** The same, once the session is in TEST. */
  readonly atTest?: (scene: Scene) => Promise<() => Promise<unknown>>
}

const unit = (name: string): string => `vps-recovery-${name}`

/** A shell text that the node runs by itself, beside whatever else is done. */
export async function beside(lab: Lab, node: string, name: string, script: string): Promise<() => Promise<unknown>> {
  await lab.on(node, `systemd-run --quiet --collect --unit=${unit(name)} sh -c ${word(script)}`)
  return () => lab.on(node, `systemctl stop ${unit(name)} || true`)
}

export const word = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** Waits in that text until the service's main process is another than now. */
export const untilStarted = (service: string): string =>
  `old=$(systemctl show ${service} -p MainPID --value); for i in $(seq 12000); do p=$(systemctl show ${service} -p MainPID --value); [ "$p" != 0 ] && [ "$p" != "$old" ] && break; sleep 0.05; done`

export const untilDialling =
  'for i in $(seq 12000); do pgrep -f "testnet-peer [d]ial" >/dev/null && break; sleep 0.05; done'
