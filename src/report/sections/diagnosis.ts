/** A test that did not pass: what its failures share, what is new since the last that passed, and the likeliest causes. */
import type { FailureDiagnosis } from '../../domain/failed/diagnosis.ts'
import { code, inline, joined, list, paragraph, table, text, type Section } from '../section.ts'

/** A page names the first ones; diagnosis.json has all. */
const shown = { causes: 8, evidence: 3, lines: 8 } as const

export function diagnosisSection(found: FailureDiagnosis | null): Section | null {
  if (found === null) return null
  const told = [...found.shared, ...found.since]
  const lines = found.lines.filter((l) => l.change !== null).slice(0, shown.lines)
  return {
    id: 'diagnosis',
    title: 'Diagnosis',
    blocks: [
      ...(told.length === 0 ? [] : [list(told.map((s) => text(s, 300)))]),
      table(
        ['cause, the likeliest first', 'whose', 'explains', 'rests on', 'look further'],
        found.causes.slice(0, shown.causes).map((c) => [
          text(c.what, 200),
          c.owner,
          `${Math.round(100 * c.explains)} %`,
          joined(
            c.evidence.slice(0, shown.evidence).map((e) => inline`${text(e.text, 200)} (${code(e.file, 80)})`),
            ' · ',
          ),
          code(c.look, 160),
        ]),
        ['left', 'left', 'right'],
      ),
      ...(lines.length === 0
        ? []
        : [
            table(
              ['line of the journals', 'times', 'then', 'nodes'],
              lines.map((l) => [
                code(l.template, 200),
                `${l.count}`,
                `${l.before ?? 0}`,
                text(l.nodes.join(', '), 120),
              ]),
              ['left', 'right', 'right'],
            ),
          ]),
      paragraph(inline`Recognised in what was measured and told, by a table; no verdict follows from it.`),
    ],
  }
}
