/** The one connection of this process to a node: opened when needed, shared by all calls, replaced when lost. */
import { orAbort } from './deadline.ts'
import { closed } from './failures.ts'
import type { Link } from './link.ts'

/** How long a polite goodbye may take. */
const goodbyeMs = 1000

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
    if (this.#life.signal.aborted) return Promise.reject(closed(this.#name))
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
      () => { if (this.#current === attempt) this.#current = undefined },
    )
    return attempt
  }

  /** Ends everything; safe to call again. Commands in flight fail. */
  async close(): Promise<void> {
    if (this.#life.signal.aborted) return
    this.#life.abort(closed(this.#name))
    const link = this.#living
    if (link === undefined || link.lost() !== undefined) return
    link.client.end()
    const timer = setTimeout(() => link.destroy('closed'), goodbyeMs)
    await link.whenLost
    clearTimeout(timer)
  }
}
