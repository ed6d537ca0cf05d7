/** The proof's sections on its own making: source and binary, recovery rules, timings, the ledger, and every evidence file with its digest. */
import { chainFaults } from '../domain/ledger.ts'
import { duration, iso } from './figures.ts'
import { code, table, text } from './markdown.ts'
import type { ProofInput } from './proof-input.ts'

export function sourceSection({ build, fixCommits, plan }: ProofInput): string {
  const { source } = plan
  const from =
    source.kind === 'build'
      ? `build in ${source.workspace}`
      : source.kind === 'file'
        ? `file ${source.path}`
        : `release ${source.repository} ${source.tag} ${source.asset}`
  const rows =
    build === null
      ? [['Source', text(from)]]
      : [
          ['Source', text(from)],
          ['Built by', text(build.how)],
          ['Toolchain', text(build.toolchain ?? 'unknown')],
          [
            'Commit',
            `${build.commit === null ? 'unknown' : code(build.commit)}${build.dirty === true ? ' **with changes that no commit holds**' : ''}`,
          ],
          ['Binary', `${code(build.sha256)} (${text(`${build.bytes}`)} bytes)`],
        ]
  const fixes =
    fixCommits.length === 0
      ? 'Fix commits: none.'
      : `Fix commits:\n\n${fixCommits.map((c) => `- ${code(c.sha.slice(0, 12))} ${iso(c.at)} ${text(c.message)}`).join('\n')}`
  return ['## Source and binary', table(['', ''], rows), fixes].join('\n\n')
}

export function recoverySection({ recoveries }: ProofInput): string {
  return `## Recovery rules that fired\n\n${recoveries.length === 0 ? 'None.' : recoveries.map((r) => `- ${text(r.rule)} × ${r.times}: ${text(r.where)}`).join('\n')}`
}

export const timingsSection = ({ timings }: ProofInput): string =>
  timings.length === 0
    ? ''
    : `## Time of each stage\n\n${table(
        ['stage', 'time'],
        timings.map((t) => [text(t.stage), duration(t.ms)]),
        ['left', 'right'],
      )}`

export function ledgerSection({ entries }: ProofInput): string {
  if (entries.length === 0) return ''
  const faults = chainFaults(entries)
  return [
    '## Ledger',
    faults.length === 0
      ? `${entries.length} entries, the chain is whole; last hash ${code(entries.at(-1)?.hash ?? '')}.`
      : faults.map((f) => `- **broken**: ${text(f)}`).join('\n'),
    table(
      ['#', 'when', 'from', 'event', 'to', 'why'],
      entries.map((e) => [text(`${e.seq}`), iso(e.at), text(e.from), text(e.event), text(e.to), text(e.why)]),
      ['right'],
    ),
  ].join('\n\n')
}

export function evidenceSection({ manifest, verifyCommand }: ProofInput): string {
  return [
    '## Evidence',
    `${manifest.files.length} files; root digest ${code(manifest.root)}. Judge again: ${code(verifyCommand)}`,
    table(
      ['file', 'bytes', 'sha256'],
      manifest.files.map((f) => [code(f.path), text(`${f.bytes}`), code(f.sha256)]),
      ['left', 'right'],
    ),
  ].join('\n\n')
}
