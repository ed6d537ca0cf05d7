/** What the runs of commands say twice: each asked for once on each peer that was there, under the id of its place. */
import { peersOf } from '../../fleet.ts'
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import type { CommandRun, CommandWork } from './run.ts'

export function rederiveCommands(
  { fleet, test, there }: RederiveContext,
  { commands }: CommandWork,
): Rederivation<CommandRun> {
  const peers = peersOf(fleet).filter((n) => there.includes(n.name))
  const missing = new Set(commands.flatMap((_, i) => peers.map((n) => `${test}.${i + 1}.${n.name}`)))
  return {
    add: (one) => {
      const place = `${test}.${commands.findIndex((c) => c.name === one.command) + 1}.${one.node}`
      if (one.repeats === undefined && one.retry !== true) missing.delete(one.id)
      return one.id === place || ((one.retry === true || one.repeats !== undefined) && one.id.startsWith(`${place}.`))
        ? []
        : [`run ${one.id}: its id is not of its test, command and node`]
    },
    end: () => [...missing].map((id) => `run ${id} is missing`),
  }
}
