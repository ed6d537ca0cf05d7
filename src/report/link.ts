/** Links whose target came from data: https only, nothing ends the link early, a strange site is named beside it. */

/** Longest target; GitHub's own are far below. */
const longest = 2000

/** The target as it may stand in a page; null for anything but a plain https URL. */
export function httpsUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > longest || !URL.canParse(value)) return null
  const url = new URL(value)
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null
  return url.href.replace(/[()[\]|<>\\'"`$*_~!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** What a renderer shows of a link; without a target that may be shown, its label alone. */
export function safeLink({ label, to }: { readonly label: string; readonly to: string | null }): {
  readonly label: string
  readonly href: string | null
} {
  const href = httpsUrl(to)
  if (href === null) return { label, href }
  const { host } = new URL(href)
  return { label: host === 'github.com' ? label : `${label} at ${host}`, href }
}
