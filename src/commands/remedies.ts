/** Remedies as lines that work when they are typed: every word is quoted for a shell. */
import { fleetReference, type Fleet } from '../domain/fleet.ts'
import { quote } from './quote.ts'

export const diagnoseNode = (node: string, fleet: Fleet): string =>
  `vps-test diagnose ${quote(node)} --fleet ${quote(fleetReference(fleet))}`

export const listNodes = (fleet: Fleet): string => `vps-test nodes --fleet ${quote(fleetReference(fleet))}`

export const listLeasesOf = (fleet: Fleet): string => `vps-test lease --fleet ${quote(fleetReference(fleet))}`

/** `remote`: the repository that holds the ledger; absent: the ledger of this machine. */
export const listSessions = (remote?: string): string =>
  `vps-test status${remote === undefined ? '' : ` --remote ${quote(remote)}`}`
