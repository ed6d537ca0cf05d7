/** Steps in one namespace: batches of iproute2's lines, and settings below net/. */
import { enter } from './layout.ts'
import type { Step } from './step.ts'

export const ipBatch = (why: string, namespace: string | null, lines: readonly string[]): Step => ({
  kind: 'run',
  why,
  argv: ['ip', ...(namespace === null ? [] : ['-n', namespace]), '-batch', '-'],
  stdin: `${lines.join('\n')}\n`,
})

/** Settings below net/ belong to the namespace that the writer is in, never to the machine. */
export const sysctl = (why: string, namespace: string, settings: readonly string[]): Step => ({
  kind: 'run',
  why,
  argv: [...enter(namespace), 'sysctl', '-qw', ...settings],
})
