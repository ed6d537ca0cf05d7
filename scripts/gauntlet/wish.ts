/** What was asked of the gauntlet on its command line. */
import { parseArgs } from 'node:util'
import { labAttacks, places, type LabWish, type PlaceName } from './on-lab.ts'

export const help = `npm run gauntlet -- [options]

On values and on a sealed folder, without root (a minute):
  --composed N      how many random compositions are tried (5000)
  --seed N          the number of the first one (1)

With real programs on a lab, as root or with sudo (about half a minute a run):
  --lab             every lie of the example program, every disturbance of a node, one honest run on five nodes
  --honest N        the honest program N times on five nodes
  --ten N           the honest program N times on ten nodes
  --composed-lab N  N random compositions on the lab, from --seed on
  --topology NAME   the lab of these runs: five (a plain one) or saorsa (services in containers and a namespace)
  --only A,B        these lies and disturbances of the lab alone
  --no-values       leave out what needs no lab

  --json            the table as JSON

Examples:
  npm run gauntlet
  npm run gauntlet -- --seed 4711 --composed 1
  npm run gauntlet -- --lab --honest 30 --ten 5 --composed-lab 30
  npm run gauntlet -- --no-values --only junk,noexec
  npm run gauntlet -- --no-values --lab --topology saorsa

Exit code 0: everything held; 20: an attack was accepted, or an honest run was judged wrongly; 10: the lab broke.
`

export interface Wish {
  readonly values: boolean
  readonly composed: number
  readonly seed: number
  readonly lab: Omit<LabWish, 'say' | 'seed'>
  readonly json: boolean
}

const numberOf = (text: string | undefined, otherwise: number): number => {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${JSON.stringify(text)} is no number`)
  return Number(text)
}

const isPlace = (name: string): name is PlaceName => Object.hasOwn(places, name)

/** The wish, `help`, or what is wrong with the words. */
export function wishOf(args: readonly string[]): Wish | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        composed: { type: 'string' },
        seed: { type: 'string' },
        lab: { type: 'boolean' },
        honest: { type: 'string' },
        ten: { type: 'string' },
        'composed-lab': { type: 'string' },
        only: { type: 'string' },
        topology: { type: 'string' },
        'no-values': { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    if (values.help === true) return 'help'
    const only = values.only?.split(',')
    const unknown = only?.find((id) => !labAttacks.includes(id))
    if (unknown !== undefined) throw new Error(`no attack ${JSON.stringify(unknown)}; one of: ${labAttacks.join(', ')}`)
    const topology = values.topology ?? 'five'
    if (!isPlace(topology))
      throw new Error(`no topology ${JSON.stringify(topology)}; one of: ${Object.keys(places).join(', ')}`)
    return {
      values: values['no-values'] !== true,
      composed: numberOf(values.composed, 5000),
      seed: numberOf(values.seed, 1),
      lab: {
        honest: numberOf(values.honest, values.lab === true ? 1 : 0),
        ten: numberOf(values.ten, 0),
        attacks: only ?? (values.lab === true ? labAttacks : []),
        composed: numberOf(values['composed-lab'], 0),
        topology,
      },
      json: values.json === true,
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
