/** A test that failed: what its failures share, and the causes that are likeliest, each with what it rests on. */
import { diagnosed, symptomsOfTest, type FailureDiagnosis } from '../../domain/failed/diagnosis.ts'
import { noLogs } from '../../domain/log-templates.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, joined, list, paragraph, table, text, type Section } from '../section.ts'

export function diagnosisSection(p: Pick<ProofInput, 'verdict' | 'logs' | 'input'>): Section | null {
  if (p.verdict.result !== 'failed') return null
  const found = testDiagnosis(p)
  return {
    id: 'diagnosis',
    title: 'Diagnosis',
    blocks: [
      ...(found.shared.length === 0 ? [] : [list(found.shared.map((s) => text(s, 300)))]),
      table(
        ['cause, the likeliest first', 'whose', 'rests on', 'look further'],
        found.causes.slice(0, 6).map((c) => [
          c.what,
          c.owner,
          joined(
            c.evidence.slice(0, 3).map((e) => text(e, 200)),
            ' · ',
          ),
          code(c.look, 100),
        ]),
      ),
      paragraph(inline`Recognised in what was measured, by a table; no verdict follows from it.`),
    ],
  }
}

const testDiagnosis = ({ verdict, logs, input }: Pick<ProofInput, 'verdict' | 'logs' | 'input'>): FailureDiagnosis =>
  diagnosed(
    symptomsOfTest({
      why: verdict.reasons[0]?.text ?? '',
      verdict,
      logs: logs ?? noLogs,
      logsBefore: input.history?.begun?.logsBefore?.counts ?? null,
      leftOut: input.excluded.map(({ node, why }) => ({ node, code: null, why })),
    }),
  )
