/** A deadline and an abort signal as one signal, and waits that obey it. */

export interface Limit {
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** setTimeout fires at once above this. */
const longestTimer = 2 ** 31 - 1

/**
 * Runs `work` under the limit. Passing it rejects with `late()`, an abort with the signal's reason, both at once;
 * `work` sees either by its signal. `life` is a second signal, of whatever the call belongs to.
 */
export async function withDeadline<T>(
  limit: Limit,
  late: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
  life?: AbortSignal,
): Promise<T> {
  limit.signal.throwIfAborted()
  life?.throwIfAborted()
  const own = new AbortController()
  const relay = (): void => own.abort((life?.aborted === true ? life : limit.signal).reason)
  limit.signal.addEventListener('abort', relay, { once: true })
  life?.addEventListener('abort', relay, { once: true })
  const timer = setTimeout(() => own.abort(late()), Math.min(limit.timeoutMs, longestTimer))
  try {
    return await orAbort(own.signal, work(own.signal))
  } finally {
    clearTimeout(timer)
    limit.signal.removeEventListener('abort', relay)
    life?.removeEventListener('abort', relay)
  }
}

/** The promise's outcome, or the signal's reason if that comes first. A late outcome of the promise is swallowed. */
export async function orAbort<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  const stop = Promise.withResolvers<never>()
  const abort = (): void => stop.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  if (signal.aborted) abort()
  try {
    return await Promise.race([promise, stop.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
