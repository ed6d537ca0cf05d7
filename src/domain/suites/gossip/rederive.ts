/** What gossip's evidence says twice: who was told what follows from the seed and from which nodes were there. */
import { peersOf } from '../../fleet.ts'
import type { RederiveContext, Rederivation } from '../../rederive/context.ts'
import { channelOf, messagesOf, writesOf, type Message, type Write } from './draws.ts'
import type { GossipItem, GossipWork, MessageItem, WriteItem } from './work.ts'

export function rederiveGossip(
  { fleet, test, seed, there }: RederiveContext,
  { broadcast, map }: GossipWork,
): Rederivation<GossipItem> {
  const peers = peersOf(fleet)
    .map((n) => n.name)
    .filter((n) => there.includes(n))
  const messages = broadcast === null ? [] : messagesOf(seed, test, broadcast, peers)
  const writes = map === null ? [] : writesOf(seed, test, map, peers)
  const missing = new Set([...messages.map((m) => m.item), ...writes.map((w) => w.item)])
  return {
    add: (item) => {
      missing.delete(item.id)
      if (item.kind === 'message') return messageFaults(item, messages[item.index], channelOf(seed, test))
      if (item.kind === 'write')
        return writeFaults(
          item,
          writes.find((w) => w.item === item.id),
        )
      return []
    },
    end: () => [...missing].map((id) => `${id} is missing`),
  }
}

const messageFaults = (item: MessageItem, drawn: Message | undefined, channel: string): readonly string[] =>
  drawn !== undefined &&
  (item.id === drawn.item || item.repeats === drawn.item) &&
  item.node === drawn.from &&
  item.message === drawn.id &&
  item.payload === drawn.payload &&
  item.channel === channel
    ? []
    : [`${item.id} is not the message that follows from the seed`]

const writeFaults = (item: WriteItem, drawn: Write | undefined): readonly string[] =>
  drawn !== undefined && item.node === drawn.node && item.key === drawn.key && item.value === drawn.value
    ? []
    : [`${item.id} is not the write that follows from the seed`]
