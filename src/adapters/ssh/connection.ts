/** The one connection of this process to a node: opened when needed, shared by all calls, replaced when lost. */
import { orAbort } from './deadline.ts'
import { closed } from './failures.ts'
import type { Link } from './link.ts'

/** How long commands in flight may take to end, and then the goodbye. */
const goodbyeMs = 2000

export class Connection {
  readonly #name: string
  readonly #open: (signal: AbortSignal) => Promise<Link>
  readonly #life = new AbortController()
  #current: Promise<Link> | undefined
  #living: Link | undefined

  constructor(name: string, open: (signal: AbortSignal) => Promise<Link>) {
    this.#name = name
    this.#open = open
  }

  /** The living link, or the next one. A caller that gives up stops waiting; the attempt goes on for the others. */
  link(signal: AbortSignal): Promise<Link> {
    if (this.#life.signal.aborted) return Promise.reject(this.#life.signal.reason)
    if (this.#current === undefined || this.#living?.lost() !== undefined) this.#current = this.#start()
    return orAbort(signal, this.#current)
  }

  #start(): Promise<Link> {
    this.#living = undefined
    const attempt = this.#open(this.#life.signal)
    attempt.then(
      (link) => {
        this.#living = link
        if (this.#life.signal.aborted) link.destroy('closed')
      },
      () => {
        if (this.#current === attempt) this.#current = undefined
      },
    )
    return attempt
  }

  /** Aborts when the connection is closed for good: the calls in flight end by it. */
  get life(): AbortSignal {
    return this.#life.signal
  }

  /** Ends everything; safe to call again. `idle` resolves when the calls in flight have cleaned up behind them. */
  async close(reason: unknown, idle: () => Promise<unknown>): Promise<void> {
    if (this.#life.signal.aborted) return
    this.#life.abort(reason ?? closed(this.#name))
    await soon(idle())
    const link = this.#living
    if (link === undefined || link.lost() !== undefined) return
    link.client.end()
    await soon(link.whenLost)
    link.destroy('closed')
  }
}

/** Waits, but not for long. */
async function soon(promise: Promise<unknown>): Promise<void> {
  const enough = Promise.withResolvers<void>()
  const timer = setTimeout(enough.resolve, goodbyeMs)
  await Promise.race([promise, enough.promise])
  clearTimeout(timer)
}
