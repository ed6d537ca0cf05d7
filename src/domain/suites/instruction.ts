/** What came of instruction the program under test something on one of its nodes: its exit, never its word. */
import { fields, kinds, number, oneOf, text, type Check } from '../shape.ts'

export type InstructionEnd =
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'timeout' }
  /** It was not told, or nobody knows whether it was. */
  | { readonly kind: 'fault'; readonly by: 'infra' | 'harness'; readonly message: string }

export const instructionEnd: Check = kinds({
  exit: fields({ code: number }),
  timeout: fields({}),
  fault: fields({ by: oneOf('infra', 'harness'), message: text }),
})

/** Null: it did as it was told, by its own exit. */
export function whyNotDone(end: InstructionEnd): string | null {
  switch (end.kind) {
    case 'exit':
      return end.code === 0 ? null : `the program ended with exit ${end.code}`
    case 'timeout':
      return 'the program did not end in time'
    case 'fault':
      return end.message
  }
}
