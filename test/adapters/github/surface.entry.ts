/**
 * Not a test: one step of a workflow, started by surface.test.ts as a runner starts it. The first argument says what it
 * does.
 */
import { openSurface } from '../../../src/adapters/github/surface.ts'

const surface = openSurface(process.env)
const text = process.argv[3] ?? ''
const acts: Readonly<Record<string, () => unknown>> = {
  inputs: () =>
    process.stdout.write(
      JSON.stringify([surface.input('ssh-key'), surface.rawInput('ssh-key'), surface.input('release-tag')]),
    ),
  outputs: () => surface.setOutputs({ state: 'COMPLETE', rates: { direct: 1 }, hostile: 'a\nghadelimiter\nb' }),
  mask: () => surface.mask(surface.rawInput('ssh-key')),
  summary: async () => process.stdout.write(String(await surface.writeSummary(text))),
  big: async () => {
    await surface.writeSummary(`first\n`)
    await surface.writeSummary(
      `<details><summary>x</summary>\n\n\`\`\`text\n${'é line\n'.repeat(400_000)}\`\`\`\n</details>\n`,
    )
  },
  annotate: () =>
    surface.annotate([
      { level: 'notice', title: 'n', message: 'last' },
      ...Array.from({ length: 12 }, (_, n) => ({ level: 'warning' as const, title: `w${n}`, message: 'm' })),
      {
        level: 'error',
        title: 'a,b::c\n::error::pwned',
        message: 'first\n::error::pwned',
        file: 'src/lib.rs',
        line: 3,
      },
    ]),
  group: () => surface.group(text, async () => surface.terminal.info('inside')),
  fail: () => surface.fail('inconclusive', text),
  log: () => {
    surface.terminal.info(text)
    surface.terminal.warn(text)
    surface.terminal.print(text)
    surface.terminal.progress('k', text)
    surface.terminal.progress('k', 'not shown')
  },
}
await acts[process.argv[2] ?? '']?.()
