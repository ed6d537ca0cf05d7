/** Links whose target came from data: https only, nothing that ends the link early, and a strange site is named beside it. */
import { text } from './markdown.ts'

/** Longest target; GitHub's own are far below. */
const longest = 2000

/** The target as it may stand in a page; null for anything but a plain https URL. */
export function httpsUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > longest || !URL.canParse(value)) return null
  const url = new URL(value)
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return null
  return url.href.replace(/[()[\]|<>\\'"`$*_~!]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** `[label](https://…)`, or the label alone where there is nothing to link to. */
export function link(label: string, value: unknown): string {
  const href = httpsUrl(value)
  if (href === null) return text(label, 120)
  const { host } = new URL(href)
  return `[${text(host === 'github.com' ? label : `${label} at ${host}`, 200)}](${href})`
}
