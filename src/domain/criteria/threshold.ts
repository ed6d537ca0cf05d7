/** `threshold`: every group against the target that its suite's configuration names. */
import { againstBars, type Criterion } from './criterion.ts'

export const threshold: Criterion = {
  judge: (groups) => againstBars(groups, ({ terms }) => ({ percent: terms.target, strict: terms.strict })),
}
