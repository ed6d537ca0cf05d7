/** Prints what CHANGELOG.md says of one version: `node scripts/release-notes.mjs v1.2.3`. It needs no package. */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

/**
 * The text below the heading `## 1.2.3 (2026-12-31)`; throws when there is none, when it is empty, or when it has no day yet.
 * @param {string} changelog
 * @param {string} tag
 */
export function releaseNotes(changelog, tag) {
  const version = tag.replace(/^v/, '')
  const sections = changelog.split(/^(?=## )/m)
  const section = sections.find((text) => text.startsWith(`## ${version} `) || text.startsWith(`## ${version}\n`))
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## ${version} (YYYY-MM-DD)"`)
  const [heading = '', ...lines] = section.split('\n')
  if (!/^## \S+ \(\d{4}-\d{2}-\d{2}\)$/.test(heading))
    throw new Error(`CHANGELOG.md: "${heading}" names no day: "## ${version} (YYYY-MM-DD)"`)
  const text = lines.join('\n').trim()
  if (text === '') throw new Error(`CHANGELOG.md says nothing below "${heading}"`)
  return `${text}\n`
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8')
    process.stdout.write(releaseNotes(changelog, process.argv[2] ?? ''))
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  }
}
