/** A reload of the firewall takes every table of a node. */
import { whenDialling, type LabDisturbance } from '../attack.ts'

export const rulesFlushed: LabDisturbance = {
  id: 'rules-flushed',
  what: 'every nft table of a node goes while it dials',
  node: 'saorsa-7',
  begin: (lab, node) => whenDialling(lab, node, 'nft flush ruleset', 'place'),
}
