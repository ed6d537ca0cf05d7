/** A moment in a person's words: `10m` ago, or a date. */

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Unix milliseconds; null: it is neither. A date without a zone is UTC, as every time that is printed here. */
export function sinceOf(text: string, now: number): number | null {
  const ago = /^(\d{1,6})\s?(s|m|h|d)[a-z]*$/.exec(text.trim())
  if (ago !== null) return now - Number(ago[1]) * (units[ago[2] ?? 's'] ?? 1000)
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text.trim())) return null
  const date = text.trim().replace(' ', 'T')
  const at = Date.parse(/T/.test(date) && !/(?:Z|[+-]\d\d:?\d\d)$/.test(date) ? `${date}Z` : date)
  return Number.isNaN(at) ? null : at
}
