/** How many tests a command executed, by what its runner says at the end: one row for each runner. */

interface Runner {
  readonly name: string
  /** The executed ones of one line; null: the line tells nothing. */
  readonly executed: (line: string) => number | null
}

const sum = (line: string, pattern: RegExp): number | null => {
  const found = pattern.exec(line)
  return found === null ? null : found.slice(1).reduce((n, digits) => n + Number(digits ?? 0), 0)
}

const runners: readonly Runner[] = [
  {
    name: 'cargo',
    // Ignored and filtered ones were not executed.
    executed: (line) => sum(line, /^test result: (?:ok|FAILED)\. (\d{1,9}) passed; (\d{1,9}) failed;/),
  },
  { name: 'node', executed: (line) => sum(line, /^(?:#|ℹ) (?:pass|fail) (\d{1,9})$/) },
  {
    name: 'pytest',
    executed: (line) =>
      /^=+ .* in [\d.]+s/.test(line)
        ? (sum(line, /(?:^|[ ,])(\d{1,9}) passed/) ?? 0) + (sum(line, /(?:^|[ ,])(\d{1,9}) failed/) ?? 0)
        : null,
  },
]

/** Null: no runner that is known said a number. */
export function executedTests(output: string): number | null {
  let known: number | null = null
  for (const line of output.split('\n').map((l) => l.trim().slice(0, 500)))
    for (const { executed } of runners) {
      const n = executed(line)
      if (n !== null) known = (known ?? 0) + n
    }
  return known
}
