/**
 * The connections of this process to a node: one, until the node refuses a channel; then as many as its MaxSessions
 * makes necessary.
 */
import { Connection } from './connection.ts'
import type { Link } from './link.ts'

/** sshd's default MaxSessions is 10 per connection; two are left for others. Also the most commands at once. */
export const mostChannels = 8

interface Place {
  readonly connection: Connection
  busy: number
  /** A channel of it hangs: it takes no more commands. */
  retired: boolean
}

export interface Turn {
  readonly connection: Connection
  /** The node refused the channel that was asked for: fewer are asked for from now on. */
  refused(): void
  done(): void
}

export class Pool {
  readonly #name: string
  readonly #open: (signal: AbortSignal) => Promise<Link>
  readonly #places: Place[]
  readonly #life = new AbortController()
  #perConnection = mostChannels

  constructor(name: string, open: (signal: AbortSignal) => Promise<Link>) {
    this.#name = name
    this.#open = open
    this.#places = [this.#place()]
  }

  /** A connection with room for one more channel; whoever takes a turn ends it. */
  turn(): Turn {
    const room = this.#places.find((p) => !p.retired && p.busy < this.#perConnection)
    const place = room ?? this.#place()
    if (room === undefined) this.#places.push(place)
    const asked = this.#perConnection
    place.busy += 1
    return {
      connection: place.connection,
      refused: () => {
        // Those that were asked for together count once.
        this.#perConnection = Math.min(this.#perConnection, Math.max(1, asked >> 1))
        if (asked === 1) place.retired = true
      },
      done: () => {
        place.busy -= 1
      },
    }
  }

  /** Aborts when the pool is closed for good: the calls in flight end by it. */
  get life(): AbortSignal {
    return this.#life.signal
  }

  /** One command over a connection of its own, which ends with it. */
  async apart(work: (link: Link) => Promise<void>): Promise<void> {
    const link = await this.#open(AbortSignal.timeout(apartMs))
    try {
      await work(link)
    } finally {
      link.destroy('over')
    }
  }

  /** Ends everything; safe to call again. `idle` resolves when the calls in flight have cleaned up behind them. */
  async close(reason: unknown, idle: () => Promise<unknown>): Promise<void> {
    const closing = Promise.all(this.#places.map((p) => p.connection.close(reason, idle)))
    this.#life.abort(this.#places[0]?.connection.life.reason ?? reason)
    await closing
  }

  #place(): Place {
    return { connection: new Connection(this.#name, this.#open), busy: 0, retired: false }
  }
}

const apartMs = 10_000
