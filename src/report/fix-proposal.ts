/** The pull request of a fix: what had failed and why, by measurements, and what of it is green; every word of others escaped. */
import type { FailureDiagnosis } from '../domain/failed/diagnosis.ts'
import { hiddenLine, pageMarkdown } from './markdown.ts'
import { plainLine } from './plain.ts'
import type { ProofInput } from './proof-input.ts'
import { code, inline, joined, list, paragraph, table, text } from './section.ts'
import { fixesSection } from './sections/fixes.ts'

export interface FixProposal extends Pick<ProofInput, 'entries' | 'verdict'> {
  readonly session: string
  readonly subject: string
  readonly diagnosis: FailureDiagnosis | null
  readonly folder: string
  readonly evidenceRoot: string
}

export function fixProposal(p: FixProposal): { readonly title: string; readonly body: string } {
  const { diagnosis: found, session } = p
  const fixes = fixesSection(p)
  const head = {
    id: 'proposal',
    title: 'What failed',
    blocks: [
      ...(found === null
        ? []
        : [
            paragraph(text(found.why, 500)),
            ...(found.shared.length === 0 ? [] : [list(found.shared.map((s) => text(s, 300)))]),
            table(
              ['cause, the likeliest first', 'whose', 'rests on'],
              found.causes.slice(0, 3).map((c) => [
                text(c.what, 200),
                c.owner,
                joined(
                  c.evidence.slice(0, 3).map((e) => text(e.text, 200)),
                  ' · ',
                ),
              ]),
            ),
          ]),
      paragraph(
        inline`Made by the project's fix command and tested by session ${code(session)} of vps-test: ${code(p.folder)} passed, evidence ${code(p.evidenceRoot)}. What the command says of its own work counts for nothing here; read the change.`,
      ),
    ],
  }
  return {
    title: plainLine(p.subject, 200),
    body: `${hiddenLine(`fix/${session}`)}\n${pageMarkdown(head, 2, fixes === null ? [] : [fixes])}`,
  }
}
