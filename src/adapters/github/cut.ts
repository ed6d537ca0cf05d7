/** Markdown cut to a number of bytes at the end of a line, with what was open closed again. */

const closing = 400

export function cutMarkdown(markdown: string, bytes: number): string {
  const all = Buffer.from(markdown, 'utf8')
  if (all.length <= bytes) return markdown
  if (bytes <= closing) return ''
  const kept = all.subarray(0, Math.max(0, all.lastIndexOf('\n', bytes - closing - 1))).toString('utf8')
  const fence = kept.split('\n').reduce<string | null>((open, line) => {
    const marks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    return marks === undefined ? open : open === null ? marks : marks.startsWith(open) ? null : open
  }, null)
  const folds = Math.min(
    10,
    Math.max(0, (kept.match(/<details\b/g)?.length ?? 0) - (kept.match(/<\/details>/g)?.length ?? 0)),
  )
  return `${kept}\n${fence === null ? '' : `${fence.slice(0, 20)}\n`}${'</details>\n'.repeat(folds)}\n**Cut here:** ${all.length} bytes are more than GitHub shows. The whole is in the artifacts of this run.\n`
}
