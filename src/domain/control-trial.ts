/** A control's outcome from what its two ends said and counted: the same judgement for the run and for `verify`. */
import type { Control, Counters, Sum } from './evidence.ts'
import type { NodeName } from './fleet.ts'

export type TrialName = Extract<Control['name'], 'open-path' | 'large-datagram' | 'closed-path'>
export const isTrial = (name: Control['name']): name is TrialName => Object.hasOwn(trials, name)

/** Bytes of its payload; whether its way was closed on purpose. */
export const trials: Readonly<Record<TrialName, { readonly bytes: number; readonly closed: boolean }>> = {
  'open-path': { bytes: 600, closed: false },
  // Handshakes of the programs under test are datagrams of 4096 bytes without DF (testnet-interfaces §10.1).
  'large-datagram': { bytes: 4096, closed: false },
  'closed-path': { bytes: 600, closed: true },
}

/** As the evidence keeps it: the prober's answer, the counters of both ends, and the ports of this trial. */
export interface TrialRaw {
  /** The prober's own event; else what stood in its place. */
  readonly answer: unknown
  readonly from: Counters | null
  readonly to: Counters | null
  readonly bindPort: number
  readonly port: number
}

export function controlOf(name: TrialName, from: NodeName, to: NodeName, raw: TrialRaw): Control {
  const { closed, bytes } = trials[name]
  const answer = eventOf(raw.answer)
  const sent = counted(raw.from, 'out', raw.bindPort)
  const delivered = counted(raw.to, 'in', raw.port)
  // In bytes too: a witness that sees the first fragment of a datagram alone would find every large payload missing.
  const fragments = raw.to?.fragmentsIn.bytes ?? 0
  const whole = delivered.packets > 0 && delivered.bytes + fragments >= delivered.packets * bytes
  const through = answer?.['acked'] === true && answer['hash_ok'] === true
  return {
    name,
    from,
    to,
    expected: closed ? 'blocked' : 'through',
    seen: answer === null ? 'error' : through ? 'through' : 'blocked',
    witnessed: raw.from !== null && raw.to !== null && sent.packets > 0 && (closed ? delivered.packets === 0 : whole),
    detail: `${sent.packets} sent, ${delivered.packets} delivered (${delivered.bytes} bytes), ${through ? 'acknowledged with the right hash' : 'not acknowledged'}`,
    raw: [raw],
  }
}

const eventOf = (answer: unknown): Readonly<Record<string, unknown>> | null =>
  typeof answer === 'object' && answer !== null && 'event' in answer && answer.event === 'send-result'
    ? { ...answer }
    : null

const counted = (c: Counters | null, direction: 'in' | 'out', localPort: number): Sum =>
  (c?.[direction] ?? [])
    .filter((f) => f.localPort === localPort)
    .reduce<Sum>((all, f) => ({ packets: all.packets + f.packets, bytes: all.bytes + f.bytes }), {
      packets: 0,
      bytes: 0,
    })
