/** Lines of logs for a person or a program: one colour a node, and nothing in them that acts on a terminal. */
import type { LogLine } from '../domain/log-lines.ts'
import type { NodeName } from '../domain/fleet.ts'
import { iso, isoDay, stripHidden } from '../domain/text.ts'
import type { Context } from './context.ts'

export interface LinePrinter {
  print(lines: readonly LogLine[]): void
}

const longest = 4000
const sessionName = 'session'

export function linePrinter(
  { terminal }: Pick<Context, 'terminal'>,
  {
    json,
    names,
    matches,
  }: { readonly json: boolean; readonly names: readonly NodeName[]; readonly matches: (text: string) => boolean },
): LinePrinter {
  const width = Math.max(sessionName.length, ...names.map((n) => n.length))
  let day = ''
  const heading = (at: number): readonly string[] => {
    if (isoDay(at) === day) return []
    day = isoDay(at)
    return [terminal.palette.dim(`── ${day} (UTC) ──`)]
  }
  return {
    print(lines) {
      const shown = lines
        .map((l) => ({ ...l, text: stripHidden(l.text.replaceAll('\t', '  '), longest) }))
        .filter((l) => matches(l.text))
      if (shown.length === 0) return
      terminal.print(
        shown
          .flatMap((l) =>
            json
              ? [JSON.stringify({ at: iso(l.at), node: l.node, text: l.text })]
              : [
                  ...heading(l.at),
                  `${terminal.palette.dim(iso(l.at).slice(11, 23))} ${label(l.node, width)} ${l.text}`,
                ],
          )
          .join('\n'),
      )
    },
  }
  function label(node: NodeName | null, padded: number): string {
    const name = stripHidden(node ?? sessionName, 60).padEnd(padded)
    return node === null ? terminal.palette.dim(name) : terminal.stripe(names.indexOf(node), name)
  }
}
