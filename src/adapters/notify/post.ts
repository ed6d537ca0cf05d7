/** One HTTP request to a receiver of notifications, and whether another try may help. */
import type { Sent } from '../../ports/notifier.ts'

export interface Request {
  readonly method: 'POST' | 'PUT'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Of one try, so that a receiver that is silent holds no run. */
const patienceMs = 10_000
/** A receiver may name a later time; a run does not wait for it longer. */
const longestPauseMs = 5_000

/** An address may hold a key in its path, so no message repeats it. */
export async function post<T>(
  { method, url, headers, body }: Request,
  signal: AbortSignal,
  read: (answer: Response) => Promise<T>,
): Promise<{ readonly kind: 'answered'; readonly value: T } | Extract<Sent, { kind: 'failed' }>> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      body,
      // Another place would be given what was meant for this one.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]),
    })
    if (answer.ok) return { kind: 'answered', value: await read(answer) }
    await answer.body?.cancel()
    const busy = answer.status === 429 || answer.status >= 500
    return {
      kind: 'failed',
      why: `${url.hostname} answered ${answer.status}`,
      againMs: busy ? pauseOf(answer.headers.get('retry-after')) : null,
    }
  } catch (error) {
    if (signal.aborted) return { kind: 'failed', why: 'the run ended', againMs: null }
    return { kind: 'failed', why: `${url.hostname} cannot be asked: ${reasonOf(error)}`, againMs: 1000 }
  }
}

/** Seconds, as all of these receivers say it. */
function pauseOf(text: string | null): number {
  const s = text === null ? Number.NaN : Number(text)
  return Number.isFinite(s) && s >= 0 ? Math.min(s * 1000, longestPauseMs) : 1000
}

/** What fetch says of a request that it cannot make repeats headers and addresses. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no reason is given'
  const { cause } = error
  return cause instanceof Error && 'code' in cause
    ? String(cause.code)
    : error.name === 'TimeoutError'
      ? 'no answer'
      : error.name
}

export const json = { 'content-type': 'application/json' } as const
