/** What one attack on a real lab is: a program that lies, or a disturbance of a node that is nobody's lie. */
import { quote } from '../../../src/commands/quote.ts'
import type { Lab } from '../../e2e/lab.ts'

/** Told by the example program itself (examples/testnet, `lies/`). */
export interface LabLie {
  readonly id: string
  readonly what: string
  /** Dials that it concerns; others of the same program are honest. */
  readonly on: 'every dial' | 'beside a relay' | 'direct'
  /**
   * `label`: the payload arrives, and only the name of the way is false; `program`: another one serves; a suite: dials
   * of connectivity are honest, and that one is lied to.
   */
  readonly about: 'delivery' | 'label' | 'program' | AboutSuite
}

/** Which group of which focus must fail, and no other; `soaked`: at a checkpoint, after a first test that passed. */
export interface AboutSuite {
  readonly focus: 'gossip' | 'throughput' | 'connectivity'
  readonly group: RegExp
  readonly soaked: boolean
}

export interface LabDisturbance {
  readonly id: string
  readonly what: string
  /** Where, unless a composition says otherwise. */
  readonly node: string
  /** What is disturbed; connectivity unless told. */
  readonly focus?: AboutSuite['focus']
  /** Does it, or prepares it for when the node dials; what it gives back repairs. */
  readonly begin: (lab: Lab, node: string) => Promise<() => Promise<unknown>>
}

const unit = 'vps-gauntlet'

/** A shell text that the node runs by itself as soon as it dials: on its machine, or where the service's packets are. */
export async function whenDialling(
  lab: Lab,
  node: string,
  script: string,
  where: 'machine' | 'place' = 'machine',
): Promise<() => Promise<unknown>> {
  const waits = `for i in $(seq 3000); do pgrep -f "testnet-peer [d]ial" >/dev/null && break; sleep 0.02; done`
  const runs = [...(where === 'place' ? lab.place(node) : []), 'sh', '-c', `${waits}; ${script}`].map(quote).join(' ')
  await lab.on(node, `systemd-run --quiet --collect --unit=${unit} ${runs}`)
  return () => lab.on(node, `systemctl stop ${unit} || true`)
}
