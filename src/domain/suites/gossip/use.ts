/** What a profile says of gossip: how a node is told to broadcast, to write and to list, and where it keeps what it got. */

/** What the program calls the parts of one received message. */
export interface MessageFields {
  readonly id: string
  /** Of the payload itself, as text; null: it is not kept. */
  readonly payload: string | null
  /** Of its SHA-256; null: it is not written down. */
  readonly sha256: string | null
  /** Null: the program knows no channels. */
  readonly channel: string | null
  /** Of the time of receipt, or of sending with the sender, Unix milliseconds; null: it is not written down. */
  readonly at: string | null
}

export interface BroadcastUse {
  /** Run on the sender, with the payload on its standard input. */
  readonly command: readonly string[]
  /** JSON lines of every receiver, and of the sender where it writes its own down. */
  readonly record: { readonly path: string; readonly fields: MessageFields }
  /** Longest time from the sending to the last receipt. */
  readonly withinSeconds: number
}

export interface MapUse {
  /** Run on the writer. */
  readonly write: readonly string[]
  /** File in which a node keeps its map: a line `key value` for each key. */
  readonly state: string
}

export interface MembersUse {
  /** Run on a node; prints the peer id of each member on a line of its own, itself included or not. */
  readonly list: readonly string[]
  /** Longest time until a node that died is no member any more, and until one that is back is one. */
  readonly withinSeconds: number
}

export interface GossipUse {
  readonly broadcast: BroadcastUse | null
  readonly map: MapUse | null
  readonly members: MembersUse | null
}
