/** Times as a person reads them. */

/** Milliseconds below ten seconds; `–` for nothing. */
export const ms = (value: number | null): string =>
  value === null ? '–' : value < 10_000 ? `${Math.round(value)} ms` : duration(value)

/** A node's clock may say anything; a date that does not exist is `?`. */
export const iso = (at: number): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : '?')

/** `48 s`, `7 min 03 s`, `2 h 05 min`. */
export function duration(milliseconds: number): string {
  const s = Math.max(0, Math.round(milliseconds / 1000))
  const two = (n: number): string => n.toString().padStart(2, '0')
  if (s < 60) return `${s} s`
  return s < 3600
    ? `${Math.floor(s / 60)} min ${two(s % 60)} s`
    : `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`
}
