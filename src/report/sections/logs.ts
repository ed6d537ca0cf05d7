/** The journals of all nodes, grouped: errors first, and what the last test that passed did not have. */
import { changeOf, type LogTemplate } from '../../domain/log-templates.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, paragraph, strong, table, text, type Inline, type Section } from '../section.ts'

const shown = 30

export function logsSection({ logs, input: { history } }: Pick<ProofInput, 'logs' | 'input'>): Section | null {
  if (logs === null || logs.lines === 0) return null
  const before = history?.begun?.passedBefore ?? null
  const changes = logs.templates.map((t) => ({ ...t, change: changeOf(t, before?.counts ?? null) }))
  // What is new stands before what always comes, errors before both.
  const first = changes.toSorted((a, b) => weight(b) - weight(a))
  const rest = logs.templates.slice(shown).length
  return {
    id: 'logs',
    title: 'Logs',
    blocks: [
      paragraph(
        before === null
          ? `${logs.lines} lines in ${logs.templates.length} templates. No test that passed is known to compare with.`
          : inline`${`${logs.lines}`} lines in ${`${logs.templates.length}`} templates, compared with
              ${text(before.test, 40)} of session ${code(before.session, 100)}, the last test that passed.`,
      ),
      table(['level', 'line', 'times', 'nodes', 'first', 'last', 'since then'], first.slice(0, shown).map(row), [
        'left',
        'left',
        'right',
      ]),
      ...(rest + logs.beyond === 0
        ? []
        : [paragraph(`Not shown: ${rest} templates, and ${logs.beyond} lines that are in none (logs.json, logs/).`)]),
    ],
  }
}

type Changed = LogTemplate & { readonly change: ReturnType<typeof changeOf> }

const levels = { error: 4, warning: 2, other: 0 } as const
const weight = ({ level, change }: Changed): number =>
  levels[level] + (change === 'new' || change === 'more often' ? 1 : 0)

function row({ level, template, count, nodes, change }: Changed): readonly Inline[] {
  const times = nodes.flatMap((n) => (n.first === '' ? [] : [n.first, n.last])).toSorted()
  return [
    level === 'error' ? strong(level) : level,
    code(template, 200),
    `${count}`,
    text(nodes.map((n) => `${n.node} ${n.count}`).join(', '), 200),
    text(times[0] ?? '–', 40),
    text(times.at(-1) ?? '–', 40),
    change === null ? '–' : change === 'as before' ? change : strong(change),
  ]
}
